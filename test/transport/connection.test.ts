import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Connection, ConnectionHandlers } from '../../main/transport/connection.ts';
import { FRAME } from '../../main/transport/wire/frames.ts';
import { Rig } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await new Rig().listen();
});
afterEach(() => rig.close());

interface Log {
  readonly events: string[];
  readonly handlers: ConnectionHandlers;
  until(event: string): Promise<void>;
}

function log(): Log {
  const events: string[] = [];
  const note = (event: string): void => void events.push(event);
  return {
    events,
    handlers: {
      input: (chunk) => note(`input ${chunk.toString('utf8')}`),
      inputEnded: () => note('ended'),
      drained: () => note('drained'),
      closed: () => note('closed'),
    },
    until: async (event) => {
      while (!events.includes(event)) await turn();
    },
  };
}

describe('a connection', () => {
  it('delivers input in order, what came before it was attached first, and its end', async () => {
    const [client, connection] = await rig.connected();
    client.send(FRAME.stdin, 'a');
    const seen = log();
    client.send(FRAME.stdin, 'b');
    await turn();
    connection.attach(seen.handlers);
    client.send(FRAME.stdin, 'c');
    client.send(FRAME.stdin, '');
    await seen.until('ended');
    expect(
      seen.events
        .filter((event) => event.startsWith('input'))
        .join('')
        .replaceAll('input ', ''),
    ).toBe('abc');
    client.send(FRAME.stdin, '');
    client.socket.end();
    await seen.until('closed');
    expect(seen.events.filter((event) => !event.startsWith('input'))).toEqual(['ended', 'closed']);
  });

  it('tells an end that came before it was attached', async () => {
    const [client, connection] = await rig.connected();
    client.send(FRAME.stdin, 'x');
    client.send(FRAME.stdin, '');
    client.socket.destroy();
    while (!connection.isClosed) await turn();
    const seen = log();
    connection.attach(seen.handlers);
    expect(seen.events).toEqual(['input x', 'ended', 'closed']);
  });

  it.each([
    ['a second hello', FRAME.hello],
    ['output', FRAME.stdout],
    ['an exit code', FRAME.exit],
    ['a prompt', FRAME.prompt],
    ['an error', FRAME.error],
  ])('ends at what only the companion says: %s', async (_title, type) => {
    const [client, connection] = await rig.connected();
    const seen = log();
    connection.attach(seen.handlers);
    client.socket.cork();
    client.send(type, 'x');
    client.send(FRAME.stdin, 'behind it');
    client.socket.uncork();
    await client.end();
    await seen.until('closed');
    expect(seen.events).toEqual(['closed']);
  });

  it('ends at input after its end', async () => {
    const [client, connection] = await rig.connected();
    const seen = log();
    connection.attach(seen.handlers);
    client.send(FRAME.stdin, '');
    client.send(FRAME.stdin, 'more');
    await client.end();
    expect(seen.events).toEqual(['ended', 'closed']);
  });

  it('ends at what is no frame', async () => {
    const [client] = await rig.connected();
    client.socket.write('GET / HTTP/1.1\r\n\r\n');
    await client.end();
    expect(client.frames).toEqual([]);
  });

  it('ignores signals and sizes', async () => {
    const [client, connection] = await rig.connected();
    const seen = log();
    connection.attach(seen.handlers);
    client.send(FRAME.signal, 'SIGINT');
    client.send(FRAME.resize, '{}');
    client.send(FRAME.stdin, 'x');
    await seen.until('input x');
    expect(seen.events).toEqual(['input x']);
  });

  it('writes output, stderr, errors and one exit code', async () => {
    const [client, connection] = await rig.connected();
    connection.stdout([Buffer.from('a'), Buffer.alloc(20_000, 'b'), Buffer.from('c')]);
    connection.stderr('warn');
    connection.error({ code: 'E_X', message: 'm', next: 'n' });
    connection.exit(3);
    connection.exit(4);
    connection.stdout([Buffer.from('late')]);
    await client.end();
    expect(client.text(FRAME.stdout)).toBe(`a${'b'.repeat(20_000)}c`);
    expect(client.text(FRAME.stderr)).toBe('warn');
    expect(JSON.parse(client.text(FRAME.error))).toEqual({ code: 'E_X', message: 'm', next: 'n' });
    expect(client.text(FRAME.exit)).toBe('3');
  });

  it('says when its client is slow, and when it is not any more', async () => {
    const [client, connection] = await rig.connected();
    const seen = log();
    connection.attach(seen.handlers);
    client.socket.pause();
    expect(connection.stdout([Buffer.alloc(4 * 1024 * 1024)])).toBe(false);
    expect(seen.events).toEqual([]);
    client.socket.resume();
    await seen.until('drained');
  });

  it('drops a server’s chatter that nobody reads, instead of keeping it', async () => {
    const [client, connection] = await rig.connected();
    client.socket.pause();
    const text = 'x'.repeat(64 * 1024);
    for (let i = 0; i < 1000; i++) connection.stderr(text);
    const held = (connection as unknown as { socket: { writableLength: number } }).socket.writableLength;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(1.2 * 1024 * 1024);
    // Answers are never dropped.
    connection.stdout([Buffer.from('answer')]);
    connection.exit(0);
    client.socket.resume();
    await client.end();
    expect(client.text(FRAME.stdout)).toBe('answer');
  });

  it('asks, and gets answers in the order of its questions; nothing when the client goes away', async () => {
    const [client, connection] = await rig.connected();
    const answers = [connection.prompt('a?', false), connection.prompt('b?', true), connection.prompt('c?', true)];
    await client.until(() => client.frames.length === 3);
    expect(JSON.parse(client.frames[1]?.text ?? '')).toEqual({ text: 'b?', secret: true });
    client.send(FRAME.answer, 'A');
    client.send(FRAME.answer, 'é');
    expect(await Promise.all(answers.slice(0, 2))).toEqual(['A', 'é']);
    client.socket.destroy();
    expect(await answers[2]).toBeUndefined();
    expect(await connection.prompt('d?', false)).toBeUndefined();
  });

  it('an answer to nothing is nothing', async () => {
    const [client, connection] = await rig.connected();
    const seen = log();
    connection.attach(seen.handlers);
    client.send(FRAME.answer, 'x');
    client.send(FRAME.stdin, 'behind it');
    await seen.until('input behind it');
    const answer = connection.prompt('a?', false);
    client.socket.destroy();
    expect(await answer).toBeUndefined();
  });
});

