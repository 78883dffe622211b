import type { OperationOutput, Status } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { Handlers } from './dispatch.ts';

export interface OtherParts {
  readonly index: Pick<AuditIndex, 'query'>;
  readonly status: () => Promise<Status>;
  readonly mintLink: () => Promise<string>;
  readonly handOver: () => Promise<OperationOutput<'host.handOver'>>;
}

type OtherHandlers = Pick<Handlers, Extract<keyof Handlers, `${'status' | 'host' | 'interface' | 'logs'}.${string}`>>;

export function otherHandlers(parts: OtherParts): OtherHandlers {
  return {
    'status.get': () => parts.status(),
    'host.handOver': () => parts.handOver(),
    'interface.link': async () => ({ url: await parts.mintLink() }),

    'logs.query': (filter) => parts.index.query(filter),
  };
}
