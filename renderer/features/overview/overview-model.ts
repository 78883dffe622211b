import type { ConnectorView } from '../../../preload/contract/connector.ts';
import type { Protection, ProtectionState } from '../../../preload/contract/protection.ts';
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
}

const KEYCHAIN: Readonly<Record<Status['companion']['keychain']['state'], string>> = {
  ready: 'Ready',
  locked: 'Locked',
  absent: 'Absent',
  unknown: 'Not checked',
};

/** @param now milliseconds since the epoch. */
export function statsOf({ companion }: Status, now: number): StatView[] {
  return [
    {
      label: 'Companion',
      value: companion.draining ? 'Stopping' : 'Running',
      note: `${durationText(now - Date.parse(companion.startedAt))}, process ${companion.pid}`,
    },
    {
      label: 'Sessions',
      value: String(companion.sessions),
      note: `${companion.connectors} ${companion.connectors === 1 ? 'connector' : 'connectors'}`,
    },
    { label: 'Keychain', value: KEYCHAIN[companion.keychain.state], note: companion.keychain.detail },
    {
      label: 'Audit',
      value: companion.audit.state === 'ok' ? 'Recording' : 'Unavailable',
      note:
        companion.audit.state === 'ok'
          ? `last record ${companion.audit.seq.toLocaleString('en')}`
          : companion.audit.detail,
    },
  ];
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
