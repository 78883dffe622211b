/** Asks the companion that runs, if one does, how it is and what its tenants say. Starts none. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Status, TenantStatus } from '../../../../preload/contract/index.ts';
import { readHolder } from '../../../host/host-lock.ts';
import { openOperationClient } from '../../../transport/operation-client.ts';
import { socketPlace } from '../../../transport/wire/socket-path.ts';
import { VERSION } from '../../../version.ts';
import { note, ok, problem, type Finding } from './finding.ts';
import { isPassing } from './passing.ts';

const START = 'Start it with "runlayer serve" or open the app; clients also start it by themselves.';
const RESTART = 'Run "runlayer stop", then start it again.';

export interface CompanionWord {
  readonly findings: readonly Finding[];
  /** Nothing where none runs, or it is not understood. */
  readonly companion: Status['companion'] | undefined;
  readonly tenant: TenantStatus | undefined;
}

const silent = (finding: Finding): CompanionWord => ({ findings: [finding], companion: undefined, tenant: undefined });

function deliveryFinding({ delivery }: Status['companion']): Finding {
  const { state, lagEvents, problem: reason, pressure, parked, endpoint } = delivery;
  if (state === 'off') return ok('delivery', 'off, the audit trail stays on this machine');
  const behind = `${lagEvents} records wait`;
  const next = 'See "runlayer audit status".';
  if (pressure === 'full') return problem('delivery', `New calls are denied: ${behind}. ${reason}`.trim(), next);
  if (state === 'stopped') return problem('delivery', `${reason} ${behind}.`.trim(), next);
  if (state === 'waiting') return note('delivery', `${reason} ${behind}.`.trim(), 'It is tried again by itself.');
  return parked > 0
    ? note('delivery', `${parked} records were refused by ${endpoint ?? 'the endpoint'} and set aside.`, next)
    : ok('delivery', `to ${endpoint ?? '?'}, ${behind}`);
}

function writtenFinding({ seq, signing }: Status['companion']['audit']): Finding {
  const records = `${seq + 1} records`;
  if (signing === undefined) return ok('audit', records);
  if (signing.signed) return ok('audit', `${records}, signed ${signing.detail}`);
  const next = 'A cut tail of it is not detectable until the keychain is unlocked; see "runlayer audit verify".';
  return note('audit', `${records}, not signed: ${signing.detail}`, next);
}

export function companionFindings(companion: Status['companion']): Finding[] {
  return [
    companion.version === VERSION
      ? ok('companion', `version ${companion.version}, process ${companion.pid}, ${companion.sessions} sessions`)
      : problem('companion', `It is version ${companion.version}, this program ${VERSION}.`, RESTART),
    companion.audit.state === 'ok'
      ? writtenFinding(companion.audit)
      : problem(
          'audit',
          `It cannot be written: ${companion.audit.detail}. Every call is denied.`,
          'Free some disk space or check the folder "audit" in the home.',
        ),
    deliveryFinding(companion),
    ...(companion.enforcement === 'open'
      ? [
          note(
            'enforcement',
            'NOT ENFORCING ON OUTAGE: while a tenant cannot be asked, calls pass without its word.',
            'A managed setting, or the environment of the companion, says so; ask whoever manages this machine.',
          ),
        ]
      : []),
    ...companion.waitingConsents.map(({ title, host }) =>
      note('consent', `"${title}" of ${host} waits for your consent.`, 'See "runlayer status".'),
    ),
    ...companion.warnings.map((warning) =>
      isPassing(warning)
        ? note('companion', warning, 'It was dealt with; the log in the home folder, logs/companion.log, says more.')
        : problem('companion', warning, 'See the log in the home folder, logs/companion.log.'),
    ),
  ];
}

export async function checkCompanion(home: string): Promise<CompanionWord> {
  if (!existsSync(join(home, 'companion.lock'))) return silent(note('companion', 'It has never run here.', START));
  const holder = readHolder(home);
  if (holder === undefined) return silent(note('companion', 'It is not running.', START));
  const client = await openOperationClient(socketPlace(home).path).catch(() => undefined);
  if (client === undefined)
    return silent(
      problem('companion', `Process ${holder.pid} holds the lock but does not answer on its socket.`, RESTART),
    );
  try {
    // First, so that what is known of the tenants afterwards is of now. One of before does not know the question.
    const tenant = TenantStatus.safeParse(await client.call('tenant.status', {}).catch(() => undefined));
    const status = Status.safeParse(await client.call('status.get', {}));
    if (!status.success)
      return silent(problem('companion', 'It answers in a way that this version does not understand.', RESTART));
    const { companion } = status.data;
    return { findings: companionFindings(companion), companion, tenant: tenant.data };
  } catch (error) {
    return silent(
      problem('companion', `It did not answer: ${error instanceof Error ? error.message : String(error)}.`, RESTART),
    );
  } finally {
    client.close();
  }
}
