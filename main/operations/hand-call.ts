/** A call by a person, from the interface or a terminal. */
import { CompanionError, isJsonObject, type HandCall, type OperationInput } from '../../preload/contract/index.ts';
import type { HandRequest } from '../by-hand/call-tool.ts';
import type { Handlers, WeakeningTests } from './dispatch.ts';
import { strictJson } from './strict-json.ts';

export interface HandCallParts {
  readonly call: (request: HandRequest) => Promise<HandCall>;
}

function refuseNoObject({ arguments: text }: OperationInput<'connectors.callTool'>): void {
  if (isJsonObject(strictJson(text, 'The arguments'))) return;
  throw new CompanionError('E_INPUT', 'The arguments are no JSON object.', 'Give an object, such as {"path":"/x"}.', {
    exitCode: 2,
  });
}

export function handCallHandlers({ call }: HandCallParts): Pick<Handlers, 'connectors.callTool'> {
  return {
    'connectors.callTool': (input) => {
      refuseNoObject(input);
      return call({ connector: input.name, tool: input.tool, arguments: input.arguments });
    },
  };
}

/**
 * A page may be a page that somebody took over: where it would start a program or call a tool, a person is asked. At a terminal
 * the same is done by a client's own means.
 */
export const STARTING_WEAKENS: WeakeningTests = {
  'connectors.test': (_input, { caller }) => caller === 'ui',
  'connectors.check': (_input, { caller }) => caller === 'ui',
  'connectors.callTool': (_input, { caller }) => caller === 'ui',
};
