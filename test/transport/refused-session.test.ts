import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { refuseSession } from '../../main/transport/refused-session.ts';
import { FRAME } from '../../main/transport/wire/frames.ts';
import { CompanionError } from '../../preload/contract/index.ts';
import { Rig } from './rig.ts';

const WHY = new CompanionError('E_NO_CONSENT', 'The connector waits for consent.', 'Run "runlayer x".', {
  exitCode: 2,
});
const LIMITS = { ...DEFAULT_LIMITS, maxMessageBytes: 200 };
const HOUR = 3_600_000;

let rig: Rig;
beforeEach(async () => {
  rig = await new Rig().listen();
});
afterEach(() => rig.close());

const answers = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

describe('a connector that cannot start', () => {
  it('says why to each request, and ends with the code of the reason when the client has no more', async () => {
    const [client, connection] = await rig.connected();
    refuseSession(connection, WHY, LIMITS, HOUR);
    client.send(FRAME.stdin, '{"jsonrpc":"2.0","id":"a","method":"server/discover"}\n{"jsonrpc":"2.0","id":1,');
    client.send(FRAME.stdin, '"method":"initialize"}\n{"jsonrpc":"2.0","method":"notifications/x"}\n');
    client.send(
      FRAME.stdin,
      `{"jsonrpc":"2.0","id":2,"result":{}}\n{broken\n{"id":3,"method":"x","p":"${'x'.repeat(300)}"}\n`,
    );
    client.send(FRAME.stdin, '{"jsonrpc":"2.0","id":4,"method":"ping"}');
    client.send(FRAME.stdin, '');
    await client.end();
    const message = 'The connector waits for consent. Run "runlayer x".';
    expect(answers(client.text(FRAME.stdout))).toEqual([
      { jsonrpc: '2.0', id: 'a', error: { code: -31003, message } },
      { jsonrpc: '2.0', id: 1, error: { code: -31003, message } },
      { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'the message is not valid JSON' } },
      { jsonrpc: '2.0', id: 3, error: { code: -31003, message } },
      { jsonrpc: '2.0', id: 4, error: { code: -31003, message } },
    ]);
    expect(JSON.parse(client.text(FRAME.error))).toEqual({
      code: 'E_NO_CONSENT',
      message: WHY.message,
      next: WHY.next,
    });
    expect(client.text(FRAME.exit)).toBe('2');
  });

  it('ends at once at a terminal', async () => {
    const [client, connection] = await rig.connected({ tty: true });
    refuseSession(connection, WHY, LIMITS, HOUR);
    await client.end();
    expect(client.text(FRAME.exit)).toBe('2');
    expect(client.text(FRAME.error)).toContain('E_NO_CONSENT');
  });

  it('does not wait for ever to be asked', async () => {
    const [client, connection] = await rig.connected();
    refuseSession(connection, WHY, LIMITS, 1);
    await client.end();
    expect(client.text(FRAME.exit)).toBe('2');
  });

  it('reads a client that was paused before', async () => {
    const [client, connection] = await rig.connected();
    connection.pause();
    refuseSession(connection, WHY, LIMITS, HOUR);
    client.send(FRAME.stdin, '{"jsonrpc":"2.0","id":1,"method":"x"}\n');
    client.send(FRAME.stdin, '');
    await client.end();
    expect(answers(client.text(FRAME.stdout))).toHaveLength(1);
  });

  it('answers a client that asks much and reads late, without keeping all of it', async () => {
    const [client, connection] = await rig.connected();
    refuseSession(connection, WHY, LIMITS, HOUR);
    client.socket.pause();
    const asked = 60_000;
    client.send(FRAME.stdin, '{"jsonrpc":"2.0","id":1,"method":"x"}\n'.repeat(asked));
    client.send(FRAME.stdin, '');
    client.socket.resume();
    await client.end();
    expect(answers(client.text(FRAME.stdout))).toHaveLength(asked);
  });
});
