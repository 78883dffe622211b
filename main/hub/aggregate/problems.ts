/** Why a connector's tools cannot be listed or called now. Never a text of its server: that passed no gate. */
import { toFailure } from '../../../preload/contract/failure.ts';
import { SERVER_FAILED, SESSION_REFUSED } from '../../relay/denial.ts';

export interface Problem {
  /** Of the JSON-RPC error that says it. */
  readonly code: number;
  /** What happened and what to do next. */
  readonly text: string;
}

function failed(connector: string, what: string, next: string): Problem {
  return { code: SERVER_FAILED, text: `The server of "${connector}" ${what}. ${next}` };
}

function seeLogs(connector: string): string {
  return `See what it printed with "runlayer connectors logs ${connector}".`;
}

export const problems = {
  /** It could not be opened; the error says what the person has to do. */
  refused: (error: unknown): Problem => {
    const { message, next } = toFailure(error);
    return { code: SESSION_REFUSED, text: `${message} ${next}` };
  },
  ended: (connector: string): Problem => failed(connector, 'has ended', 'Call again to start it anew.'),
  notInTime: (connector: string): Problem => failed(connector, 'did not answer in time', seeLogs(connector)),
  noHandshake: (connector: string): Problem =>
    failed(connector, 'did not begin a conversation that is MCP', seeLogs(connector)),
  noList: (connector: string): Problem => failed(connector, 'did not list its tools', seeLogs(connector)),
  tooMany: (connector: string): Problem =>
    failed(connector, 'lists too many or too large tools to be served with others', 'Bind a token to it alone.'),
  starting: (connector: string): Problem =>
    failed(connector, 'is still starting', 'Its tools are announced once it is there.'),
  slow: (connector: string): Problem => failed(connector, 'does not keep up', 'Wait for answers, then call again.'),
  unreadable: (connector: string): Problem =>
    failed(connector, 'sent an answer that cannot be passed on', seeLogs(connector)),
  needsNewerClient: (connector: string): Problem =>
    failed(
      connector,
      'needs input that this client cannot be asked for',
      'Use a client that speaks MCP 2026-07-28 or newer.',
    ),
  switchedOff: (connector: string): Problem => ({
    code: SESSION_REFUSED,
    text: `The connector "${connector}" may not be used any more. See "runlayer connectors list".`,
  }),
} as const;
