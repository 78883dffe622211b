import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serveOperations } from '../../main/control/operation-connection.ts';
import { createDispatch, type CallContext, type Dispatch, type Handlers } from '../../main/operations/dispatch.ts';
import { acceptConnection } from '../../main/transport/connection.ts';
import { encodeFrames, FRAME, FrameReader } from '../../main/transport/wire/frames.ts';
import { operations, type OperationName } from '../../preload/contract/index.ts';
import { SAMPLES } from '../operations/sample-inputs.ts';

let folder: string;
let server: Server;
let dispatch: Dispatch;
let contexts: CallContext[];

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'rl-operation-')));
  chmodSync(folder, 0o700);
  contexts = [];
  dispatch = (op, input) => Promise.resolve({ op, input });
  server = createServer((socket) =>
    acceptConnection(socket, (connection) =>
      serveOperations(connection, (name, input, context) => {
        contexts.push(context);
        return dispatch(name, input, context);
      }),
    ),
  );
  await new Promise<void>((resolve) => void server.listen(join(folder, 's'), () => resolve()));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

interface Program {
  readonly socket: Socket;
  say(text: string | Buffer): void;
  /** Says that it sends no more, and gives every answer. */
  finish(): Promise<unknown[]>;
  readonly closed: Promise<void>;
  exit: number | undefined;
}

function aProgram(): Program {
  const socket = connect(join(folder, 's'));
  const send = (type: 0 | 1, bytes: Buffer): void => {
    for (const piece of encodeFrames(type, bytes)) socket.write(piece);
  };
  // What it claims about a terminal must not count.
  const hello = { v: 1, kind: 'operation', argv: ['-y'], env: {}, cwd: '/', tty: true, cols: 0, pid: 77 };
  send(FRAME.hello, Buffer.from(JSON.stringify(hello)));
  let out = '';
  const reader = new FrameReader({
    frame: (type, bytes) => {
      if (type === FRAME.stdout) out += bytes.toString('utf8');
      if (type === FRAME.exit) program.exit = bytes[0];
    },
    violation: (reason) => socket.destroy(new Error(reason)),
  });
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  const program: Program = {
    socket,
    closed,
    exit: undefined,
    say: (text) => send(FRAME.stdin, Buffer.from(text)),
    finish: async () => {
      send(FRAME.stdin, Buffer.alloc(0));
      await closed;
      return out
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as unknown);
    },
  };
  return program;
}

const request = (id: unknown, op: string, input: unknown): string => `${JSON.stringify({ id, op, input })}\n`;
const NOT_A_REQUEST = { id: null, ok: false, error: { code: 'E_INPUT', message: 'Not a request.' } };

