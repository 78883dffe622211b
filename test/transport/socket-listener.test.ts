import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '../../main/transport/connection.ts';
import { listenOnSocket, type SocketListener } from '../../main/transport/socket-listener.ts';
import { ensureOwnFolder, folderProblem } from '../../main/transport/wire/owner-only.ts';
import { companionHome, socketPlace } from '../../main/transport/wire/socket-path.ts';
import { FRAME } from '../../main/transport/wire/frames.ts';
import { HELLO, RawClient } from './rig.ts';

let root: string;
const open: SocketListener[] = [];
const clients: RawClient[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'rl-l-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const listener of open.splice(0)) listener.close();
  for (const client of clients.splice(0)) {
    client.socket.destroy();
    await client.end();
  }
  rmSync(root, { recursive: true, force: true });
});

async function listen(
  home: string,
  onConnection: (connection: Connection) => void = () => {},
): Promise<SocketListener> {
  const listener = await listenOnSocket(home, onConnection);
  open.push(listener);
  return listener;
}

function client(path: string): RawClient {
  const made = new RawClient(path);
  clients.push(made);
  return made;
}

const onWindows = process.platform === 'win32';

describe.skipIf(onWindows)('the socket [skipped on Windows: named pipes have no folder and mode]', () => {
  it('is its owner’s alone, in a folder that is its owner’s alone', async () => {
    const home = join(root, 'home');
    await listen(home);
    expect(lstatSync(home).mode & 0o777).toBe(0o700);
    const stat = lstatSync(join(home, 'companion.sock'));
    expect(stat.isSocket()).toBe(true);
    expect(stat.mode & 0o777).toBe(0o600);
  });

  it.each<[string, (home: string) => void, string]>([
    ['open to a group', (home) => (mkdirSync(home), chmodSync(home, 0o750)), 'chmod 700'],
    ['open to all', (home) => (mkdirSync(home), chmodSync(home, 0o701)), 'chmod 700'],
    [
      'a link',
      (home) => (mkdirSync(`${home}-real`, { mode: 0o700 }), symlinkSync(`${home}-real`, home)),
      'real folder',
    ],
    ['a file', (home) => writeFileSync(home, ''), ''],
  ])('is not made in a folder that is %s', async (_title, make, next) => {
    const home = join(root, 'home');
    make(home);
    const failed = await listen(home).then(
      () => undefined,
      (error: unknown) => error as { code: string; next?: string },
    );
    expect(failed).toBeDefined();
    if (next !== '')
      expect(failed).toMatchObject({ code: 'E_HOME_UNSAFE', next: expect.stringContaining(next) as string });
    expect(existsSync(join(home, 'companion.sock'))).toBe(false);
  });

  it('takes the place of a stale one', async () => {
    writeFileSync(join(root, 'companion.sock'), 'stale');
    chmodSync(root, 0o700);
    const connections: unknown[] = [];
    await listen(root, (connection) => connections.push(connection));
    const one = client(join(root, 'companion.sock'));
    one.send(FRAME.hello, HELLO);
    one.send(FRAME.hello, HELLO);
    await one.end();
    expect(connections).toHaveLength(1);
  });

  it('goes away when nobody is listened to any more; those who are connected stay', async () => {
    chmodSync(root, 0o700);
    const connections: unknown[] = [];
    const listener = await listen(root, (connection) => connections.push(connection));
    const one = client(join(root, 'companion.sock'));
    one.send(FRAME.hello, HELLO);
    while (connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
    listener.stopListening();
    listener.stopListening();
    expect(existsSync(join(root, 'companion.sock'))).toBe(false);
    expect(one.closed).toBe(false);
    const late = client(join(root, 'companion.sock'));
    await late.end();
    listener.close();
    await one.end();
  });

  it('has a short stand-in where the home’s path is too long for a socket', async () => {
    vi.stubEnv('TMPDIR', root);
    const home = join(root, 'x'.repeat(120));
    mkdirSync(home, { recursive: true });
    const place = socketPlace(home);
    expect(Buffer.byteLength(place.path)).toBeLessThanOrEqual(100);
    expect(place.path).toMatch(/\/rl-\d+\/[0-9a-f]{16}\.sock$/);
    expect(place.path).not.toBe(socketPlace(`${home}y`).path);
    const connections: unknown[] = [];
    await listen(home, (connection) => connections.push(connection));
    const one = client(place.path);
    one.send(FRAME.hello, HELLO);
    while (connections.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(lstatSync(dirname(place.path)).mode & 0o777).toBe(0o700);
  });

  it('is counted in bytes: a home of 100 with letters of two is too long', () => {
    const base = '/é';
    const name = (bytes: number): string => base + 'x'.repeat(bytes - Buffer.byteLength(`${base}/companion.sock`));
    expect(socketPlace(name(100)).directory).toBe(name(100));
    expect(socketPlace(name(101)).directory).not.toBe(name(101));
  });
});

describe('the home', () => {
  it.each([
    [{ RUNLAYER_COMPANION_HOME: '/h' }, '/h'],
    [{ RUNLAYER_COMPANION_HOME: '' }, undefined],
    [{}, undefined],
  ])('of %j', (env, home) => {
    if (home === undefined) expect(companionHome(env)).toMatch(/[/\\]\.runlayer[/\\]companion$/);
    else expect(companionHome(env)).toBe(home);
  });

  it.skipIf(onWindows)('is made private, and a missing one is named [skipped on Windows: no modes]', () => {
    const home = join(root, 'a', 'b');
    expect(folderProblem(home)).toMatchObject({ code: 'E_HOME_MISSING' });
    expect(ensureOwnFolder(home)).toBeUndefined();
    expect(lstatSync(home).mode & 0o777).toBe(0o700);
    expect(ensureOwnFolder(home)).toBeUndefined();
  });

  it.skipIf(onWindows || process.getuid?.() !== 0)(
    'of another user is refused [skipped: only root can make one]',
    async () => {
      const { chownSync } = await import('node:fs');
      const home = join(root, 'other');
      mkdirSync(home, { mode: 0o700 });
      chownSync(home, 12345, 12345);
      expect(folderProblem(home)).toMatchObject({
        code: 'E_HOME_UNSAFE',
        next: expect.stringContaining('chown 0') as string,
      });
    },
  );
});
