import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reachOrStart, reachRunning, type Reached } from '../../main/cli/thin/connect.ts';

const REASON = { code: 'E_COMPANION_NOT_STARTED', message: 'It ended.', next: 'Look.' };
const never = (): Promise<never> => new Promise(() => {});

let home: string;
const servers: Server[] = [];
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-connect-')));
  chmodSync(home, 0o700);
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

/** Says hello to each connection and ends it, so that nothing stays open. */
function listen(greeting = 'a'): Promise<void> {
  const server = createServer((socket) => socket.end(greeting));
  servers.push(server);
  return new Promise((resolve) => void server.listen(join(home, 'companion.sock'), () => resolve()));
}

async function greeting(reached: Reached | undefined): Promise<string> {
  if (reached?.kind !== 'socket') throw new Error(`not reached: ${JSON.stringify(reached)}`);
  let text = '';
  for await (const chunk of reached.socket) text += String(chunk);
  return text;
}

/** A socket file whose listener is gone, as a companion that was killed leaves it. */
async function leaveStaleSocket(): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script =
    'require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
  spawnSync(process.execPath, ['-e', script, join(home, 'companion.sock')]);
}

describe('reachRunning', () => {
  it('reaches who listens', async () => {
    await listen('here');
    expect(await greeting(await reachRunning(home))).toBe('here');
  });

  it.each<[string, () => unknown]>([
    ['no folder', () => rmSync(home, { recursive: true })],
    ['an empty folder', () => {}],
    ['a file in the place of the socket', () => writeFileSync(join(home, 'companion.sock'), '')],
    ['a stale socket', leaveStaleSocket],
  ])('%s is nobody', async (_title, prepare) => {
    await prepare();
    expect(await reachRunning(home)).toBeUndefined();
  });

  it.each<[string, () => unknown, string]>([
    ['open to others', () => chmodSync(home, 0o755), 'mode 755'],
    ['writable by its group', () => chmodSync(home, 0o720), 'mode 720'],
    [
      'a link',
      () => {
        rmSync(home, { recursive: true });
        symlinkSync(tmpdir(), home);
      },
      'symbolic link',
    ],
    [
      'a file',
      () => {
        rmSync(home, { recursive: true });
        writeFileSync(home, '');
      },
      'not a folder',
    ],
  ])('a folder that is %s is refused, and nothing is started', async (_title, prepare, message) => {
    await listen();
    await prepare();
    const start = (): Promise<never> => Promise.reject(new Error('must not be started'));
    for (const reached of [await reachRunning(home), await reachOrStart(home, start)]) {
      expect(reached).toMatchObject({ kind: 'failed', failure: { code: 'E_HOME_UNSAFE' } });
      expect(JSON.stringify(reached)).toContain(message);
    }
  });
});

describe('reachOrStart', () => {
  it('starts nothing where one runs', async () => {
    await listen('here');
    const reached = await reachOrStart(home, () => Promise.reject(new Error('must not be started')));
    expect(await greeting(reached)).toBe('here');
  });

  it.each<[string, () => unknown]>([
    ['where none ever ran', () => {}],
    [
      'in the place of one that was killed',
      async () => {
        await leaveStaleSocket();
      },
    ],
  ])('starts one %s', async (_title, prepare) => {
    await prepare();
    let starts = 0;
    const reached = await reachOrStart(home, async () => {
      starts += 1;
      rmSync(join(home, 'companion.sock'), { force: true });
      await listen('started');
      return never();
    });
    expect([await greeting(reached), starts]).toEqual(['started', 1]);
  });

  it('tells why the start failed, at once', async () => {
    expect(await reachOrStart(home, () => Promise.resolve(REASON))).toEqual({ kind: 'failed', failure: REASON });
    expect(await reachOrStart(home, () => Promise.reject(new Error('EACCES: /x')))).toMatchObject({
      failure: { code: 'E_COMPANION_NOT_STARTED', message: 'The companion could not be started: EACCES: /x.' },
    });
  });

  it('gives up after its time', async () => {
    expect(await reachOrStart(home, never, 60)).toMatchObject({
      failure: { message: expect.stringContaining('did not come up within') as string },
    });
  });

  it('two that start at once both reach the one that won', async () => {
    let won = false;
    const race = async (): Promise<typeof REASON> => {
      if (won) return REASON;
      won = true;
      await listen('winner');
      return never();
    };
    // The loser's host ends as soon as it sees the other; by then the winner listens.
    const loser = async (): Promise<typeof REASON> => {
      await greeting(await reachOrStart(home, never));
      return race();
    };
    const both = await Promise.all([reachOrStart(home, race), reachOrStart(home, loser)]);
    expect(await Promise.all(both.map(greeting))).toEqual(['winner', 'winner']);
  });
});
