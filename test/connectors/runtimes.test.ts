import { expect, it } from 'vitest';
import { ConnectorRuntimes } from '../../main/connectors/runtimes.ts';

const AT = new Date('2026-11-21T08:00:00.000Z');

it('remembers starts and the last problem of each connector, within a bound', () => {
  const runtimes = new ConnectorRuntimes(
    () => 0,
    () => AT,
  );
  runtimes.started('files');
  runtimes.started('files');
  runtimes.failed('files', 'x'.repeat(10_000));
  expect(runtimes.of('files')).toMatchObject({ starts: 2, lastStartAt: AT, sessions: 0 });
  expect(runtimes.of('files').lastError?.text).toHaveLength(500);
  expect(runtimes.of('other')).toMatchObject({ starts: 0, lastStartAt: undefined, lastError: undefined });
});

it('forgets what was seen of one that is another now, but not the sessions that run', () => {
  const runtimes = new ConnectorRuntimes(() => 0);
  const runtime = runtimes.of('files');
  runtime.sessions = 1;
  runtime.check = { state: 'passed', at: AT.toISOString(), durationMs: 1, tools: 2 };
  runtime.crashes.exited({ hadAnswered: true });
  runtimes.failed('files', 'It ended.');
  runtimes.forget('files');
  expect(runtimes.of('files')).toMatchObject({ sessions: 1, check: undefined, lastError: undefined });
  expect(runtime.crashes.state()).toEqual({ kind: 'ready' });
});