describe('the hello', () => {
  it.each<[string, object]>([
    ['of another version', { v: 2, kind: 'run' }],
    ['of no version', { kind: 'run' }],
    ['without what it needs', { v: 1, kind: 'run' }],
    ['of an unknown kind', { v: 1, kind: 'steal', argv: [], env: {}, cwd: '/', tty: false, cols: 1, pid: 1 }],
    [
      'with more than it needs',
      { v: 1, kind: 'run', argv: [], env: {}, cwd: '/', tty: false, cols: 1, pid: 1, admin: true },
    ],
    ['with a wrong environment', { v: 1, kind: 'run', argv: [], env: { A: 1 }, cwd: '/', tty: false, cols: 1, pid: 1 }],
  ])('%s is refused with what to do, and closed', async (_title, hello) => {
    const client = rig.client();
    client.send(FRAME.hello, hello);
    await client.end();
    const failure = JSON.parse(client.text(FRAME.error)) as { code: string; message: string; next: string };
    expect(failure.code).toBe('E_PROTOCOL');
    expect(failure.next).toContain('Restart the companion');
    expect(client.text(FRAME.exit)).toBe('3');
    expect(rig.connections).toEqual([]);
  });

  it('that is no JSON is refused too', async () => {
    const client = rig.client();
    client.send(FRAME.hello, 'hi');
    await client.end();
    expect(client.text(FRAME.error)).toContain('E_PROTOCOL');
  });

  it('is not given a second try', async () => {
    const client = rig.client();
    client.socket.cork();
    client.send(FRAME.hello, 'hi');
    client.send(FRAME.hello, { v: 1, kind: 'run', argv: [], env: {}, cwd: '/', tty: false, cols: 1, pid: 1 });
    client.socket.uncork();
    await client.end();
    expect(rig.connections).toEqual([]);
  });

  it.each([
    ['input', FRAME.stdin],
    ['an answer', FRAME.answer],
  ])('must come first: %s', async (_title, type) => {
    const client = rig.client();
    client.send(type, 'x');
    await client.end();
    expect(client.frames).toEqual([]);
    expect(rig.connections).toEqual([]);
  });

  it('may come in pieces', async () => {
    const client = rig.client();
    const bytes = Buffer.from(
      JSON.stringify({ v: 1, kind: 'run', argv: ['é'], env: {}, cwd: '/', tty: false, cols: 1, pid: 1 }),
    );
    const head = Buffer.from([0, 0, 0, 0, bytes.length]);
    for (const byte of Buffer.concat([head, bytes])) client.socket.write(Buffer.from([byte]));
    while (rig.connections.length === 0) await turn();
    expect((rig.connections[0] as Connection).hello.argv).toEqual(['é']);
  });

  it('of many at once are kept apart', async () => {
    const pairs = await Promise.all(Array.from({ length: 20 }, () => rig.connected()));
    while (rig.connections.length < 20) await turn();
    for (const [index, connection] of rig.connections.entries()) connection.stdout([Buffer.from(`to ${index}`)]);
    for (const connection of rig.connections) connection.exit(0);
    await Promise.all(pairs.map(([client]) => client.end()));
    const texts = pairs.map(([client]) => client.text(FRAME.stdout));
    expect(new Set(texts).size).toBe(20);
  });
});

describe('the listener', () => {
  it('ends every connection when it closes', async () => {
    const [client] = await rig.connected();
    rig.listener?.close();
    await client.end();
  });
});
