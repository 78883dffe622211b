import { describe, expect, it } from 'vitest';
import { ConnectorLog } from '../../main/transport/connector-log.ts';

describe('ConnectorLog', () => {
  it('joins what came in pieces and shows an unfinished line', () => {
    const log = new ConnectorLog();
    log.write('a');
    log.write('b\r\nc');
    expect(log.tail(10)).toEqual(['ab', 'c']);
    log.write('d\n');
    expect(log.tail(1)).toEqual(['cd']);
  });

  it('keeps the newest lines within its bounds', () => {
    const log = new ConnectorLog();
    for (let i = 0; i < 10_000; i++) log.line(`line ${i}`);
    const kept = log.tail(20_000);
    expect(kept.length).toBe(4000);
    expect(kept.at(-1)).toBe('line 9999');
    for (let i = 0; i < 100; i++) log.line('x'.repeat(8000));
    expect(log.tail(20_000).join('\n').length).toBeLessThanOrEqual(256 * 1024);
    expect(log.tail(1)[0]).toHaveLength(8000);
  });

  it('takes millions of newlines without going over the kept lines each time', () => {
    const log = new ConnectorLog();
    log.line('before');
    // With a cost per newline that grows with the ring this would take minutes and run into the test's time limit.
    for (let i = 0; i < 100; i++) log.write('\n'.repeat(64 * 1024));
    expect(log.tail(10_000)).toHaveLength(4000);
    log.write('after\n');
    expect(log.tail(1)).toEqual(['after']);
  });

  it('cuts a line that does not end', () => {
    const log = new ConnectorLog();
    log.write('y'.repeat(100_000));
    expect(log.tail(1)[0]).toHaveLength(8192);
    log.line('z'.repeat(100_000));
    expect(log.tail(2)[0]?.endsWith('…')).toBe(true);
  });
});