describe('a program on the socket', () => {
  it('is answered by id', async () => {
    const program = aProgram();
    program.say(request(1, 'policy.list', {}) + request('two', 'status.get', {}));
    expect(await program.finish()).toEqual([
      { id: 1, ok: true, value: { op: 'policy.list', input: {} } },
      { id: 'two', ok: true, value: { op: 'status.get', input: {} } },
    ]);
    expect(program.exit).toBe(0);
  });

  it('is answered to the last request, though it said at once that no more come', async () => {
    const waits: (() => void)[] = [];
    dispatch = (op) => new Promise((resolve) => waits.push(() => resolve(op)));
    const program = aProgram();
    program.say(request(1, 'a', {}) + request(2, 'b', {}));
    const answers = program.finish();
    while (waits.length < 2) await new Promise((resolve) => void setImmediate(resolve));
    for (const go of waits.toReversed()) go();
    expect(await answers).toEqual([
      { id: 2, ok: true, value: 'b' },
      { id: 1, ok: true, value: 'a' },
    ]);
  });

  it('gets a failure as a value, without a stack', async () => {
    dispatch = () => Promise.reject(new Error('broken'));
    const program = aProgram();
    program.say(request(1, 'policy.list', {}));
    const [answer] = await program.finish();
    expect(answer).toMatchObject({ id: 1, ok: false, error: { code: 'E_INTERNAL', message: 'broken' } });
    expect(JSON.stringify(answer)).not.toContain('    at ');
  });

  it.each([
    ['no JSON', 'GET / HTTP/1.1'],
    ['nothing', ''],
    ['null', 'null'],
    ['a batch', '[{"id":1,"op":"a","input":{}}]'],
    ['no id', '{"op":"a","input":{}}'],
    ['an id that is none', '{"id":{},"op":"a","input":{}}'],
    ['an id beyond 2^53', '{"id":9007199254740993,"op":"a","input":{}}'],
    ['a long id', JSON.stringify({ id: 'x'.repeat(129), op: 'a', input: {} })],
    ['an op that is none', '{"id":1,"op":1,"input":{}}'],
    ['something more', '{"id":1,"op":"a","input":{},"confirmed":true}'],
  ])('%s is no request, and the next one is', async (_title, line) => {
    const program = aProgram();
    program.say(`${line}\n${request(2, 'a', {})}`);
    const answers = await program.finish();
    expect(answers).toMatchObject([NOT_A_REQUEST, { id: 2, ok: true }]);
    expect(contexts).toHaveLength(1);
  });

  it('is cut off at a line that is too long', async () => {
    const program = aProgram();
    program.say(Buffer.alloc(5 * 1024 * 1024, 'x'));
    program.say('\n');
    await program.closed;
    expect(program.exit).toBeUndefined();
  });

  it('is not read while it does not take its answers', async () => {
    const answered: number[] = [];
    dispatch = () => {
      answered.push(1);
      return Promise.resolve('x'.repeat(64 * 1024));
    };
    const program = aProgram();
    program.socket.pause();
    const many = 2000;
    for (let at = 0; at < many; at += 1) program.say(request(at, 'a', { pad: 'p'.repeat(1000) }));
    // Until nothing moves any more.
    for (let before = -1, quiet = 0; quiet < 50; quiet = before === answered.length ? quiet + 1 : 0) {
      before = answered.length;
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(answered.length).toBeGreaterThan(0);
    expect(answered.length).toBeLessThan(many);
    program.socket.resume();
    expect(await program.finish()).toHaveLength(many);
  });

  it('has never a yes and never a terminal, whatever it claims', async () => {
    const program = aProgram();
    program.say(request(1, 'a', {}));
    await program.finish();
    expect(contexts).toEqual([{ caller: 'cli', confirmed: false, tty: false, by: 'program, process 77' }]);
  });

  it('can weaken nothing', async () => {
    const ran: string[] = [];
    const all = Object.keys(operations) as OperationName[];
    const names = all.filter((name) => operations[name].callers.some((caller) => caller === 'cli'));
    const handlers = Object.fromEntries(
      names.map((name) => [name, (): number => ran.push(name)]),
    ) as unknown as Handlers;
    dispatch = createDispatch({
      handlers,
      weakens: {},
      announce: () => {},
      hold: () => Promise.resolve('allowed'),
      titleOf: () => '',
      holdsAll: false,
    });
    const program = aProgram();
    for (const name of names) program.say(request(name, name, SAMPLES[name]));
    const answers = (await program.finish()) as { id: string; ok: boolean; error?: { code: string } }[];
    const refused = answers.filter((answer) => !answer.ok).map((answer) => `${answer.id} ${answer.error?.code ?? ''}`);
    expect(refused.sort()).toEqual([
      'approvals.approve E_CONFIRMATION',
      'approvals.resume E_CONFIRMATION',
      'audit.setEndpoint E_CONFIRMATION',
      'clients.bringIn E_CONFIRMATION',
      'clients.undo E_CONFIRMATION',
      'connectors.callTool E_CONFIRMATION',
      'connectors.check E_CONFIRMATION',
      'connectors.enable E_CONFIRMATION',
      'connectors.install E_CONFIRMATION',
      'connectors.remove E_CONFIRMATION',
      'connectors.save E_CONFIRMATION',
      'connectors.setTool E_CONFIRMATION',
      'connectors.test E_CONFIRMATION',
      'guard.removeCanary E_CONFIRMATION',
      'guard.set E_CONFIRMATION',
      'hub.bind E_CONFIRMATION',
      'hub.configs.create E_CONFIRMATION',
      'hub.configs.update E_CONFIRMATION',
      'hub.listen.add E_CONFIRMATION',
      'hub.origins.allow E_CONFIRMATION',
      'hub.rotate E_CONFIRMATION',
      'lockdown.off E_CONFIRMATION',
      'pins.accept E_CONFIRMATION',
      'pins.newItems E_CONFIRMATION',
      'pins.reset E_CONFIRMATION',
      'policy.add E_CONFIRMATION',
      'policy.apply E_CONFIRMATION',
      'policy.import E_CONFIRMATION',
      'policy.remove E_CONFIRMATION',
      'policy.removeChain E_CONFIRMATION',
      'policy.setDefault E_CONFIRMATION',
      'policy.undo E_CONFIRMATION',
      'policy.update E_CONFIRMATION',
      'secrets.createVault E_CONFIRMATION',
      'secrets.remove E_CONFIRMATION',
      'secrets.set E_CONFIRMATION',
      'tenant.accept E_CONFIRMATION',
      'tenant.decide E_CONFIRMATION',
      'tenant.signIn E_CONFIRMATION',
      'tenant.useKey E_CONFIRMATION',
    ]);
    expect(ran).toHaveLength(names.length - refused.length);
  });
});
