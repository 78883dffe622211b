import { chmodSync, readdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FRAME } from '../../main/transport/wire/frames.ts';
import { type Caller, FakeCompanion } from './fake-companion.ts';

const LOST = 'runlayer: The companion went away.\n  Start it again with "runlayer serve" or open the app.\n';
/** For a client it is one line: clients show what was written last. */
const LOST_RUN = 'runlayer: The companion went away. Start it again with "runlayer serve" or open the app.\n';
const MIB = 1024 * 1024;

let companion: FakeCompanion;
beforeEach(() => {
  companion = new FakeCompanion();
});
afterEach(() => companion.close());

/** Listens and resolves with the first caller. */
async function firstCaller(): Promise<{ readonly caller: Promise<Caller> }> {
  const caller = Promise.withResolvers<Caller>();
  await companion.listen(caller.resolve);
  return { caller: caller.promise };
}

/** Resolves once a number that has moved does so no more. */
async function atRest(measure: () => number): Promise<void> {
  let before = Number.NaN;
  for (let quiet = 0; quiet < 20; quiet += 1) {
    if (measure() !== before) quiet = 0;
    before = measure();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('hello', () => {
  it('says what was asked, and nothing that is not in the protocol', async () => {
    await companion.listen((caller) => {
      caller.send(FRAME.stdout, caller.hello);
      caller.exit(0);
    });
    const args = ['connectors', 'list', '--json', 'é\u202e', ''];
    const { out, code } = await companion.run(args, { env: { MARK: 'ünïcode' } });
    expect(code).toBe(0);
    const hello = JSON.parse(out) as { env: Record<string, string>; pid: number };
    expect(Object.keys(hello).sort()).toEqual(['argv', 'cols', 'cwd', 'env', 'kind', 'pid', 'tty', 'v']);
    expect(hello).toMatchObject({ v: 1, kind: 'command', argv: args, cwd: companion.home, tty: false, cols: 0 });
    expect(hello.env['MARK']).toBe('ünïcode');
    expect(hello.pid).toBeGreaterThan(1);
  });

  it('of run carries what stands behind it', async () => {
    await companion.listen((caller) => {
      caller.send(FRAME.stdout, { kind: caller.hello['kind'], argv: caller.hello['argv'] });
      caller.exit(0);
    });
    const { out } = await companion.run(['run', '--client', 'cursor', 'files']);
    expect(JSON.parse(out)).toEqual({ kind: 'run', argv: ['--client', 'cursor', 'files'] });
  });
});

describe('pump', () => {
  it('carries bytes both ways unchanged, whatever their size', async () => {
    const { caller } = await firstCaller();
    const input = Buffer.from(Uint8Array.from({ length: 5 * MIB + 3 }, (_none, at) => at % 251));
    const running = companion.start(['run', 'x'], { input });
    const heard = await caller;
    await heard.inputEnded;
    expect(heard.stdin.equals(input)).toBe(true);
    const output = 'é\n'.repeat(2 * MIB);
    heard.send(FRAME.stdout, output);
    heard.send(FRAME.stderr, 'said\n');
    heard.exit(7);
    const ended = await running.ended;
    expect([ended.code, ended.err, ended.out === output]).toEqual([7, 'said\n', true]);
  });

  it('goes on reading answers after its input has ended', async () => {
    const { caller } = await firstCaller();
    const running = companion.start(['run', 'x'], { input: 'last words\n' });
    const heard = await caller;
    await heard.inputEnded;
    heard.send(FRAME.stdout, 'an answer\n');
    heard.exit(0);
    expect(await running.ended).toEqual({ code: 0, out: 'an answer\n', err: '' });
  });

  it('stops its source when the companion does not read, and loses nothing', async () => {
    const { caller } = await firstCaller();
    const running = companion.start(['run', 'x']);
    const heard = await caller;
    heard.socket.pause();
    const input = Buffer.alloc(24 * MIB, 'x');
    const { stdin } = running.child;
    if (stdin === null) throw new Error('no stdin');
    const written = new Promise<void>((resolve) => void stdin.write(input, () => resolve()));
    // Paused on our side: a client that reads without end would take all of it.
    await atRest(() => stdin.writableLength);
    expect(stdin.writableLength).toBe(input.length);
    heard.socket.resume();
    await written;
    stdin.end();
    await heard.inputEnded;
    expect(heard.stdin.length).toBe(input.length);
    heard.exit(0);
    expect((await running.ended).code).toBe(0);
  });

  it.each([0, 4, 255])('ends with the code that it is told: %i', async (code) => {
    await companion.listen((caller) => caller.exit(code));
    expect(await companion.run(['policy', 'list'])).toEqual({ code, out: '', err: '' });
  });

  it('ends when it is told to, though its input was never taken', async () => {
    const { caller } = await firstCaller();
    const running = companion.start(['secrets', 'set', 'x'], { input: Buffer.alloc(32 * MIB) });
    const heard = await caller;
    heard.socket.pause();
    // It holds more than the socket takes: what it waits for would never come.
    await atRest(() => running.child.stdin?.writableLength ?? 0);
    heard.exit(2);
    expect((await running.ended).code).toBe(2);
  });

  it.each<[string, (caller: Caller) => void]>([
    ['goes away', (caller) => caller.socket.destroy()],
    ['ends without an exit code', (caller) => caller.socket.end()],
    ['sends what only a client may send', (caller) => caller.send(FRAME.stdin, 'x')],
    ['sends an unknown frame', (caller) => void caller.socket.write(Buffer.from([99, 0, 0, 0, 0]))],
    ['sends a frame that is too large', (caller) => void caller.socket.write(Buffer.from([2, 0xff, 0, 0, 0]))],
  ])('companion lost: %s: one line and exit 3', async (_title, behave) => {
    await companion.listen(behave);
    const [command, run, json] = await Promise.all([
      companion.run(['logs']),
      companion.run(['run', 'x']),
      companion.run(['logs', '--json']),
    ]);
    expect(command).toEqual({ code: 3, out: '', err: LOST });
    expect(run).toEqual({ code: 3, out: '', err: LOST_RUN });
    expect(JSON.parse(json?.err ?? '')).toMatchObject({ error: { code: 'E_COMPANION_LOST' } });
  });

  it('what came before the companion was lost is still printed', async () => {
    await companion.listen((caller) => {
      caller.send(FRAME.stdout, 'half\n');
      caller.socket.end();
    });
    expect(await companion.run(['logs'])).toEqual({ code: 3, out: 'half\n', err: LOST });
  });

  it('when the client closes our output we end, quietly and successfully', async () => {
    await companion.listen((caller) => {
      const more = setInterval(() => caller.send(FRAME.stdout, 'x'.repeat(65_536)), 1);
      void caller.closed.then(() => clearInterval(more));
    });
    const ended = await companion.run(['logs', '-f'], { command: '"$@" | head -c 1; exit "${PIPESTATUS:-0}"' });
    expect(ended).toEqual({ code: 0, out: 'x', err: '' });
  });

  it.skipIf(process.platform !== 'linux')(
    'a full disk is a failure that is said [skipped: /dev/full is Linux]',
    async () => {
      await companion.listen((caller) => {
        caller.send(FRAME.stdout, 'x\n');
        caller.exit(0);
      });
      const ended = await companion.run(['logs'], { command: '"$@" >/dev/full' });
      expect(ended.code).toBe(1);
      expect(ended.err).toContain('ENOSPC');
    },
  );
});

describe('errors', () => {
  const failure = { code: 'E_X', message: 'bad \u001b[31m\u202e name\nsecond', next: 'do\u200b this' };

  it('are two lines for a person, with nothing unseen in them', async () => {
    await companion.listen((caller) => {
      caller.send(FRAME.error, failure);
      caller.exit(4);
    });
    expect(await companion.run(['logs'])).toEqual({
      code: 4,
      out: '',
      err: 'runlayer: bad \\u{1b}[31m\\u{202e} name\\u{a}second\n  do\\u{200b} this\n',
    });
  });

  it('are one JSON line with --json, which means the same', async () => {
    await companion.listen((caller) => {
      caller.send(FRAME.error, failure);
      caller.exit(4);
    });
    const { err, code } = await companion.run(['logs', '--json']);
    expect(code).toBe(4);
    expect(err).toMatch(/^[ -~]*\n$/);
    expect(JSON.parse(err)).toEqual({ error: failure });
  });

  it('--json behind "--" belongs to the server', async () => {
    await companion.listen((caller) => {
      caller.send(FRAME.error, failure);
      caller.exit(2);
    });
    const { err } = await companion.run(['connectors', 'add', 'x', '--', 'server', '--json']);
    expect(err).toMatch(/^runlayer: bad/);
  });

  it.each(['', '{', 'null', '[]', '"x"', '{"code":1}'])('a broken one (%s) breaks nothing', async (bytes) => {
    await companion.listen((caller) => {
      caller.send(FRAME.error, bytes);
      caller.send(FRAME.prompt, bytes);
    });
    const { code, err } = await companion.run(['logs']);
    expect(code).toBe(2);
    expect(err).not.toContain('    at ');
  });
});

describe('another protocol', () => {
  const refusal = { code: 'E_PROTOCOL', message: 'Of different versions.', next: 'Restart the companion.' };
  const refuse = (caller: Caller): void => {
    caller.send(FRAME.error, refusal);
    caller.exit(3);
  };

  it('a command says so and exits 3', async () => {
    await companion.listen(refuse);
    expect(await companion.run(['logs'])).toEqual({
      code: 3,
      out: '',
      err: 'runlayer: Of different versions.\n  Restart the companion.\n',
    });
    expect(JSON.parse((await companion.run(['logs', '--json'])).err)).toEqual({ error: refusal });
  });

  const request = '{"jsonrpc":"2.0","id":9007199254740993,"method":"initialize"}\n';
  const answer =
    '{"jsonrpc":"2.0","id":9007199254740993,"error":{"code":-31004,"message":"Of different versions. Restart the companion.","data":{"code":"E_PROTOCOL"}}}\n';

  it('run answers what the client had asked already', async () => {
    await companion.listen((caller) => void caller.inputEnded.then(() => refuse(caller)));
    expect(await companion.run(['run', 'x'], { input: request })).toMatchObject({ code: 3, out: answer });
  });

  it('run answers what the client asks later', async () => {
    await companion.listen(refuse);
    const running = companion.start(['run', 'x']);
    running.child.stderr?.once('data', () => running.child.stdin?.write(request));
    running.child.stdout?.once('data', () => running.child.stdin?.end());
    expect(await running.ended).toMatchObject({ code: 3, out: answer });
  });
});

describe('without a companion', () => {
  it('status starts none, and says so with exit 1', async () => {
    expect(await companion.run(['status'])).toEqual({
      code: 1,
      out: 'The companion is not running. Start it with "runlayer serve" or open the app.\n',
      err: '',
    });
    expect(await companion.run(['status', '--json'])).toEqual({
      code: 1,
      out: '{"companion":{"running":false}}\n',
      err: '',
    });
  });

  it('an unsafe folder is a refusal, whoever listens in it; run tells the client', async () => {
    let calls = 0;
    await companion.listen(() => (calls += 1));
    chmodSync(companion.home, 0o755);
    for (const args of [['status'], ['logs']]) {
      const { code, err } = await companion.run(args);
      expect(code).toBe(3);
      expect(err).toContain('is open to other users (mode 755)');
    }
    const { out, code } = await companion.run(['run', 'x'], { input: '{"jsonrpc":"2.0","id":"a","method":"m"}\n' });
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ id: 'a', error: { code: -31_004, data: { code: 'E_HOME_UNSAFE' } } });
    expect(calls).toBe(0);
  });

  it('a start that cannot be made is told at once', async () => {
    // No host can log into a file that stands where its folder should be.
    writeFileSync(`${companion.home}/logs`, '');
    const { code, err } = await companion.run(['logs', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'E_COMPANION_NOT_STARTED' } });
  });
});

describe('misuse', () => {
  it('is told without a companion, and starts none', async () => {
    expect(await companion.run(['lgos'])).toEqual({
      code: 2,
      out: '',
      err: 'runlayer: Unknown command \'lgos\'.\n  Did you mean logs? See "runlayer --help".\n',
    });
    expect(readdirSync(companion.home)).toEqual([]);
  });

  it('more words than a companion takes: says why', async () => {
    const { code, err } = await companion.run(['policy', 'allow', 'x', ...Array.from({ length: 2000 }, () => 'f')]);
    expect(code).toBe(2);
    expect(err).toContain('in quotes');
  });

  it('an environment that does not fit in the hello is told, not thrown', async () => {
    await companion.listen(() => {});
    const env = Object.fromEntries(Array.from({ length: 12 }, (_none, at) => [`BIG${at}`, 'x'.repeat(100_000)]));
    const { code, err } = await companion.run(['logs'], { env });
    expect(code).toBe(3);
    expect(err).toContain('larger than 1 MiB');
  });
});
