/** Serves the operation list to a program over the owner-only socket: newline JSON `{id, op, input}` ⇄ `{id, ok, value|error}`. */
import { z } from 'zod';
import { toFailure } from '../../preload/contract/index.ts';
import type { CallContext, Dispatch } from '../operations/dispatch.ts';
import { LineFramer } from '../relay/framing.ts';
import type { Connection } from '../transport/connection.ts';

const MAX_LINE_BYTES = 4 * 1024 * 1024;

const Request = z.strictObject({
  id: z.union([z.string().max(128), z.number().int()]),
  op: z.string(),
  input: z.unknown(),
});

/**
 * Nothing that weakens protection can be done here: a person's yes comes from a terminal or from our own window, and a
 * program cannot give it.
 */
export function serveOperations(connection: Connection, dispatch: Dispatch): void {
  const context: CallContext = {
    caller: 'cli',
    confirmed: false,
    tty: false,
    by: `program, process ${connection.hello.pid}`,
  };
  let pending = 0;
  let inputIsOver = false;
  const answer = (value: object): void => {
    // Who does not read the answers is not asked for more.
    if (!connection.stdout([Buffer.from(`${JSON.stringify(value)}\n`)])) connection.pause();
  };
  const leaveWhenAnswered = (): void => {
    if (inputIsOver && pending === 0) connection.exit(0);
  };
  const handle = async (line: Buffer): Promise<void> => {
    let value: unknown;
    try {
      value = JSON.parse(line.toString('utf8'));
    } catch {
      value = undefined;
    }
    const request = Request.safeParse(value);
    if (!request.success) {
      answer({
        id: null,
        ok: false,
        error: { code: 'E_INPUT', message: 'Not a request.', next: 'Send {"id","op","input"} on one line.' },
      });
      return;
    }
    const { id, op, input } = request.data;
    try {
      answer({ id, ok: true, value: await dispatch(op, input, context) });
    } catch (error) {
      answer({ id, ok: false, error: toFailure(error) });
    }
  };
  const framer = new LineFramer(MAX_LINE_BYTES, {
    line: (line) => {
      pending += 1;
      handle(line)
        .catch(() => connection.destroy())
        .finally(() => {
          pending -= 1;
          leaveWhenAnswered();
        });
    },
    discarded: () => connection.destroy(),
  });
  connection.attach({
    input: (chunk) => framer.push(chunk),
    inputEnded: () => {
      inputIsOver = true;
      leaveWhenAnswered();
    },
    drained: () => connection.resume(),
    closed: () => {},
  });
}
