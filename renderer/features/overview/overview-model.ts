import type { ClientView } from '../../../preload/contract/client.ts';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import type { Concern, Protection, ProtectionState } from '../../../preload/contract/protection.ts';
import type { Status } from '../../../preload/contract/status.ts';
import type { Tone } from '../../ui/badge.tsx';
import type { IconName } from '../../ui/icon.tsx';

export interface Headline {
  readonly title: string;
  readonly text: string;
  readonly icon: IconName;
  readonly tone: Exclude<Tone, 'plain'>;
}

const HEADLINES: Readonly<Record<ProtectionState, Headline>> = {
  protected: {
    title: 'You are protected',
    text: 'Every call through the companion is decided and recorded.',
    icon: 'shieldCheck',
    tone: 'good',
  },
  attention: { title: 'Something needs you', text: '', icon: 'shieldAlert', tone: 'warn' },
  not_enforcing: { title: 'Not enforcing', text: '', icon: 'shieldOff', tone: 'bad' },
};

/** The answer to "am I protected?": with something to worry about, its first concern is the text. */
export function headlineOf(protection: Protection): Headline {
  const headline = HEADLINES[protection.state];
  return { ...headline, text: protection.concerns[0]?.text ?? headline.text };
}

export interface StatView {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  /** The page with more about it. */
  readonly path: string;
}

function plural(n: number, one: string, many: string): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** As many blocked calls are counted; above it the number says nothing more. */
export const MAX_BLOCKED = 1000;

/** The start of the person's day, as an ISO time. @param now milliseconds since the epoch. */
export function startOfDay(now: number): string {
  return new Date(new Date(now).setHours(0, 0, 0, 0)).toISOString();
}

export function clientsStat(clients: readonly ClientView[] | undefined): StatView {
  const here = clients?.filter(({ state }) => state !== 'absent') ?? [];
  const connected = here.filter(({ connectors }) => connectors.length > 0).length;
  return {
    label: 'AI clients',
    value: clients === undefined ? '–' : `${connected} of ${here.length}`,
    note: here.length === 0 ? 'None was found on this machine' : 'go through the companion',
    path: '/clients',
  };
}

export function connectorsStat(connectors: readonly ConnectorView[] | undefined, sessions: number): StatView {
  const ready = connectors?.filter(({ state }) => state === 'ready').length ?? 0;
  return {
    label: 'Connectors',
    value: connectors === undefined ? '–' : String(connectors.length),
    note: `${ready} ready, ${plural(sessions, 'session', 'sessions')} now`,
    path: '/connectors',
  };
}

/** @param blocked calls refused today; undefined while they are not known. */
export function blockedStat(blocked: number | undefined): StatView {
  return {
    label: 'Blocked today',
    value:
      blocked === undefined ? '–' : blocked >= MAX_BLOCKED ? `${MAX_BLOCKED.toLocaleString('en')}+` : String(blocked),
    note: blocked === 0 ? 'Nothing had to be refused' : 'refused, failed or kept back',
    path: '/activity?show=denied',
  };
}

const TENANT_STATES: Readonly<Record<Status['companion']['tenants'][number]['state'], string>> = {
  ok: 'Signed in',
  unreachable: 'Away',
  unauthorized: 'Signed out',
  unknown: 'Signed in',
};

export function tenantStat({ companion }: Status): StatView {
  const [tenant, ...others] = companion.tenants;
  if (tenant === undefined)
    return { label: 'Tenant', value: 'None', note: 'Local rules decide alone', path: '/settings/tenant' };
  const bad = companion.tenants.find(({ state }) => state === 'unreachable' || state === 'unauthorized') ?? tenant;
  return {
    label: 'Tenant',
    value: TENANT_STATES[bad.state],
    note: others.length === 0 ? bad.host : `${bad.host} and ${others.length} more`,
    path: '/settings/tenant',
  };
}

const KEYCHAIN: Readonly<Record<Status['companion']['keychain']['state'], string>> = {
  ready: 'ready',
  locked: 'locked',
  absent: 'absent',
  unknown: 'not checked',
};

/** How the companion itself is, in one line of facts. @param now milliseconds since the epoch. */
export function factsOf({ companion }: Status, now: number): string[] {
  const { audit, keychain } = companion;
  const signed = audit.signing?.signed === true ? ', signed' : '';
  return [
    companion.draining ? 'Stopping' : `Running, ${durationText(now - Date.parse(companion.startedAt))}`,
    `Keychain: ${KEYCHAIN[keychain.state]}`,
    audit.state === 'ok'
      ? `Audit: ${audit.seq.toLocaleString('en')} records${signed}`
      : `Audit unavailable: ${audit.detail}`,
  ];
}

/** Where in the interface a concern is dealt with, and what the button says. */
export interface Remedy {
  readonly path: string;
  readonly text: string;
}

const REMEDIES: readonly (readonly [RegExp, (name: string) => Remedy])[] = [
  [/^runlayer approvals /, () => ({ path: '/approvals', text: 'See what waits' })],
  [/^runlayer connectors add /, () => ({ path: '/connectors/catalogue', text: 'Add a connector' })],
  [/^runlayer connectors logs ([a-z0-9._-]+)$/, (name) => ({ path: `/connectors/${name}`, text: 'See why' })],
  [/^runlayer connectors show ([a-z0-9._-]+)$/, (name) => ({ path: `/connectors/${name}`, text: 'Look at it' })],
  [/^runlayer (?:connectors accept|tenant|login)/, () => ({ path: '/settings/tenant', text: 'Open the tenant' })],
  [/^runlayer pins /, () => ({ path: '/policy/changed', text: 'See what changed' })],
  [/^runlayer secrets unlock$/, () => ({ path: '/secrets', text: 'Unlock' })],
  [/^runlayer setup install /, () => ({ path: '/clients', text: 'Look at the clients' })],
  [/^runlayer audit /, () => ({ path: '/settings', text: 'See how far it is' })],
  [/^runlayer doctor$/, () => ({ path: '/about', text: 'See the details' })],
];

/** @returns undefined where only a terminal, or the person, can help. */
export function remedyOf({ command }: Concern): Remedy | undefined {
  for (const [pattern, remedy] of REMEDIES) {
    const match = pattern.exec(command ?? '');
    if (match !== null) return remedy(match[1] ?? '');
  }
  return undefined;
}

/** Coarse on purpose: "2 h 5 min" says enough and does not tick. */
export function durationText(ms: number): string {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 1) return 'just started';
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

export const CONNECTOR_STATES: Readonly<Record<ConnectorView['state'], { text: string; tone: Tone }>> = {
  ready: { text: 'ready', tone: 'good' },
  disabled: { text: 'disabled', tone: 'plain' },
  needs_consent: { text: 'needs consent', tone: 'warn' },
  signed_out: { text: 'signed out', tone: 'bad' },
  paused: { text: 'paused', tone: 'bad' },
};

export const DEFAULT_TEXTS: Readonly<Record<ConnectorView['default'], string>> = {
  allow: 'allow',
  'read-only': 'allow reading, ask for the rest',
  ask: 'ask',
  deny: 'deny',
};

/** What is run or reached, in one line. */
export function targetText(target: ConnectorView['target']): string {
  if (target.kind === 'tenant') return `${target.title} (${target.host})`;
  return target.kind === 'http' ? target.url : target.argv.join(' ');
}
