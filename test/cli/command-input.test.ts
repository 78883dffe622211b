import { describe, expect, it } from 'vitest';
import { CommandInput } from '../../main/cli/command-input.ts';

const MIB = 1024 * 1024;

function bench(): { input: CommandInput; told: string[] } {
  const told: string[] = [];
  return { input: new CommandInput({ pause: () => told.push('pause'), resume: () => told.push('resume') }), told };
}

async function all(input: CommandInput): Promise<string[]> {
  const said: string[] = [];
  for await (const pieces of input.pieces()) said.push(Buffer.concat(pieces).toString());
  return said;
}

describe('a stream on stdin', () => {
  it('is given on as it comes, and ends', async () => {
    const { input } = bench();
    const pieces = input.pieces();
    input.push(Buffer.from('a'));
    input.push(Buffer.from('b'));
    expect((await pieces.next()).value).toEqual([Buffer.from('a'), Buffer.from('b')]);
    const next = pieces.next();
    input.push(Buffer.from('c'));
    expect((await next).value).toEqual([Buffer.from('c')]);
    const last = pieces.next();
    input.end();
    expect((await last).done).toBe(true);
  });

  it('what came before its end is not lost', async () => {
    const { input } = bench();
    input.push(Buffer.from('x'));
    input.end();
    expect(await all(input)).toEqual(['x']);
    expect(await all(input)).toEqual([]);
  });

  it('waits while nobody takes it, and goes on then', async () => {
    const { input, told } = bench();
    for (let at = 0; at < 3; at += 1) input.push(Buffer.alloc(MIB));
    expect(told).toEqual(['pause']);
    const pieces = input.pieces();
    expect((await pieces.next()).value).toHaveLength(3);
    expect(told).toEqual(['pause', 'resume']);
  });

  it('as one value is bounded', async () => {
    const whole = bench();
    whole.input.push(Buffer.alloc(MIB, 'x'));
    const text = whole.input.text();
    whole.input.end();
    expect(await text).toHaveLength(MIB);
    const more = bench();
    more.input.push(Buffer.alloc(MIB + 1));
    await expect(more.input.text()).rejects.toThrow('more than 1 MiB');
  });
});
