import { describe, expect, it } from 'vitest';
import { AuditRecord } from '../../preload/contract/index.ts';
import { GENESIS } from '../../main/audit/chain.ts';
import { createJournal } from '../../main/audit/journal.ts';
import { toLogEntry } from '../../main/audit/log-entry.ts';
import { memoryStore } from '../audit/memory-store.ts';
import { asIs, countingIds, steppingClock } from '../audit/records.ts';
import { call, tool } from './harness.ts';
import { allow, DENY, HOST, json, listAll, SERVER, tenantHarness } from './tenant-harness.ts';

describe('the records of calls that a tenant was asked about', () => {
  it('fit the schema of the journal, and the log names the tenant', async () => {
    const h = tenantHarness();
    await listAll(h, [tool('a')]);
    for (let id = 1; id <= 4; id++) h.fromClient(call(id, 'a'));
    await h.pre(DENY);
    await h.pre(allow('c-2', { result: json('{"content":[]}') }));
    await h.pre(allow('c-3', { arguments: json('{"x":1}') }));
    await h.pre({ kind: 'open', reason: 'away' });
    h.fromServer({ id: 3, result: { content: [] } }, { id: 4, result: { content: [] } });
    await h.post({ kind: 'withhold', code: 'tenant_deny', reason: 'x' });

    const start = { chainId: 'c0ffee', seq: -1, hash: GENESIS };
    const journal = createJournal({
      store: memoryStore(),
      clock: steppingClock(),
      newId: countingIds(),
      redact: asIs,
      start,
    });
    const written = h.records.map((record) => AuditRecord.parse(journal.append(record)));
    const entries = written.flatMap((record) => (record.kind === 'intent' ? [toLogEntry(record)] : []));
    const tenant = { host: HOST, server: SERVER };
    expect(entries.map(({ code, tenant: of }) => [code, of])).toEqual([
      ['tenant_deny', tenant],
      ['tenant_answered', { ...tenant, correlation_id: 'c-2' }],
      ['tenant_allow', { ...tenant, correlation_id: 'c-3' }],
      ['tenant_outage_open', tenant],
    ]);
    const outcomes = written.flatMap((record) => (record.kind === 'outcome' ? [record.outcome] : []));
    expect(outcomes).toEqual(['refused', 'ok', 'ok', 'withheld']);
  });
});
