/**
 * What a connection over the owner-only socket is for: a session of a client, a command line, a program that asks for
 * operations, or a hook. One that fails spares no other.
 */
import type { CompanionEvent } from '../../preload/contract/index.ts';
import { serveCommand } from '../cli/serve-command.ts';
import { serveOperations } from './operation-connection.ts';
import type { CallContext, Dispatch } from '../operations/dispatch.ts';
import type { Connection } from '../transport/connection.ts';
import type { Logger } from '../host/logger.ts';

export interface ConnectionParts {
  /** Serves a client's session until it ends. */
  readonly run: (connection: Connection) => Promise<void>;
  /** Sessions that run or are being prepared are added here, and taken out when they end. */
  readonly runs: Set<Promise<void>>;
  readonly dispatch: Dispatch;
  readonly version: string;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
  readonly logger: Pick<Logger, 'error'>;
  /** Somebody uses this companion. */
  readonly touched: () => void;
}

export interface ConnectionServer {
  readonly accept: (connection: Connection) => void;
  /** Command lines that run now. */
  commands(): number;
}

export function createConnectionServer(parts: ConnectionParts): ConnectionServer {
  const { logger, dispatch, runs } = parts;
  let commands = 0;
  const failed = (connection: Connection, what: string) => (error: unknown) => {
    logger.error({ error: String(error) }, what);
    connection.destroy();
  };
  const command = (connection: Connection): void => {
    const { tty, pid } = connection.hello;
    const context: CallContext = { caller: 'cli', confirmed: false, tty, by: `command line, process ${pid}` };
    commands += 1;
    serveCommand(connection, { dispatch, context, version: parts.version, subscribe: parts.subscribe })
      .catch(failed(connection, 'a command failed'))
      .finally(() => {
        commands -= 1;
        parts.touched();
      });
  };
  return {
    commands: () => commands,
    accept: (connection) => {
      parts.touched();
      switch (connection.hello.kind) {
        case 'run': {
          const running = parts
            .run(connection)
            .catch(failed(connection, 'a session failed'))
            .finally(() => runs.delete(running));
          runs.add(running);
          return;
        }
        case 'operation':
          serveOperations(connection, dispatch);
          return;
        case 'command':
          command(connection);
          return;
        case 'hook':
          connection.error({
            code: 'E_NOT_SUPPORTED',
            message: 'This companion serves no hooks yet.',
            next: 'Update the companion.',
          });
          connection.exit(1);
      }
    },
  };
}
