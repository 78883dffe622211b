import { mkdtempSync, rmSync } from 'node:fs';
import { StatementSync, type DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { buildRecord, type ChainHead } from '../../../main/audit/build-record.ts';
import { GENESIS } from '../../../main/audit/chain.ts';
import { createActivity } from '../../../main/audit/disk/index-activity.ts';
import { openDatabase } from '../../../main/audit/disk/index-schema.ts';
import { createIndexWriter } from '../../../main/audit/disk/index-write.ts';
import type { NewAuditRecord } from '../../../preload/contract/audit.ts';
import { asIs, callId, countingIds, intent, outcome } from '../records.ts';

afterEach(() => void vi.restoreAllMocks());

const START = Date.parse('2026-01-02T03:04:05.000Z');

/** A file of the index, and as many as work with it. */
function aFile() {
  const folder = mkdtempSync(join(tmpdir(), 'rl-columns-'));
  const opened: DatabaseSync[] = [];
  onTestFinished(() => {
    for (const database of opened) database.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const newId = countingIds(1_000_000);
  let head: ChainHead = { chainId: 'a', seq: -1, hash: GENESIS };
  return () => {
    const database = openDatabase(join(folder, 'companion.db'), () => undefined);
    opened.push(database);
    const writer = createIndexWriter(database);
    const insert = (records: readonly NewAuditRecord[]): void => {
      database.exec('BEGIN IMMEDIATE');
      writer.begin();
      for (const record of records) {
        const clock = (): Date => new Date(START + head.seq * 1000);
        writer.insert(buildRecord(record, head, { clock, newId, redact: asIs }).record);
        head = { ...head, seq: head.seq + 1 };
      }
      database.exec('COMMIT');
      writer.committed();
    };
    const ask = createActivity(database);
    const ids = (): string[] => {
      const filter = { text: '', show: 'all', events: false } as const;
      const answer = ask({ op: 'window', filter, offset: 0, limit: 200, of: undefined });
      return answer.op === 'window' ? answer.rows.map(({ id }) => id) : [];
    };
    return { database, writer, insert, ids };
  };
}

const numbers = (...list: number[]): string[] => list.map(callId);

/** Of every statement. */
function realOf<K extends 'get' | 'iterate'>(name: K): StatementSync[K] {
  return StatementSync.prototype[name];
}

it('what could not be read to its end is read anew, nothing of it twice', () => {
  const { insert, ids } = aFile()();
  insert([intent(1), outcome(2), intent(3)]);
  expect(ids()).toEqual(numbers(3, 2, 1));
  // Its intent brings another time: everything is read anew.
  insert([intent(2)]);
  const iterate = realOf('iterate');
  const spy = vi.spyOn(StatementSync.prototype, 'iterate').mockImplementation(function (
    this: StatementSync,
    ...values
  ) {
    // The texts are read first, then the entries.
    if (this.sourceSQL.includes('FROM entry')) throw new Error('disk I/O error');
    return iterate.apply(this, values);
  });
  expect(() => ids()).toThrow('disk I/O error');
  spy.mockRestore();
  expect(ids()).toEqual(numbers(2, 3, 1));
});

it('an answer is of one moment, whatever another process writes meanwhile', () => {
  const connect = aFile();
  const { insert, ids } = connect();
  insert([intent(1), intent(2)]);
  const other = connect();
  const get = realOf('get');
  let isWritten = false;
  vi.spyOn(StatementSync.prototype, 'get').mockImplementation(function (this: StatementSync, ...values) {
    if (!isWritten && this.sourceSQL.includes('FROM entry WHERE row')) {
      isWritten = true;
      other.writer.prune(new Map([['a', 100]]));
      other.insert([intent(3), intent(4)]);
    }
    return get.apply(this, values);
  });
  expect(ids()).toEqual(numbers(2, 1));
  expect(isWritten).toBe(true);
  expect(ids()).toEqual(numbers(4, 3));
});
