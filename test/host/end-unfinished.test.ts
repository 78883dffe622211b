import { describe, expect, it } from 'vitest';
import { buildRecord } from '../../main/audit/build-record.ts';
import { GENESIS } from '../../main/audit/chain.ts';
import { endUnfinished, type EndUnfinishedParts } from '../../main/host/end-unfinished.ts';
import type { AuditRecord, IntentRecord, NewAuditRecord } from '../../preload/contract/audit.ts';
import { asIs, callId, countingIds, intent } from '../audit/records.ts';

/** As the journal has it. */
const found = (n: number): IntentRecord => {
  const stamps = { clock: () => new Date(0), newId: countingIds(n), redact: asIs };
  const { record } = buildRecord(intent(n), { chainId: 'a', seq: n, hash: GENESIS }, stamps);
  if (record.kind !== 'intent') throw new Error('another record');
  return record;
};

function bench(over: Partial<EndUnfinishedParts> = {}) {
  const answer = Promise.withResolvers<IntentRecord[]>();
  const asked: unknown[] = [];
  const appended: NewAuditRecord[] = [];
  const said: string[] = [];
  const done = endUnfinished({
    index: {
      unfinished: (except) => {
        asked.push(except);
        return answer.promise;
      },
    },
    journal: {
      append: (record) => {
        appended.push(record);
        return record as AuditRecord;
      },
    },
    own: { chain: 'own', seq: 8 },
    previous: { chainId: 'other', since: 5 },
    isOver: () => false,
    warn: (text) => said.push(text),
    log: (text) => said.push(text),
    ...over,
  });
  return { done, answer, asked, appended, said };
}

describe('calls that an earlier companion did not finish', () => {
  it('end as unknown; what a living host or this one began is left alone', async () => {
    const { done, answer, asked, appended } = bench();
    expect(asked).toEqual([
      [
        { chain: 'own', seq: 8 },
        { chain: 'other', seq: 5 },
      ],
    ]);
    answer.resolve([found(101), found(102)]);
    await done;
    expect(appended).toMatchObject([
      { kind: 'outcome', call: callId(101), outcome: 'unknown' },
      { kind: 'outcome', call: callId(102), outcome: 'unknown' },
    ]);
  });

  it('are all left to a host before that does not say where its own begin', async () => {
    const { done, answer, asked } = bench({ previous: { chainId: 'other', since: undefined } });
    answer.resolve([]);
    await done;
    expect(asked[0]).toContainEqual({ chain: 'other', seq: 0 });
  });

  it('are left to who comes next once it is over here', async () => {
    const { done, answer, appended, said } = bench({ isOver: () => true });
    answer.resolve([found(101)]);
    await done;
    expect([appended, said]).toEqual([[], []]);
  });

  it('are told of where they cannot be looked up', async () => {
    const { done, answer, said } = bench();
    answer.reject(new Error('the disk is full'));
    await done;
    expect(said).toEqual([expect.stringContaining('could not be looked up: the disk is full')]);
  });

  it('stay for the next start where nothing can be recorded', async () => {
    const append = (): never => {
      throw new Error('ENOSPC');
    };
    const { done, answer, said } = bench({ journal: { append } });
    answer.resolve([found(101)]);
    await done;
    expect(said).toEqual([expect.stringContaining('ENOSPC')]);
  });
});
