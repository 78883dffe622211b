import { once } from 'node:events';
import { chmod, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spawnServer, type ServerProcess } from '../../main/process/spawn-server.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { endNow, isAlive, killHard, numbersIn, textUntil, until } from './processes.ts';

const notLinux = process.platform !== 'linux';
const env = { PATH: '/usr/bin:/bin' };
const fixture = (name: string): string => join(import.meta.dirname, 'fixtures', name);

let folder = '';
let servers: ServerProcess[] = [];
const strays: number[] = [];

function sh(script: string, options: { env?: Record<string, string>; cwd?: string } = {}): ServerProcess {
  return start('/bin/sh', ['-c', script], options);
}
function start(
  path: string,
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): ServerProcess {
  const server = spawnServer({ path, args, env: options.env ?? env, cwd: options.cwd ?? '/' });
  servers.push(server);
  return server;
}
async function failure(server: ServerProcess): Promise<CompanionError> {
  const thrown: unknown = await server.started.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(await server.exited).toEqual({ code: null, signal: null });
  if (!(thrown instanceof CompanionError)) throw new Error(`not a CompanionError: ${String(thrown)}`);
  return thrown;
}

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rl-spawn-')));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map(async (server) => endNow(server)));
  for (const pid of strays.splice(0)) killHard(pid);
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(notLinux)('spawnServer [skipped: needs /proc]', () => {
  it('hands over exactly the arguments, environment and directory, through no shell', async () => {
    const args = ['$HOME', '*', 'a b', '', '"', '; exit 9', 'Grüße\n'];
    const server = start(
      process.execPath,
      ['-e', 'process.stdout.write(JSON.stringify([process.argv.slice(1), process.env, process.cwd()]))', ...args],
      {
        env: { A: 'Ü=1', B: '' },
        cwd: folder,
      },
    );
    await server.started;
    server.stdin.end();
    const text = (await server.stdout.setEncoding('utf8').toArray()).join('');
    expect(JSON.parse(text)).toEqual([args, { A: 'Ü=1', B: '' }, folder]);
    expect(await server.exited).toEqual({ code: 0, signal: null });
  });

  it('leads its own session, away from any terminal', async () => {
    const server = sh('read -r go');
    await server.started;
    const { readStat } = await import('../../main/process/start-time.ts');
    expect(readStat(server.pid)).toMatchObject({ group: server.pid, session: server.pid });
    expect(server.pid).toBeGreaterThan(1);
  });

  it('carries bytes untouched, many of them, both ways', async () => {
    const server = start('/bin/cat', []);
    await server.started;
    const sent = Buffer.alloc(8 * 1024 * 1024, 'äx\n\0\u001b');
    server.stdin.end(sent);
    expect(Buffer.concat(await server.stdout.toArray()).equals(sent)).toBe(true);
  });

  it('keeps what was written last before an exit', async () => {
    const server = sh('echo out; echo err >&2; exit 3');
    const [out, err, exit] = await Promise.all([server.stdout.toArray(), server.stderr.toArray(), server.exited]);
    expect([Buffer.concat(out).toString(), Buffer.concat(err).toString(), exit]).toEqual([
      'out\n',
      'err\n',
      { code: 3, signal: null },
    ]);
  });

  it('tells the signal that ended it', async () => {
    const server = sh('kill -9 $$');
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('writing to a server that is gone is no unhandled error', async () => {
    const server = sh('exec 0<&-; exit 0');
    await server.exited;
    for (let n = 0; n < 100; n += 1) server.stdin.write('x'.repeat(100_000), () => undefined);
    await server.stop();
    server.stdin.write('still', () => undefined);
    server.stdin.end();
    expect(server.stdin.destroyed).toBe(true);
  });
});

describe.skipIf(notLinux)('ServerProcess.stop [skipped: needs /proc]', () => {
  it('ending stdin is enough for a good server', async () => {
    const server = start('/bin/cat', []);
    await server.started;
    const startedAt = performance.now();
    await server.stop();
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - startedAt).toBeLessThan(1500);
  });

  it('sends SIGTERM after the grace', async () => {
    const server = sh('trap "echo told; exit 5" TERM; echo ready; while :; do sleep 0.05; done');
    await textUntil(server.stdout, /ready/);
    const told = textUntil(server.stdout, /told/);
    await server.stop({ graceMs: 10 });
    expect(await told).toContain('told');
    expect(await server.exited).toEqual({ code: 5, signal: null });
  });

  it('kills what ignores everything, with its descendants, within 5 s', async () => {
    const server = start('/bin/sh', [fixture('stubborn.sh')]);
    const text = await textUntil(server.stdout, /deaf[^]*\d+ \d+|\d+ \d+[^]*deaf/);
    const pids = numbersIn(text);
    expect(pids).toHaveLength(2);
    expect(pids.every(isAlive)).toBe(true);
    const startedAt = performance.now();
    await server.stop();
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(await server.exited).toEqual({ code: null, signal: 'SIGKILL' });
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('a grace that is too long is cut, so that the 5 s hold', async () => {
    const server = start('/bin/sh', [fixture('stubborn.sh')]);
    const pids = numbersIn(await textUntil(server.stdout, /deaf[^]*\d+ \d+|\d+ \d+[^]*deaf/));
    const startedAt = performance.now();
    await server.stop({ graceMs: 600_000 });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('what is left of the group is killed at once when the leader ends by itself', async () => {
    const server = start('/bin/sh', [fixture('leaves-child.sh')]);
    const [, child = 0] = numbersIn(await textUntil(server.stdout, /deaf[^]*\d+ \d+|\d+ \d+[^]*deaf/));
    expect(isAlive(child)).toBe(true);
    const closed = once(server.stdout, 'close');
    server.stdin.write('go\n');
    expect(await server.exited).toEqual({ code: 7, signal: null });
    // The child held the pipe: that it closes is the event.
    await closed;
    await until('the child is gone', () => !isAlive(child), 2000);
  });

  it('does not wait for a process that left the group and holds the pipes', async () => {
    const server = sh("setsid sh -c 'echo $$; exec sleep 60' & wait");
    const [stray = 0] = numbersIn(await textUntil(server.stdout, /\d+\n/));
    strays.push(stray);
    const startedAt = performance.now();
    await server.stop({ graceMs: 0 });
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(server.stdout.destroyed).toBe(true);
    // Stated limit: who makes a session of its own is not ours to find.
    expect(isAlive(stray)).toBe(true);
  });

  it('may be called many times, at once, before the start and after the end', async () => {
    const server = start('/bin/cat', []);
    await Promise.all([server.stop(), server.stop({ graceMs: 0 }), server.stop()]);
    await server.stop();
    expect((await server.exited).code).toBe(0);
  });

  it('ends one that never reads its full stdin', async () => {
    const server = sh('trap "" TERM; echo ready; while :; do sleep 1; done');
    await textUntil(server.stdout, /ready/);
    server.stdin.write(Buffer.alloc(4 * 1024 * 1024), () => undefined);
    await server.stop({ graceMs: 0 });
    expect((await server.exited).signal).toBe('SIGKILL');
  });

  it('thirty at once leave nothing behind', async () => {
    const many = Array.from({ length: 30 }, () => sh('sleep 100 & sleep 100 & wait'));
    await Promise.all(many.map((server) => server.started));
    await Promise.all(many.map((server) => server.stop({ graceMs: 0 })));
    expect(many.map((server) => server.pid).filter(isAlive)).toEqual([]);
  });
});

describe.skipIf(notLinux)('spawnServer when there is nothing to start [skipped: needs POSIX modes]', () => {
  it('tells each cause apart, with a next step', async () => {
    const file = async (name: string, text: string, mode: number): Promise<string> => {
      await writeFile(join(folder, name), text);
      await chmod(join(folder, name), mode);
      return join(folder, name);
    };
    const plain = await file('plain', 'x', 0o644);
    const orphan = await file('orphan', '#!/nowhere/python\n', 0o755);
    const rows: readonly (readonly [ServerProcess, RegExp])[] = [
      [start(join(folder, 'none'), []), /none does not exist/],
      [start(plain, []), /plain is not executable/],
      [start(orphan, []), /interpreter named in its first line/],
      [start(folder, []), /not a file that can be run/],
      [start(join(plain, 'x'), []), /something that is not a directory/],
      [start('/bin/sh', [], { cwd: join(folder, 'none') }), /working directory .*none does not exist/],
      [start('/bin/sh', [], { cwd: plain }), /working directory .*plain is not a directory/],
      [start('/bin/sh', ['x'.repeat(4_000_000)]), /larger than the system takes/],
      [start('/bin/sh', [], { env: { A: 'x'.repeat(4_000_000) } }), /larger than the system takes/],
      [start('/bin/sh', ['a\0b']), /NUL character/],
      [start('sh', []), /must be absolute/],
      [start('/bin/sh', [], { cwd: 'relative' }), /must be absolute/],
    ];
    for (const [server, message] of rows) {
      const error = await failure(server);
      expect(error.code).toBe('E_SERVER_NOT_STARTED');
      expect(error.message).toMatch(message);
      expect(error.next).toMatch(/runlayer connectors edit/);
    }
    expect(
      new Set(await Promise.all(rows.map(async ([server]) => (await failure(server)).message))).size,
    ).toBeGreaterThanOrEqual(10);
  });

  it('gives pipes at their end and can be stopped; nobody need look at it', async () => {
    for (const server of [start(join(folder, 'none'), []), start('/bin/sh', ['a\0b'])]) {
      server.stdin.write('x');
      server.stdin.end();
      expect(await server.stdout.toArray()).toEqual([]);
      await server.stop();
      expect(server.pid).toBe(0);
    }
  });

  it('keeps arguments and environment out of what it says', async () => {
    const secret = 'q8Zr02Lm4x';
    const server = start('/bin/sh', [secret, 'a\0b'], { env: { TOKEN: secret } });
    const error = await failure(server);
    expect(`${error.message} ${error.next}`).not.toContain(secret);
  });
});
