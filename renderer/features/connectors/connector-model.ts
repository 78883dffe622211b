/** What the pages about connectors say, and where they are. Pure; knows types of the contract only. */
import type { ConnectorHealth } from '../../../preload/contract/connector-health.ts';
import type { HandCall } from '../../../preload/contract/connector-tool.ts';
import type { ConnectorState } from '../../../preload/contract/connector.ts';
import type { DefaultMode, Effect } from '../../../preload/contract/policy.ts';
import type { Tone } from '../../ui/badge.tsx';

export const STATES: Readonly<Record<ConnectorState, { readonly text: string; readonly tone: Tone }>> = {
  ready: { text: 'ready', tone: 'good' },
  disabled: { text: 'off', tone: 'plain' },
  needs_consent: { text: 'needs your consent', tone: 'warn' },
  signed_out: { text: 'signed out', tone: 'warn' },
  paused: { text: 'paused', tone: 'bad' },
};

export const MODES: readonly { readonly value: DefaultMode; readonly text: string }[] = [
  { value: 'read-only', text: 'Allow tools that only read, ask for the rest' },
  { value: 'ask', text: 'Ask every time' },
  { value: 'allow', text: 'Allow everything' },
  { value: 'deny', text: 'Deny everything' },
];

export function modeText(mode: DefaultMode): string {
  return MODES.find(({ value }) => value === mode)?.text ?? mode;
}

export const EFFECTS: Readonly<Record<Effect, { readonly text: string; readonly tone: Tone }>> = {
  allow: { text: 'allowed', tone: 'good' },
  ask: { text: 'asks you', tone: 'warn' },
  deny: { text: 'denied', tone: 'bad' },
};

export const OUTCOMES: Readonly<Record<HandCall['outcome'], { readonly text: string; readonly tone: Tone }>> = {
  answered: { text: 'answered', tone: 'good' },
  tool_error: { text: 'the tool failed', tone: 'warn' },
  refused: { text: 'refused', tone: 'bad' },
  failed: { text: 'no answer', tone: 'bad' },
};

/** Words that are pages of their own below `#/connectors`. */
const RESERVED: ReadonlySet<string> = new Set(['catalogue', 'add', 'named']);

/** The page of one connector, whatever it is called. */
export function connectorPath(name: string, tab?: string): string {
  const base = RESERVED.has(name) ? `/connectors/named/${name}` : `/connectors/${encodeURIComponent(name)}`;
  return tab === undefined ? base : `${base}/${tab}`;
}

export type Place =
  | { readonly kind: 'list' }
  | { readonly kind: 'catalogue'; readonly entry: string | undefined }
  | { readonly kind: 'add' }
  | { readonly kind: 'connector'; readonly name: string; readonly tab: string | undefined };

/** Where `#/connectors/…` leads. @param parts of the path, unescaped. */
export function placeOf([, first, second, third]: readonly string[]): Place {
  if (first === undefined) return { kind: 'list' };
  if (first === 'catalogue') return { kind: 'catalogue', entry: second };
  if (first === 'add') return { kind: 'add' };
  if (first === 'named')
    return second === undefined ? { kind: 'list' } : { kind: 'connector', name: second, tab: third };
  return { kind: 'connector', name: first, tab: second };
}

/** A name that fits and is not taken: of a title, or of what is there already. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const base =
    wanted
      .toLowerCase()
      .replaceAll(/[^a-z0-9_-]+/g, '-')
      .replaceAll(/^[-_]+|[-_]+$/g, '')
      .slice(0, 50) || 'server';
  if (!taken.includes(base)) return base;
  for (let at = 2; ; at += 1) if (!taken.includes(`${base}-${at}`)) return `${base}-${at}`;
}

export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (!/^[a-z0-9][a-z0-9_-]{0,62}$/.test(name))
    return 'Use 1 to 63 of a to z, 0 to 9, “-” and “_”, and begin with a letter or digit.';
  return taken.includes(name) ? 'There is a connector of this name already.' : undefined;
}

export interface CheckText {
  readonly text: string;
  readonly tone: Tone;
  /** What to do about it; absent where nothing needs to be done. */
  readonly next?: string;
}

export function checkText({ check, signIn }: Pick<ConnectorHealth, 'check' | 'signIn'>): CheckText {
  if (check === null)
    return signIn === 'signed_out'
      ? { text: 'Nobody signed in yet.', tone: 'warn', next: 'Sign in below, then check it.' }
      : { text: 'Not checked since the companion started.', tone: 'plain' };
  switch (check.state) {
    case 'running':
      return {
        text: 'It is being started now. The first start may fetch the program, which takes a while.',
        tone: 'plain',
      };
    case 'passed': {
      const tools = check.tools === 1 ? '1 tool' : `${check.tools} tools`;
      return { text: `It answered in ${(check.durationMs / 1000).toFixed(1)} s, with ${tools}.`, tone: 'good' };
    }
    case 'failed':
      return { text: check.message, tone: 'bad', next: check.next };
    default:
      return check satisfies never;
  }
}

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
