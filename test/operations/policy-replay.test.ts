import { describe, expect, it } from 'vitest';
import type { LogEntry, NewRule, ReplayReport } from '../../preload/contract/index.ts';
import { aConnector, CLI, memorySettings } from './fakes.ts';
import { aCall, HOME, memoryIndex, policyBench } from './policy-bench.ts';

const SINCE = '2026-11-14T08:00:00.000Z';

async function replayed(
  calls: LogEntry[],
  rules: NewRule[],
  definitionOf = (): undefined => undefined,
): Promise<ReplayReport> {
  const settings = memorySettings({ connectors: [aConnector('files', { default: 'allow' })] });
  const { handlers } = policyBench({ settings, index: memoryIndex(calls), definitionOf });
  const report = await handlers['policy.replay']({ set: { version: 1, rules, chains: [] }, since: SINCE }, CLI);
  expect(settings.writes).toEqual([]);
  return report;
}

const DENY: NewRule = { effect: 'deny', connector: 'files', tool: '*', when: { at: '/path', path_under: ['/etc'] } };

describe('policy.replay', () => {
  it('says call by call what would change, the newest first, and what cannot be told', async () => {
    const calls = [
      aCall(),
      aCall({ arguments: { path: '/etc/passwd' } }),
      aCall({ arguments: { path: { $bytes: 900 } } }),
      aCall({ arguments: { path: '/etc/hosts' } }),
      aCall({ method: 'resources/read', tool: 'file:///x' }),
      { ...aCall(), kind: 'event' as const },
    ];
    const report = await replayed(calls, [DENY]);
    expect(report).toMatchObject({ since: SINCE, calls: 4, same: 1, unknown: 1, isCut: false });
    expect(report.changes).toMatchObject([
      { arguments: '{"path":"/etc/hosts"}', before: 'allow', after: 'deny' },
      { arguments: '{"path":"/etc/passwd"}', after: 'deny', client: 'cursor', tool: 'read_file' },
      { arguments: '{"path":{"$bytes":900}}', after: 'unknown' },
    ]);
    expect(report.changes[0]?.because).toContain('Deny every tool');
  });

  it('counts everything and lists the first thousand', async () => {
    const calls = Array.from({ length: 2300 }, (_none, at) =>
      aCall({ arguments: { path: at % 2 === 0 ? '/etc/x' : `${HOME}/x` } }),
    );
    const report = await replayed(calls, [DENY]);
    expect(report).toMatchObject({ calls: 2300, same: 1150, unknown: 0, isCut: true });
    expect(report.changes).toHaveLength(1000);
  });

  it('compiles the candidate once, however many parts the calls come in', async () => {
    const calls = Array.from({ length: 1200 }, () => aCall({ arguments: { path: `${HOME}/x` } }));
    let compiled = 0;
    const when = {
      at: '/path',
      get regex(): string {
        compiled++;
        return '^/etc';
      },
    };
    await replayed(calls, [{ effect: 'deny', connector: 'files', tool: '*', when }]);
    const once = compiled;
    compiled = 0;
    await replayed(calls.slice(0, 1), [{ effect: 'deny', connector: 'files', tool: '*', when }]);
    expect(once).toBe(compiled);
  });

  it('denies what a connector that is gone was called with', async () => {
    const report = await replayed([aCall({ connector: 'gone' })], []);
    expect(report.changes).toMatchObject([{ connector: 'gone', after: 'deny' }]);
  });
});
