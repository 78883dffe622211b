import { beforeEach, describe, expect, it, vi } from 'vitest';
import { callTool } from '../../main/by-hand/call-tool.ts';
import type { HandOptions, HandParts } from '../../main/by-hand/hand-session.ts';
import { CompanionError, type Decision, type NewAuditRecord } from '../../preload/contract/index.ts';

let session: (options: HandOptions) => Promise<never>;
vi.mock('../../main/by-hand/hand-session.ts', () => ({
  inHandSession: (_parts: HandParts, options: HandOptions) => session(options),
}));

const late = new CompanionError('E_CONNECTOR_TEST', '"files" did not finish within 180 seconds.', 'See its log.');
const call = () =>
  callTool({} as HandParts, { connector: 'files', tool: 'write', arguments: '{}' }, (text) =>
    text.replaceAll('hush', '***'),
  );
const intent = (decision: Decision): NewAuditRecord =>
  ({ kind: 'intent', call: 'c1', 'mcp.method.name': 'tools/call', decision }) as NewAuditRecord;

let record: HandOptions['record'];
beforeEach(() => {
  record = undefined;
});
/** No end in time, after this went into the journal. */
const endsLate = (...records: readonly NewAuditRecord[]): void => {
  session = ({ record: write }) => {
    record = write;
    record?.(records);
    return Promise.reject(late);
  };
};

describe('a call that does not end in time', () => {
  it('may have been carried out where it went to the server, and says where to look', async () => {
    endsLate(intent({ effect: 'allow', decidedBy: 'local', code: 'rule_allow', reason: 'A rule allows it.' }));
    const answer = await call();
    expect(answer).toMatchObject({ call: 'c1', decision: { effect: 'allow' }, outcome: 'failed', parts: [] });
    expect(answer.message).toContain('did not finish within 180 seconds');
    expect(answer.message).toContain('may have been carried out');
    expect(answer.message).toContain('c1');
  });

  it('was refused where the decision was a no', async () => {
    endsLate(intent({ effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: 'A rule denies hush.' }));
    expect(await call()).toMatchObject({ call: 'c1', outcome: 'refused', message: 'A rule denies ***.' });
  });

  it('was not made where it did not come to a decision', async () => {
    endsLate();
    await expect(call()).rejects.toBe(late);
  });
});
