/** What tenants say of themselves, and approvals that wait there. Each answer to one is recorded before it is sent. */
import { CompanionError, type OperationOutput } from '../../preload/contract/index.ts';
import { approvalLink, approvalView, isPending, pendingApprovals } from '../backend/approval-view.ts';
import { askTenant, partLimit, signedInHosts, type SignedIn } from '../backend/signed-in.ts';
import { tenantStatus } from '../backend/status-parts.ts';
import { TenantError } from '../backend/tenant-api.ts';
import { nobodySignedIn } from '../backend/tenant-failures.ts';
import type { Handlers, WeakeningByInput } from './dispatch.ts';
import { refuseOther, type ListedApprovals } from './listed-approvals.ts';

export interface TenantStatusParts extends SignedIn {
  readonly version: string;
  /** One was decided here: the list is old now. */
  readonly decided: (host: string) => void;
  /** Throws where it cannot be recorded; then nothing is sent. */
  readonly record: (detail: Readonly<Record<string, string>>) => void;
  /** Told what was listed: a person is asked about that. */
  readonly listed?: Pick<ListedApprovals, 'keep'>;
  /** For how long all tenants together may be asked. */
  readonly limit?: () => AbortSignal;
}

type TenantStatusHandlers = Pick<Handlers, 'tenant.status' | 'tenant.approvals' | 'tenant.decide'>;

const SEE = 'See what waits with "runlayer tenant approvals".';

function gone(id: string): CompanionError {
  return new CompanionError(
    'E_TENANT_APPROVAL_UNKNOWN',
    `No approval waits at the tenant under "${id.slice(0, 64)}".`,
    `It may have been answered, or have ended. ${SEE}`,
    { exitCode: 2 },
  );
}

function onlyInDashboard(host: string, id: string): CompanionError {
  return new CompanionError(
    'E_TENANT_DASHBOARD',
    'The tenant lets nobody decide this one here.',
    `Decide it in the dashboard: ${approvalLink(host, id)}`,
    { exitCode: 2 },
  );
}

/** In the words of what a person wanted to do, where they are better than those of the request that failed. */
function decisionFailure(error: unknown, host: string, id: string): unknown {
  if (!(error instanceof TenantError)) return error;
  if (error.kind === 'refused') return onlyInDashboard(host, id);
  if (error.kind === 'gone') return gone(id);
  if (error.kind !== 'conflict') return error;
  const said = error.detail === '' ? '' : ` The tenant says: ${error.detail.replace(/\.$/, '')}.`;
  return new CompanionError('E_TENANT_CONFLICT', `It was decided already, or has ended.${said}`, SEE);
}

const problemOf = (error: unknown): string =>
  error instanceof CompanionError ? error.message : 'It did not answer in time.';

export function tenantStatusHandlers(parts: TenantStatusParts): TenantStatusHandlers {
  const { tenants, views, limit = partLimit } = parts;

  const approvals = async (): Promise<OperationOutput<'tenant.approvals'>> => {
    const hosts = signedInHosts(views());
    // As below: nobody looked.
    if (hosts.length === 0) throw nobodySignedIn();
    const signal = limit();
    const answers = await Promise.all(
      hosts.map((host) => askTenant(tenants, host, signal, (api, stopped) => api.approvals(stopped))),
    );
    const failures = answers.flatMap((answer) => (answer.kind === 'failed' ? [answer.error] : []));
    for (const [at, answer] of answers.entries())
      if (answer.kind === 'answered') parts.listed?.keep(hosts[at] ?? '', answer.value);
    // "Nothing waits" must not be said where nobody could be asked.
    const [first] = failures;
    if (failures.length === hosts.length && first !== undefined) {
      if (first instanceof CompanionError) throw first;
      throw new CompanionError(
        'E_TENANT_UNREACHABLE',
        'The tenant did not answer in time.',
        'Try again; "runlayer doctor" finds out what is wrong.',
        { cause: first },
      );
    }
    return {
      approvals: answers.flatMap((answer, at) =>
        answer.kind === 'answered' ? pendingApprovals(hosts[at] ?? '', answer.value) : [],
      ),
      unanswered: answers.flatMap((answer, at) =>
        answer.kind === 'failed' ? [{ host: hosts[at] ?? '', problem: problemOf(answer.error) }] : [],
      ),
    };
  };

  return {
    'tenant.status': () => tenantStatus(parts),
    'tenant.approvals': approvals,
    'tenant.decide': async ({ host, id, approve, seen }, context) => {
      // As with calls that wait here: -y answers what a script may answer, and this it may not. A page's was answered in our own window.
      if (approve && !context.tty && context.caller !== 'ui') {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'An approval can be given only at a terminal.',
          'Run the same command in a terminal.',
          { exitCode: 2 },
        );
      }
      const api = await tenants.api(host);
      const row = (await api.approvals()).find((candidate) => candidate.id === id);
      if (row === undefined || !isPending(row)) throw gone(id);
      refuseOther(host, row, seen);
      if (!row.can_decide_inline) throw onlyInDashboard(host, id);
      const { title, server, tool } = approvalView(host, row);
      const detail = {
        host,
        approval: id,
        answer: approve ? 'approved' : 'denied',
        by: context.by,
        title,
        server,
        tool,
      };
      parts.record({ ...detail, state: 'sent' });
      let failed: unknown;
      try {
        await api.decideApproval(id, approve);
      } catch (error) {
        failed = error;
      }
      parts.decided(host);
      const state = failed === undefined ? 'taken' : failed instanceof TenantError ? failed.kind : 'failed';
      try {
        parts.record({ ...detail, state });
      } catch {
        // The journal says of itself that it cannot be written; that the answer was sent is in it already.
      }
      if (failed !== undefined) throw decisionFailure(failed, host, id);
      return {};
    },
  };
}

/** Saying no takes nothing away. */
export function tenantWeakeningTests(): WeakeningByInput {
  return { 'tenant.decide': ({ approve }) => approve };
}
