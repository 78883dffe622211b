/**
 * Approvals of tenants as they were last listed here: what a person is asked about, and what their yes is bound to. A tenant gives
 * an id and a few words about it; the id alone says nothing.
 */
import { createHash } from 'node:crypto';
import { CompanionError, type OperationInput } from '../../preload/contract/index.ts';
import type { TenantApprovalRow } from '../backend/wire.ts';
import { displayText } from '../connectors/display.ts';

type Decide = OperationInput<'tenant.decide'>;

/** Of all that the tenant says of it. */
export function approvalHash(host: string, { id, initial_content, tool_call }: TenantApprovalRow): string {
  const said = [initial_content?.title ?? '', tool_call?.server_name ?? '', tool_call?.tool_name ?? ''];
  return createHash('sha256')
    .update(JSON.stringify(['runlayer-tenant-approval-v1', host, id, ...said]))
    .digest('hex');
}

function notListed(): CompanionError {
  return new CompanionError(
    'E_TENANT_APPROVAL_CHANGED',
    'It is not known here what this approval is, or it is another one by now; nothing was answered.',
    'List them again, and answer what you see then.',
    { exitCode: 2 },
  );
}

export class ListedApprovals {
  /** By host; a listing takes the place of the one before. */
  private readonly rows = new Map<string, ReadonlyMap<string, TenantApprovalRow>>();

  keep(host: string, rows: readonly TenantApprovalRow[]): void {
    this.rows.set(host, new Map(rows.map((row) => [row.id, row])));
  }

  /** Binds an answer to what was listed, where the caller did not say what it saw. */
  completed(input: Decide): Decide {
    const row = this.rows.get(input.host)?.get(input.id);
    return row === undefined || input.seen !== undefined ? input : { ...input, seen: approvalHash(input.host, row) };
  }

  /** Throws `E_TENANT_APPROVAL_CHANGED` where it was not listed, or another one was seen. */
  describe({ host, id, approve, seen }: Decide): { readonly title: string; readonly detail: string } {
    const row = this.rows.get(host)?.get(id);
    if (row === undefined || approvalHash(host, row) !== seen) throw notListed();
    const words = (text: string | null | undefined): string =>
      text === undefined || text === null || text === '' ? '(the tenant does not say)' : displayText(text);
    return {
      title: `${approve ? 'Approve' : 'Deny'} the request ${displayText(id)} at ${host}?`,
      detail: [
        `tool: ${words(row.tool_call?.tool_name)}`,
        `server: ${words(row.tool_call?.server_name)}`,
        `what the tenant calls it: ${words(row.initial_content?.title)}`,
        '',
        ...(approve ? ['Whoever asked for it may then do it, on whatever machine.'] : []),
        'The tenant does not tell us its arguments.',
      ].join('\n'),
    };
  }
}

/** Throws `E_TENANT_APPROVAL_CHANGED` where the row is another one than was seen. */
export function refuseOther(host: string, row: TenantApprovalRow, seen: string | undefined): void {
  if (seen !== undefined && approvalHash(host, row) !== seen) throw notListed();
}
