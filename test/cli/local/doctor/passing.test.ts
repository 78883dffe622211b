import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isPassing } from '../../../../main/cli/local/doctor/passing.ts';

const source = (path: string): string => readFileSync(new URL(`../../../../main/${path}`, import.meta.url), 'utf8');

describe('warnings that have passed', () => {
  // The words that the program says today: whoever changes them there must change them in the list too.
  it.each([
    ['audit/disk/index-tail.ts', 'the journal is not the one that was indexed; the index is rebuilt from it', ''],
    ['audit/disk/index-worker.ts', 'the log index was damaged; it was set aside and is rebuilt from the journal', ''],
    ['audit/disk/open-journal.ts', 'a torn last line (', '12 bytes) was cut off a-000000000000.jsonl'],
    [
      'audit/delivery/delivery.ts',
      'There is no outbox.json',
      ': the whole audit journal is sent to the audit endpoint, …',
    ],
    [
      'audit/delivery/delivery.ts',
      'outbox.json is damaged',
      ': the whole audit journal is sent to the audit endpoint, …',
    ],
    ['audit/disk/segment-store.ts', 'the audit journal can be synced again', ''],
    ['audit/disk/segment-store.ts', 'the audit journal cannot be synced: ', 'ENOSPC'],
    ['backend/hook-report.ts', 'Some reports of calls that were blocked here did not reach their tenant;', ' …'],
  ])('%s: %s', (path, said, rest) => {
    expect(source(path)).toContain(said);
    expect(isPassing(said + rest)).toBe(true);
  });

  it('sessions of the companion before', () => {
    const said = ' sessions are still served by the headless companion that ran before.';
    expect(source('host/companion-status.ts')).toContain(said);
    expect(isPassing(`2${said}`)).toBe(true);
  });

  it.each([
    'Record 7 of the audit chain a is gone or was exchanged while nobody wrote it; run "runlayer audit verify".',
    'the audit segment a-000000000000.jsonl was set aside: it is damaged',
    'the log index stopped: out of memory',
    'settings.json is damaged; the index is rebuilt from it',
    '',
  ])('not: %s', (said) => {
    expect(isPassing(said)).toBe(false);
  });
});
