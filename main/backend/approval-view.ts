/** Approvals of a tenant as they are shown. Whether one may be decided here is the tenant's word, taken as it is. */
import type { TenantApproval } from '../../preload/contract/index.ts';
import { tenantText } from './tenant-text.ts';
import type { TenantApprovalRow } from './wire.ts';

const MAX_TITLE = 200;
const MAX_NAME = 128;

/** Where a person decides it in a browser. Never throws, whatever a tenant takes for an id. */
export function approvalLink(host: string, id: string): string {
  return `${host}/approvals/${encodeURIComponent(id.toWellFormed())}`;
}

/** Everything else was decided, has ended, or is a state of which nobody here knows what an answer would do. */
export function isPending({ status }: TenantApprovalRow): boolean {
  return /^pending(?:_|$)/i.test(status);
}

export function approvalView(host: string, row: TenantApprovalRow): TenantApproval {
  const server = tenantText(row.tool_call?.server_name, MAX_NAME);
  const tool = tenantText(row.tool_call?.tool_name, MAX_NAME);
  const title = tenantText(row.initial_content?.title, MAX_TITLE);
  return {
    host,
    id: row.id,
    status: tenantText(row.status, MAX_NAME),
    title: title === '' ? (tool === '' ? 'An approval' : `${tool} on ${server}`) : title,
    server,
    tool,
    canDecideInline: row.can_decide_inline,
    link: approvalLink(host, row.id),
  };
}

export function pendingApprovals(host: string, rows: readonly TenantApprovalRow[]): TenantApproval[] {
  return rows.filter(isPending).map((row) => approvalView(host, row));
}
