import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimHome, type ClaimedHome } from '../../main/host/claim-home.ts';
import { takeHostLock, type HostLock } from '../../main/host/host-lock.ts';
import type { Connection } from '../../main/transport/connection.ts';
import { listenOnSocket, type SocketListener } from '../../main/transport/socket-listener.ts';

let home: string;
let lock: HostLock | undefined;
let listener: SocketListener | undefined;
const claimed: ClaimedHome[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rl-c-'));
  chmodSync(home, 0o700);
});
afterEach(() => {
  for (const one of claimed.splice(0)) {
    one.previous?.client.close();
    one.lock.release();
  }
  listener?.close();
  lock?.release();
  lock = undefined;
  listener = undefined;
  rmSync(home, { recursive: true, force: true });
});

/** Another host that holds the home and answers its one operation as told. */
async function otherHost(
  kind: 'app' | 'headless',
  answer?: (connection: Connection) => string | undefined,
): Promise<void> {
  const taken = takeHostLock(home, { kind, pid: 4242, start: 's', version: '1' });
  if (taken.kind === 'held') ({ lock } = taken);
  if (answer === undefined) return;
  listener = await listenOnSocket(home, (connection) => {
    connection.attach({
      input: () => {
        const text = answer(connection);
        if (text !== undefined) connection.stdout([Buffer.from(`${text}\n`)]);
      },
      inputEnded: () => {},
      drained: () => {},
      closed: () => {},
    });
  });
}

async function claim(kind: 'app' | 'headless'): Promise<ClaimedHome> {
  const one = await claimHome(home, kind, '1');
  claimed.push(one);
  return one;
}

const REFUSED = { code: 'E_ALREADY_RUNNING', exitCode: 5 };

describe('claiming a home', () => {
  it('takes it where nobody has it', async () => {
    expect((await claim('headless')).previous).toBeUndefined();
    await expect(claim('headless')).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringContaining(String(process.pid)) as string,
    });
  });

  it.each([
    ['headless', 'headless'],
    ['app', 'app'],
    ['app', 'headless'],
  ] as const)('an %s keeps it from a second %s, which says who has it', async (first, second) => {
    await otherHost(first);
    await expect(claim(second)).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('4242') as string,
    });
  });

  it('an app takes over from a headless host', async () => {
    await otherHost('headless', () => {
      lock?.release();
      lock = undefined;
      return '{"id":1,"ok":true,"value":{"chainId":"c-1","sessions":2}}';
    });
    const one = await claim('app');
    expect(one.previous?.chainId).toBe('c-1');
  });

  it.each<[string, (connection: Connection) => string | undefined]>([
    ['refuses', () => '{"id":1,"ok":false,"error":{"code":"E_X","message":"m","next":"n"}}'],
    ['answers something else', () => '{"id":1,"ok":true,"value":{}}'],
    [
      'goes away',
      (connection) => {
        connection.destroy();
        return undefined;
      },
    ],
  ])('an app leaves it to a headless host that %s', async (_title, answer) => {
    await otherHost('headless', answer);
    await expect(claim('app')).rejects.toMatchObject(REFUSED);
  });

  it('an app leaves it to a headless host that cannot be reached', async () => {
    await otherHost('headless');
    await expect(claim('app')).rejects.toMatchObject(REFUSED);
  });

  it.skipIf(process.platform === 'win32')(
    'is refused where others can write [skipped on Windows: no modes]',
    async () => {
      chmodSync(home, 0o777);
      await expect(claim('headless')).rejects.toMatchObject({ code: 'E_HOME_UNSAFE', exitCode: 3 });
    },
  );
});
