/** For each tenant that somebody signed in to: is it reached, is its certificate good, is the key taken, do the clocks agree. */
import type { Status, TenantStatus } from '../../../../preload/contract/index.ts';
import { note, ok, problem, type Finding } from './finding.ts';
import { probeHost, type Probe } from './probe-host.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;
const SKEW_NOTE_MS = 60_000;
const SKEW_PROBLEM_MS = 5 * 60_000;

export interface TenantFacts {
  readonly host: string;
  readonly probe: Probe;
  /** What the running companion knows; nothing where none runs. */
  readonly companion: Status['companion'] | undefined;
  readonly status: TenantStatus | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const NEXT = {
  name: 'Check the network and the name; a VPN may be needed.',
  network: 'Check the network, a VPN and firewalls, then try again.',
  tls: 'Do not go on: somebody may stand between. Ask whoever runs your network whether it inspects TLS, and the tenant whether its certificate is good.',
  time: 'Check the network, a VPN and firewalls, then try again.',
} as const;
const WHAT = {
  name: 'Its name cannot be found',
  network: 'It cannot be reached',
  tls: 'Its certificate is not to be trusted',
  time: 'It does not answer',
} as const;

function checkProbe(check: string, probe: Probe, now: number): Finding[] {
  if (probe.kind === 'failed') return [problem(check, `${WHAT[probe.at]} (${probe.reason}).`, NEXT[probe.at])];
  const { certificateEnds, clockSkewMs } = probe;
  const findings: Finding[] = [];
  if (certificateEnds === undefined) findings.push(ok(check, 'reached, over plain http to this machine'));
  else {
    const day = new Date(certificateEnds).toISOString().slice(0, 10);
    findings.push(
      certificateEnds - now < SOON_DAYS * DAY_MS
        ? note(check, `reached; its certificate ends on ${day}.`, 'Tell whoever runs the tenant.')
        : ok(check, `reached, its certificate is good until ${day}`),
    );
  }
  const skew = Math.abs(clockSkewMs ?? 0);
  if (skew > SKEW_NOTE_MS) {
    const text = `Its clock and that of this machine are ${Math.round(skew / 1000)} s apart.`;
    const next = 'Let this machine set its clock by itself (NTP); certificates and sign-ins depend on it.';
    findings.push(skew > SKEW_PROBLEM_MS ? problem(check, text, next) : note(check, text, next));
  }
  return findings;
}

function checkKey(check: string, { host, companion, status }: TenantFacts): Finding {
  const login = `Run "runlayer login --host ${host}".`;
  if (companion === undefined)
    return note(
      check,
      'Whether its key is taken is not known: only a running companion can ask.',
      'Start it, then run "runlayer doctor" again.',
    );
  const view = companion.tenants.find((candidate) => candidate.host === host);
  if (view?.credential === 'missing') return problem(check, 'Its key is not in the keychain any more.', login);
  if (view?.state === 'unauthorized') return problem(check, 'It does not take the key.', login);
  const isTaken = status?.hosts.some(({ url, enrolled }) => url === host && enrolled) === true;
  if (isTaken) {
    const who = view?.account === undefined ? '' : ` of ${view.account}`;
    return ok(check, `the key${who} is taken`);
  }
  return note(
    check,
    view?.problem === undefined || view.problem === ''
      ? 'Whether its key is taken could not be found out just now.'
      : view.problem,
    'Run "runlayer doctor" again.',
  );
}

/** Just now its key was taken by a tenant whose certificate the companion checked. */
const isTrusted = ({ host, status }: TenantFacts): boolean =>
  status?.hosts.some(({ url, enrolled }) => url === host && enrolled) === true;

/** The host without its scheme: the name of its lines. */
const nameOf = (host: string): string => new URL(host).host;

export function tenantFindings(facts: TenantFacts): Finding[] {
  const check = nameOf(facts.host);
  if (facts.probe.kind === 'failed' && facts.probe.at === 'tls' && isTrusted(facts))
    return [
      note(
        check,
        `The companion trusts its certificate, and this terminal does not (${facts.probe.reason}).`,
        'If you did not start the companion with NODE_EXTRA_CA_CERTS, do not go on, and ask whoever runs your network.',
      ),
      checkKey(check, facts),
    ];
  const reach = checkProbe(check, facts.probe, facts.now);
  // A tenant that cannot be reached cannot have been asked about a key.
  return facts.probe.kind === 'failed' ? reach : [...reach, checkKey(check, facts)];
}

export async function checkTenants(
  hosts: readonly string[],
  known: Pick<TenantFacts, 'companion' | 'status'>,
  now: () => number = Date.now,
): Promise<Finding[]> {
  const findings = await Promise.all(
    hosts.map(async (host) => tenantFindings({ host, ...known, probe: await probeHost(host), now: now() })),
  );
  return findings.flat();
}
