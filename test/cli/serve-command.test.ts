import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompanionError, type CompanionEvent } from '../../preload/contract/index.ts';
import { serveCommand } from '../../main/cli/serve-command.ts';
import type { CallContext, Dispatch } from '../../main/operations/dispatch.ts';
import { acceptConnection } from '../../main/transport/connection.ts';
import { encodeFrames, FRAME, FrameReader, type FrameType } from '../../main/transport/wire/frames.ts';

const MIB = 1024 * 1024;
let folder: string;
let server: Server;
let done: Promise<void>;
let seen: { name: string; input: unknown; context: CallContext }[];
let listeners: Set<(event: CompanionEvent) => void>;
let dispatch: Dispatch;

beforeEach(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'rl-serve-')));
  chmodSync(folder, 0o700);
  seen = [];
  listeners = new Set();
  dispatch = () => Promise.resolve([]);
  const served = Promise.withResolvers<void>();
  done = served.promise;
  server = createServer((socket) =>
    acceptConnection(socket, (connection) => {
      const context: CallContext = { caller: 'cli', confirmed: false, tty: connection.hello.tty, by: 'test' };
      const note: Dispatch = (name, input, callContext) => {
        seen.push({ name, input, context: callContext });
        return dispatch(name, input, callContext);
      };
      const subscribe = (listener: (event: CompanionEvent) => void): (() => void) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      };
      serveCommand(connection, { dispatch: note, context, version: '9.9.9', subscribe }).then(
        served.resolve,
        served.reject,
      );
    }),
  );
  await new Promise<void>((resolve) => void server.listen(join(folder, 's'), () => resolve()));
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

interface Caller {
  readonly socket: Socket;
  send(type: FrameType, bytes: Buffer | string): void;
  /** What came until the socket closed: text by frame type, and the exit code. */
  readonly ended: Promise<{ out: string; err: string; errors: unknown[]; code: number | undefined }>;
  readonly prompted: Promise<unknown>;
}

function call(argv: readonly string[], over: { tty?: boolean } = {}): Caller {
  const socket = connect(join(folder, 's'));
  const send = (type: FrameType, bytes: Buffer | string): void => {
    for (const piece of encodeFrames(type, Buffer.from(bytes))) socket.write(piece);
  };
  const hello = { v: 1, kind: 'command', argv, env: {}, cwd: '/', tty: over.tty ?? false, cols: 0, pid: 1 };
  send(FRAME.hello, JSON.stringify(hello));
  const told = { out: '', err: '', errors: [] as unknown[], code: undefined as number | undefined };
  const prompted = Promise.withResolvers<unknown>();
  const reader = new FrameReader({
    frame: (type, bytes) => {
      if (type === FRAME.stdout) told.out += bytes.toString('utf8');
      else if (type === FRAME.stderr) told.err += bytes.toString('utf8');
      else if (type === FRAME.error) told.errors.push(JSON.parse(bytes.toString('utf8')));
      else if (type === FRAME.exit) told.code = bytes[0];
      else if (type === FRAME.prompt) prompted.resolve(JSON.parse(bytes.toString('utf8')));
    },
    violation: (reason) => socket.destroy(new Error(reason)),
  });
  socket.on('data', (chunk: Buffer) => reader.push(chunk));
  socket.on('error', () => {});
  const ended = new Promise<typeof told>((resolve) => void socket.once('close', () => resolve(told)));
  return { socket, send, ended, prompted: prompted.promise };
}

describe('serveCommand', () => {
  it('carries a command line out: text, then the exit code', async () => {
    expect(await call(['policy', 'list']).ended).toEqual({
      out: 'No rules: each connector does what its default says.\n',
      err: '',
      errors: [],
      code: 0,
    });
    expect(seen.map(({ name, context }) => [name, context.confirmed])).toEqual([['policy.list', false]]);
  });

  it('help and version are no failure', async () => {
    expect(await call(['connectors', '--help']).ended).toMatchObject({ code: 0, err: '' });
    expect(await call(['--version']).ended).toMatchObject({ code: 0, out: '9.9.9\n' });
    expect(await call(['connectors']).ended).toMatchObject({ code: 2, out: '', errors: [] });
  });

  it('misuse is an error frame and exit 2, and nothing is called', async () => {
    expect(await call(['lgos']).ended).toMatchObject({ code: 2, out: '', err: '', errors: [{ code: 'E_USAGE' }] });
    expect(seen).toEqual([]);
  });

  it('a command of the thin client is not carried out here', async () => {
    for (const argv of [['stop'], ['serve'], ['audit', 'verify']])
      expect(await call(argv).ended).toMatchObject({ code: 1, out: '', errors: [{ code: 'E_INTERNAL' }] });
  });

  it.each([
    [
      new CompanionError('E_KEYCHAIN_LOCKED', 'Locked.', 'Unlock.', { exitCode: 4 }),
      4,
      { code: 'E_KEYCHAIN_LOCKED', message: 'Locked.', next: 'Unlock.' },
    ],
    [new CompanionError('E_X', 'Bad.', 'Do.'), 1, { code: 'E_X' }],
    [new TypeError('x is not a function'), 1, { code: 'E_INTERNAL', message: 'x is not a function' }],
  ])('what is thrown becomes an error frame and its exit code: %s', async (error, code, failure) => {
    dispatch = () => {
      throw error;
    };
    const ended = await call(['policy', 'list']).ended;
    expect(ended).toMatchObject({ code, out: '', errors: [failure] });
    expect(JSON.stringify(ended)).not.toContain('    at ');
  });
});

