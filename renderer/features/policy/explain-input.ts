import type { OperationInput } from '../../../preload/contract/operations.ts';
import type { Subject } from './rule-form.ts';

export interface Question {
  readonly connector: string;
  readonly subject: Subject;
  readonly name: string;
  /** "" gives no name. */
  readonly client: string;
  /** JSON text; none where it is empty. */
  readonly args: string;
}

/** What is asked of the companion. Names are as they were typed: a space may be part of one. */
export function explainInput({ connector, subject, name, client, args }: Question): OperationInput<'policy.explain'> {
  const text = args.trim() === '' ? '{}' : args;
  return {
    connector: connector.trim(),
    subject:
      subject === 'resource'
        ? { resource: name }
        : subject === 'prompt'
          ? { prompt: name, arguments: text }
          : { tool: name, arguments: text },
    ...(client === '' ? {} : { client }),
  };
}
