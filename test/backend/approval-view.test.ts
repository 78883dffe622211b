import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { TenantApproval } from '../../preload/contract/index.ts';
import { approvalView, isPending } from '../../main/backend/approval-view.ts';
import { ACME, approvalRow, UNSEEN } from './scripted-tenants.ts';

it('makes a link that stays on its tenant and a view that fits, of whatever a tenant says', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('../../x', '\ud800', '//evil.example', '?a#b'));
  const some = fc.option(text, { nil: null });
  fc.assert(
    fc.property(text, text, some, some, some, (id, status, title, server, tool) => {
      const row = approvalRow(id, {
        status,
        initial_content: { title },
        tool_call: { server_name: server, tool_name: tool },
      });
      const view = approvalView(ACME, row);
      expect(TenantApproval.safeParse(view).success).toBe(true);
      expect(view.title).not.toBe('');
      for (const shown of [view.title, view.server, view.tool, view.status]) expect(shown).not.toMatch(UNSEEN);
      expect(view.link.startsWith(`${ACME}/approvals/`)).toBe(true);
      expect(view.link.slice(`${ACME}/approvals/`.length)).not.toMatch(/[/?#\s]/);
    }),
  );
});

it.each([
  ['pending', true],
  ['PENDING', true],
  ['pending_review', true],
  ['pendingish', false],
  ['approved', false],
  ['denied', false],
  ['expired', false],
  ['', false],
])('"%s" waits: %s', (status, waits) => {
  expect(isPending(approvalRow('1', { status }))).toBe(waits);
});