describe('stdin', () => {
  const set = ['secrets', 'set', 'x'];
  beforeEach(() => {
    dispatch = () => Promise.resolve({ name: 'x', backend: 'vault', redactable: true, updatedAt: '', usedBy: [] });
  });

  it('is read to its end, in pieces of any size', async () => {
    const caller = call(set);
    const bytes = Buffer.from('ä€😀'.repeat(5));
    for (const byte of bytes) caller.send(FRAME.stdin, Buffer.from([byte]));
    caller.send(FRAME.stdin, '');
    expect((await caller.ended).code).toBe(0);
    expect(seen[0]?.input).toEqual({ name: 'x', value: 'ä€😀'.repeat(5) });
  });

  it('keeps a byte-order mark: it may be part of the value', async () => {
    const caller = call(set);
    caller.send(FRAME.stdin, '\ufeffv\n');
    caller.send(FRAME.stdin, '');
    await caller.ended;
    expect(seen[0]?.input).toEqual({ name: 'x', value: '\ufeffv' });
  });

  it('that is no UTF-8 is refused, not repaired', async () => {
    const caller = call(set);
    caller.send(FRAME.stdin, Buffer.from([0x61, 0xff, 0xfe]));
    caller.send(FRAME.stdin, '');
    expect(await caller.ended).toMatchObject({ code: 2, errors: [{ code: 'E_INPUT' }] });
    expect(seen).toEqual([]);
  });

  it('of exactly 1 MiB is taken, one byte more is refused before its end', async () => {
    const whole = call(set);
    whole.send(FRAME.stdin, Buffer.alloc(MIB, 'x'));
    whole.send(FRAME.stdin, '');
    expect((await whole.ended).code).toBe(0);
    const more = call(set);
    more.send(FRAME.stdin, Buffer.alloc(MIB, 'x'));
    more.send(FRAME.stdin, 'x');
    const answer = new Promise<Buffer>((resolve) => void more.socket.once('data', resolve));
    expect((await answer)[0]).toBe(FRAME.error);
    more.socket.destroy();
    await more.ended;
    expect(seen).toHaveLength(1);
  });

  it('of a client that went away ends the command without storing anything', async () => {
    const caller = call(set);
    caller.socket.once('connect', () => caller.socket.destroy());
    await caller.ended;
    expect(seen).toEqual([]);
  });
});

describe('a person', () => {
  const ask = ['policy', 'allow', 'x', 'y'];
  beforeEach(() => {
    dispatch = (_name, _input, { confirmed }) =>
      confirmed
        ? Promise.resolve([{ id: 'r1', effect: 'allow', connector: 'x', tool: 'y', createdAt: '' }][0])
        : Promise.reject(new CompanionError('E_CONFIRMATION', 'Needs a yes.', 'Say it.', { exitCode: 2 }));
  });

  it('is asked, and only the very call that was agreed to is confirmed', async () => {
    const caller = call([...ask, '--json'], { tty: true });
    expect(await caller.prompted).toEqual({
      text: 'Let it through without asking: Allow the tool "y" on the connector "x". [y/N] ',
      secret: false,
    });
    caller.send(FRAME.answer, 'y');
    expect(await caller.ended).toMatchObject({ code: 0 });
    expect(seen.map(({ name, context }) => [name, context.confirmed])).toEqual([
      ['policy.add', false],
      ['policy.add', true],
    ]);
  });

  it('who goes away has not said yes', async () => {
    const caller = call(ask, { tty: true });
    await caller.prompted;
    caller.socket.destroy();
    await done;
    expect(seen.every(({ context }) => !context.confirmed)).toBe(true);
  });

  it('is not asked where nobody sits', async () => {
    const caller = call(ask);
    expect(await caller.ended).toMatchObject({ code: 2, errors: [{ code: 'E_CONFIRMATION' }] });
  });
});

describe('following', () => {
  it('ends, and lets go, when the client goes away', async () => {
    const caller = call(['logs', '-f', '--json']);
    while (listeners.size === 0 || seen.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    caller.socket.destroy();
    await done;
    expect(listeners.size).toBe(0);
  });

  it('does not pile up what its reader does not take', async () => {
    const caller = call(['logs', '-f', '--json']);
    caller.socket.pause();
    while (listeners.size === 0 || seen.length === 0) await new Promise((resolve) => void setImmediate(resolve));
    await new Promise((resolve) => void setImmediate(resolve));
    const entry = {
      id: 'e',
      time: '2026-11-21T08:00:00.000Z',
      kind: 'call',
      outcome: 'ok',
      tool: 't'.repeat(1000),
    } as const;
    const before = process.memoryUsage().arrayBuffers;
    for (let at = 0; at < 50_000; at += 1) for (const listener of listeners) listener({ type: 'log', entry });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
    caller.socket.destroy();
    await done;
  });
});
