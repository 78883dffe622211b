import { describe, expect, it } from 'vitest';
import { CompanionError } from '../../preload/contract/index.ts';
import { approvalHash, ListedApprovals } from '../../main/operations/listed-approvals.ts';
import { tenantStatusHandlers } from '../../main/operations/tenant-status-handlers.ts';
import { ACME, approvalRow, scriptedApi, scriptedTenants } from '../backend/scripted-tenants.ts';
import { PAGE } from './fakes.ts';

const question = (listed: ListedApprovals, seen?: string): string => {
  const input = { host: ACME, id: 'p1', approve: true, ...(seen === undefined ? {} : { seen }) };
  try {
    const { title, detail } = listed.describe(listed.completed(input));
    return `${title}\n${detail}`;
  } catch (error) {
    return error instanceof CompanionError ? error.code : String(error);
  }
};

describe('an approval of a tenant', () => {
  it('is asked about with all that the tenant says of it', () => {
    const listed = new ListedApprovals();
    const title = `Drop\u200b ${'x'.repeat(300)} END`;
    listed.keep(ACME, [approvalRow('p1', { initial_content: { title } })]);
    const asked = question(listed);
    for (const part of [
      'tool: merge',
      'server: GitHub',
      'the request p1',
      ACME,
      'Drop\\u{200b}',
      'END',
      'its arguments',
    ])
      expect(asked).toContain(part);
  });

  it('is not asked about where nobody listed it, or another one was seen', () => {
    const listed = new ListedApprovals();
    expect(question(listed)).toBe('E_TENANT_APPROVAL_CHANGED');
    listed.keep(ACME, [approvalRow('p1')]);
    expect(question(listed, 'f'.repeat(64))).toBe('E_TENANT_APPROVAL_CHANGED');
    expect(question(listed, approvalHash(ACME, approvalRow('p1')))).toContain('Approve the request');
    listed.keep(ACME, [approvalRow('p2')]);
    expect(question(listed)).toBe('E_TENANT_APPROVAL_CHANGED');
  });

  it('that is another one by the time of the yes is not answered', async () => {
    const rows = [approvalRow('p1')];
    const posted: string[] = [];
    const api = scriptedApi(ACME, {
      approvals: () => Promise.resolve([...rows]),
      decideApproval: (id) => {
        posted.push(id);
        return Promise.resolve();
      },
    });
    const listed = new ListedApprovals();
    const handlers = tenantStatusHandlers({
      ...scriptedTenants([api]),
      version: '1',
      listed,
      decided: () => {},
      record: () => {},
      limit: () => new AbortController().signal,
    });
    await handlers['tenant.approvals']({}, PAGE);
    const input = listed.completed({ host: ACME, id: 'p1', approve: true });
    rows[0] = approvalRow('p1', { tool_call: { server_name: 'GitHub', tool_name: 'delete_everything' } });
    await expect(handlers['tenant.decide'](input, PAGE)).rejects.toMatchObject({ code: 'E_TENANT_APPROVAL_CHANGED' });
    expect(posted).toEqual([]);
    rows[0] = approvalRow('p1');
    expect(await handlers['tenant.decide'](input, PAGE)).toEqual({});
    expect(posted).toEqual(['p1']);
  });
});
