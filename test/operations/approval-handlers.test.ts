import { describe, expect, it } from 'vitest';
import { approvalHandlers } from '../../main/operations/approval-handlers.ts';
import { aRequest, rig, type Rig } from '../approval/rig.ts';
import { CLI } from './fakes.ts';

const bench = (): { r: Rig; handlers: ReturnType<typeof approvalHandlers> } => {
  const r = rig();
  return { r, handlers: approvalHandlers({ approvals: r.approvals }) };
};
const once = { id: 'a1', scope: 'once' } as const;

describe('approvals', () => {
  it('are given only by somebody at a terminal, even with -y', async () => {
    const { r, handlers } = bench();
    const answer = r.ask();
    for (const scope of ['once', 'session', 'hour'] as const) {
      expect(() => handlers['approvals.approve']({ id: 'a1', scope }, { ...CLI, tty: false })).toThrow(
        'only at a terminal',
      );
    }
    expect(r.approvals.list()).toHaveLength(1);
    expect([r.recorded, handlers['grants.list']({}, CLI)]).toEqual([[], []]);
    expect(handlers['approvals.approve'](once, CLI)).toEqual({});
    expect(await answer).toMatchObject({ effect: 'allow', code: 'approval_granted' });
    expect(r.recorded).toEqual(['a1 approved a test']);
  });

  it('are refused from anywhere, once', async () => {
    const { r, handlers } = bench();
    const answer = r.ask();
    expect(handlers['approvals.list']({}, CLI)).toMatchObject([{ id: 'a1' }]);
    void handlers['approvals.deny']({ id: 'a1' }, { ...CLI, caller: 'ui', tty: false });
    expect(await answer).toMatchObject({ effect: 'deny', code: 'approval_denied' });
    expect(() => handlers['approvals.deny']({ id: 'a1' }, CLI)).toThrow('No call waits');
    expect(() => handlers['approvals.approve'](once, CLI)).toThrow('No call waits');
  });
});

describe('grants', () => {
  it('are given with a yes, listed, and ended from anywhere', async () => {
    const { r, handlers } = bench();
    const when = { at: '', eq: '{"a":1}' };
    void r.ask();
    void handlers['approvals.approve']({ id: 'a1', scope: 'hour', when }, CLI);
    expect(handlers['grants.list']({}, CLI)).toMatchObject([{ id: 'a2', scope: 'hour', when }]);
    expect((await r.ask()).code).toBe('grant_allow');
    expect(handlers['grants.revoke']({ id: 'a2' }, { ...CLI, caller: 'ui', tty: false })).toEqual({});
    expect(handlers['grants.list']({}, CLI)).toEqual([]);
    expect(() => handlers['grants.revoke']({ id: 'a2' }, CLI)).toThrow('There is no grant "a2".');
    expect(r.recorded).toEqual(['a1 approved a test', '+a2 a test', '-a2 a test']);
    void r.ask(aRequest());
    expect(r.approvals.list()).toHaveLength(1);
  });
});
