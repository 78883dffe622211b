/** What `status` says of tenants and of where the audit trail goes. */
import type { Status, TenantStatus, TenantView } from '../../../preload/contract/index.ts';
import { isPlainWord } from '../../../preload/contract/plain-word.ts';
import { hang } from './render.ts';

type Companion = Status['companion'];

const count = (n: number, one: string, many: string): string => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / (1024 * 1024)).toFixed(1)} MiB`;
}

function tenantText(tenant: TenantView, loginWords: string): string {
  const who = tenant.account === undefined ? '' : ` as ${tenant.account}`;
  const start = `${tenant.host}${tenant.isDefault ? ' (default)' : ''}`;
  if (tenant.credential === 'missing') return `${start}: SIGNED OUT, its key is gone. ${loginWords}`;
  const key = tenant.credential === 'environment' ? ' with the key of the environment' : '';
  const signedIn = `${start}: signed in${who}${key}`;
  switch (tenant.state) {
    case 'ok':
      return signedIn;
    case 'unknown':
      return `${signedIn}, not asked yet`;
    case 'unreachable':
    case 'unauthorized':
      return `${start}: ${tenant.state === 'unreachable' ? 'NOT REACHED' : 'KEY NOT TAKEN'}. ${tenant.problem}`;
  }
}

function consentText({ host, server, title }: Companion['waitingConsents'][number]): string {
  const how =
    isPlainWord(server) && isPlainWord(host)
      ? `Look at it with "runlayer connectors accept ${server} --host ${host}"`
      : 'Look at it with "runlayer tenant servers"';
  return `"${title}" of ${host} waits for your consent. ${how}`;
}

export function tenantLines({ tenants, waitingConsents, enforcement }: Companion): string[] {
  const lines = tenants.map((tenant, at) =>
    hang(
      at === 0 ? '  tenants    ' : '             ',
      tenantText(tenant, `Run "runlayer login --host ${tenant.host}"`),
    ),
  );
  return [
    ...(lines.length === 0
      ? [hang('  tenants    ', 'none; sign in to one with "runlayer login --host https://…"')]
      : lines),
    ...waitingConsents.map((consent) => hang('  ! ', consentText(consent))),
    ...(enforcement === 'open'
      ? [
          hang(
            '  ! ',
            'NOT ENFORCING ON OUTAGE: while a tenant cannot be asked, calls pass without its word. Managed settings, or the environment that the companion was started with, say so; only local rules decide then.',
          ),
        ]
      : []),
  ];
}

/** What waits at tenants: of the default one as it says now, of the others as they were last asked. */
export function attentionLines({ waitingTenantApprovals = 0 }: Companion, tenant: TenantStatus): string[] {
  const { attention, dashboard_url: dashboard } = tenant;
  const pending = Math.max(attention?.approval_requests_pending ?? 0, waitingTenantApprovals);
  const broken = attention?.accounts_needing_reconnect ?? 0;
  return [
    ...(pending === 0
      ? []
      : [
          hang(
            '  ! ',
            `${count(pending, 'approval waits', 'approvals wait')} at the tenant, see "runlayer tenant approvals"`,
          ),
        ]),
    ...(broken === 0
      ? []
      : [
          hang(
            '  ! ',
            `${count(broken, 'account needs', 'accounts need')} to be connected again at ${dashboard ?? 'the tenant'}`,
          ),
        ]),
  ];
}

const PRESSURE: Readonly<Record<Companion['delivery']['pressure'], string | undefined>> = {
  none: undefined,
  warn: 'More than 70 % of what may wait for delivery is used.',
  lean: 'Audit records are kept without details: what may wait for delivery is nearly used up.',
  full: 'NEW CALLS ARE DENIED: what may wait for delivery is used up.',
};

export function deliveryLines({ delivery }: Companion): string[] {
  if (delivery.state === 'off') return [hang('  delivery   ', 'off, the audit trail stays on this machine')];
  const state = { delivering: 'on', waiting: 'WAITING', stopped: 'STOPPED' }[delivery.state];
  const last = delivery.lastSuccessAt === null ? 'never' : `${delivery.lastSuccessAt.slice(0, 19).replace('T', ' ')}Z`;
  const behind =
    delivery.lagEvents === 0
      ? 'nothing waits'
      : `${count(delivery.lagEvents, 'record waits', 'records wait')} (${bytesText(delivery.lagBytes)})`;
  const pressure = PRESSURE[delivery.pressure];
  return [
    hang('  delivery   ', `${state}, to ${delivery.endpoint ?? '?'}; ${behind}; last taken ${last}`),
    ...(delivery.problem === '' ? [] : [hang('  ! ', delivery.problem)]),
    ...(pressure === undefined ? [] : [hang('  ! ', pressure)]),
    ...(delivery.parked === 0
      ? []
      : [
          hang(
            '  ! ',
            `${count(delivery.parked, 'record was', 'records were')} refused by the endpoint and set aside, see "runlayer audit status"`,
          ),
        ]),
  ];
}
