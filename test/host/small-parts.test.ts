import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createIds } from '../../main/host/create-ids.ts';
import { createEventFeed } from '../../main/host/event-feed.ts';
import { createIdleExit } from '../../main/host/idle-exit.ts';
import { openLog } from '../../main/host/logger.ts';
import type { AuditRecord, CompanionEvent } from '../../preload/contract/index.ts';

describe('idle exit', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('ends a host that nothing used, not one that is in use, and not before its time', () => {
    let busy = false;
    let exits = 0;
    const idle = createIdleExit({ idleMs: 1000, isBusy: () => busy, exit: () => exits++ });
    vi.advanceTimersByTime(999);
    idle.touch();
    vi.advanceTimersByTime(999);
    expect(exits).toBe(0);
    busy = true;
    vi.advanceTimersByTime(5000);
    expect(exits).toBe(0);
    busy = false;
    vi.advanceTimersByTime(1000);
    expect(exits).toBe(1);
  });

  it('never ends what was closed, though something still comes and goes', () => {
    let exits = 0;
    const idle = createIdleExit({ idleMs: 1000, isBusy: () => false, exit: () => exits++ });
    idle.close();
    idle.touch();
    vi.advanceTimersByTime(10_000);
    expect(exits).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('ids', () => {
  it('are UUIDv7, differ, and rise', () => {
    const newId = createIds();
    const ids = Array.from({ length: 5000 }, newId);
    expect(new Set(ids).size).toBe(5000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const times = ids.map((id) => id.slice(0, 13));
    expect([...times].sort()).toEqual(times);
  });
});

describe('the log', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'rl-log-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));
  const path = (): string => join(home, 'logs', 'companion.log');

  it('is redacted at the sink, whatever a caller logs, and only its owner can read it', () => {
    const log = openLog(home, (text) => text.replaceAll('hunter2hunter2', '[redacted]'));
    log.logger
      .child({ room: 'x', token: 'hunter2hunter2' })
      .warn({ deep: { secret: 'hunter2hunter2' } }, 'says hunter2hunter2');
    log.close();
    const text = readFileSync(path(), 'utf8');
    expect(text.match(/\[redacted\]/g)).toHaveLength(3);
    expect(text).not.toContain('hunter2');
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    log.logger.info('after the end');
    log.close();
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  it('is set aside when it is large, while it is written and when it is opened', () => {
    mkdirSync(join(home, 'logs'));
    writeFileSync(path(), 'x'.repeat(9 * 1024 * 1024));
    const log = openLog(home, (text) => text);
    log.logger.info('first');
    expect(statSync(`${path()}.1`).size).toBe(9 * 1024 * 1024);
    expect(statSync(path()).size).toBeLessThan(1000);
    for (let i = 0; i < 10; i++) log.logger.info('y'.repeat(1024 * 1024));
    log.close();
    expect(statSync(`${path()}.1`).size).toBeLessThan(10 * 1024 * 1024);
    expect(statSync(path()).size).toBeLessThan(3 * 1024 * 1024);
    expect(existsSync(`${path()}.2`)).toBe(false);
  });
});

describe('the event feed', () => {
  const intent = (call: string): AuditRecord => ({
    v: 1,
    id: `i-${call}`,
    chain_id: 'c',
    seq: 1,
    time: '2026-11-21T00:00:00.000Z',
    kind: 'intent',
    call,
    'mcp.method.name': 'tools/call',
    'mcp.session.id': 's',
    'gen_ai.tool.name': 'write',
    'jsonrpc.request.id': '1',
    connector: 'files',
    claimed: {},
    decision: { effect: 'allow', decidedBy: 'local', code: 'rule_allow', reason: 'x' },
    argument_bytes: 1,
  });
  const outcome = (call: string): AuditRecord => ({
    v: 1,
    id: `o-${call}`,
    chain_id: 'c',
    seq: 2,
    time: '2026-11-21T00:00:01.000Z',
    kind: 'outcome',
    call,
    'mcp.method.name': 'tools/call',
    'mcp.session.id': 's',
    'jsonrpc.request.id': '1',
    connector: 'files',
    claimed: {},
    outcome: 'ok',
    duration_ms: 1,
    result_bytes: 1,
  });

  it('tells each listener each event, and one that throws hurts no other', () => {
    const errors: unknown[] = [];
    const feed = createEventFeed((error) => errors.push(error));
    const seen: CompanionEvent[] = [];
    feed.subscribe(() => {
      throw new Error('listener');
    });
    const end = feed.subscribe((event) => seen.push(event));
    feed.statusChanged();
    expect(seen).toEqual([{ type: 'status_changed' }]);
    expect(errors).toHaveLength(1);
    end();
    feed.statusChanged();
    expect(seen).toHaveLength(1);
  });

  it('joins an outcome to its intent, though nobody listened then', () => {
    const feed = createEventFeed(() => {});
    feed.recorded(intent('a'));
    const seen: CompanionEvent[] = [];
    feed.subscribe((event) => seen.push(event));
    feed.recorded(outcome('a'));
    feed.recorded(outcome('a'));
    feed.recorded(outcome('never begun'));
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ type: 'log', entry: { tool: 'write', outcome: 'ok' } });
  });
});
