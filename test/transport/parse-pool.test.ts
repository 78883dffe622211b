import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { parseMessage, type Sender } from '../../main/relay/parse-message.ts';
import { createParsePool, type ParsePool } from '../../main/transport/parse-pool.ts';

const pools: ParsePool[] = [];
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});
function pool(limits = DEFAULT_LIMITS, worker?: string): ParsePool {
  const made = createParsePool(
    limits,
    worker === undefined ? undefined : new URL(`data:text/javascript,${encodeURIComponent(worker)}`),
  );
  pools.push(made);
  return made;
}

const CASES: [string, Sender, string][] = [
  [
    'a request',
    'client',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","arguments":{"__proto__":{"x":1},"é":"\\ud800","n":-0}}}\n',
  ],
  ['escaped keys', 'client', '{"jsonrpc":"2.0","id":1,"method":"x","params":{"\\u006eame":"a","\\\\":1}}'],
  ['a notification', 'server', '{"jsonrpc":"2.0","method":"x"}\n'],
  ['an error', 'server', '{"jsonrpc":"2.0","id":"é","error":{"code":-1,"message":"x","data":[1]}}\n'],
  [
    'a list of tools',
    'server',
    '{"jsonrpc":"2.0","id":1,"result":{"tools":[{"name":"a","x":{"y":[1]}}],"nextCursor":"c"}}\n',
  ],
  ['a key twice', 'client', '{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":1,"a":2}}\n'],
  ['a broken one', 'client', '{"jsonrpc":"2.0","id":1,"method":"x"\n'],
  ['none at all', 'server', 'hello\n'],
];

describe('the parser off the main thread', () => {
  it.each(CASES)('says what the one on it says: %s', async (_title, sender, text) => {
    const line = Buffer.from(text);
    const copy = Buffer.from(line);
    const parsed = await pool().parse(line, sender);
    const inline = parseMessage(copy, sender, DEFAULT_LIMITS);
    expect(parsed).toEqual(inline);
    if (parsed.kind === 'request' && inline.kind === 'request')
      expect(JSON.stringify(parsed.params)).toBe(JSON.stringify(inline.params));
    // The original stays with the caller, to be forwarded as it came.
    expect(line.equals(copy)).toBe(true);
  });

  it('of a result gives back only what the relay looks at', async () => {
    const text = (isError: unknown): string =>
      JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: ['x'.repeat(1000)], isError } });
    const p = pool();
    expect(await p.parse(Buffer.from(text(true)), 'server')).toMatchObject({ result: { isError: true } });
    const other = await p.parse(Buffer.from(text('yes')), 'server');
    expect(other.kind === 'response' && other.result).toEqual({ isError: false });
  });

  it('holds to the limits that it was made with', async () => {
    const p = pool({ ...DEFAULT_LIMITS, maxDepth: 2 });
    const line = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"x","params":{"a":[]}}');
    expect(await p.parse(line, 'client')).toMatchObject({
      kind: 'invalid',
      reason: expect.stringContaining('2 levels') as string,
    });
  });

  it('takes 16 MiB, and many at once in their order', async () => {
    const p = pool();
    const large = Buffer.from(`{"jsonrpc":"2.0","id":0,"method":"x","params":{"v":"${'x'.repeat(15 * 1024 * 1024)}"}}`);
    const order: string[] = [];
    const note = (name: string) => (parsed: { kind: string }) => void order.push(`${name} ${parsed.kind}`);
    await Promise.all([
      p.parse(large, 'client').then(note('large')),
      ...[1, 2, 3].map((id) =>
        p.parse(Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":"x"}`), 'client').then(note(String(id))),
      ),
    ]);
    expect(order).toEqual(['large request', '1 request', '2 request', '3 request']);
  });

  it('a worker that throws fails what it held, and is replaced', async () => {
    const p = pool(DEFAULT_LIMITS, 'throw new Error("broken worker")');
    const line = Buffer.from('{}');
    await expect(Promise.all([p.parse(line, 'client'), p.parse(line, 'client')])).rejects.toThrow('broken worker');
    await expect(p.parse(line, 'client')).rejects.toThrow('broken worker');
  });

  it('a worker that ends fails what it held', async () => {
    const p = pool(DEFAULT_LIMITS, 'process.exit(0)');
    await expect(p.parse(Buffer.from('{}'), 'client')).rejects.toThrow('the parser ended');
  });

  it('closing rejects what is being parsed: nobody waits for ever', async () => {
    const p = pool(DEFAULT_LIMITS, 'setInterval(() => {}, 1000)');
    const waiting = p.parse(Buffer.from('{}'), 'client');
    const told = expect(waiting).rejects.toThrow('the parser was closed');
    await p.close();
    await told;
    await p.close();
  });
});
