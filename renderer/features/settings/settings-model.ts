/** What the settings page says of the audit trail and of what leaves this machine. Words only; nothing is decided here. */
import type { SettingsView } from '../../../preload/contract/about.ts';
import type { DeliveryState } from '../../../preload/contract/delivery.ts';
import type { UpdateState } from '../../../preload/contract/shell-operations.ts';
import type { Status } from '../../../preload/contract/status.ts';
import type { VerificationResult } from '../../../preload/contract/verification.ts';

export type Tone = 'good' | 'warn' | 'bad' | 'plain';

export interface Said {
  readonly tone: Tone;
  readonly badge: string;
  readonly text: string;
}

const NUMBER = new Intl.NumberFormat('en-GB');

/** A text of the companion, as a sentence of its own. */
export function sentence(text: string): string {
  if (text === '') return '';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

export const count = (n: number, one: string, many: string): string => `${NUMBER.format(n)} ${n === 1 ? one : many}`;

export function bytesText(bytes: number): string {
  if (bytes < 1024) return count(bytes, 'byte', 'bytes');
  const units = ['KiB', 'MiB', 'GiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && !Number.isInteger(value) ? value.toFixed(1) : NUMBER.format(Math.round(value))} ${units[unit] ?? ''}`;
}

type Audit = Status['companion']['audit'];

export function auditSaid({ state, detail, seq, signing }: Audit): Said {
  if (state === 'unavailable')
    return {
      tone: 'bad',
      badge: 'Unavailable',
      text: `Nothing can be recorded, so every call is denied. ${detail}`.trim(),
    };
  const records = count(Math.max(0, seq + 1), 'record', 'records');
  if (signing?.signed === true)
    return { tone: 'good', badge: 'Signed', text: `${records} in the current chain, signed ${signing.detail}.` };
  return {
    tone: 'warn',
    badge: 'Not signed',
    text: `${records} in the current chain. A change in the middle would be noticed, a missing end would not. ${sentence(signing?.detail ?? '')}`.trim(),
  };
}

export function deliverySaid({ state, lagEvents, lagBytes, parked, problem }: DeliveryState): Said {
  const waiting =
    lagEvents === 0
      ? 'Everything was delivered.'
      : `${count(lagEvents, 'record waits', 'records wait')} (${bytesText(lagBytes)}).`;
  const aside = parked === 0 ? '' : ` ${count(parked, 'record was', 'records were')} refused there and set aside.`;
  switch (state) {
    case 'off':
      return {
        tone: 'plain',
        badge: 'Stays here',
        text: 'The audit trail is kept on this machine and sent to nobody.',
      };
    case 'delivering':
      return {
        tone: parked === 0 ? 'good' : 'warn',
        badge: 'Delivering',
        text: `${waiting}${aside} ${problem}`.trim(),
      };
    case 'waiting':
      return { tone: 'warn', badge: 'Waiting', text: `${waiting}${aside} ${problem}`.trim() };
    case 'stopped':
      return { tone: 'bad', badge: 'Stopped', text: `${waiting}${aside} ${problem}`.trim() };
  }
}

export function retentionText({ retention }: SettingsView): string {
  return `Kept for ${count(retention.days, 'day', 'days')}, or until it grows beyond ${bytesText(retention.bytes)}; what was not delivered yet is kept longer. The oldest goes first, behind a signed record that says so.`;
}

export function resultSaid(result: VerificationResult): Said {
  const extent = `${count(result.records, 'record', 'records')} in ${count(result.chains, 'chain', 'chains')}.`;
  if (!result.ok) {
    const found = result.problems.length + result.moreProblems;
    return {
      tone: 'bad',
      badge: count(found, 'problem', 'problems'),
      text: `${extent} Keep the files as they are, and find out who could write to them.`,
    };
  }
  if (result.unchecked > 0)
    return {
      tone: 'warn',
      badge: 'Not fully checked',
      text: `${extent} Nothing is broken, but ${count(result.unchecked, 'signature was', 'signatures were')} not checked.`,
    };
  return {
    tone: result.signed ? 'good' : 'warn',
    badge: 'Whole',
    text: `${extent} Every record is there, in order and unchanged.`,
  };
}

/** What goes out, and to whom; each line is one reason. Honest also where it is nothing. */
export function leavingLines(
  companion: Pick<Status['companion'], 'tenants' | 'delivery'>,
  updates: UpdateState | undefined,
): string[] {
  const signedIn = companion.tenants.filter(({ credential }) => credential !== 'missing').map(({ host }) => host);
  return [
    'Calls go to the servers that you connected, with the secrets that you gave them. That is what they are for.',
    signedIn.length === 0
      ? 'No tenant is asked about anything.'
      : `${signedIn.join(', ')}: for each call of a connector from there, the tool, its arguments and its result, because the tenant decides about it. What was blocked here is told as well, without arguments.`,
    companion.delivery.state === 'off'
      ? 'The audit trail is sent to nobody.'
      : `${companion.delivery.endpoint ?? 'The audit endpoint'}: every record of the audit trail. Short values of arguments are in it, secrets are taken out first.`,
    updates === undefined || updates.kind === 'off'
      ? 'Nobody is asked whether there is a newer version.'
      : 'The update address is asked for the newest version; nothing about you goes with it.',
    'Nothing else: no usage figures, no crash reports.',
  ];
}

/** What an address for the audit trail must be, in words; undefined where it fits. As the contract has it. */
export function endpointProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return 'Write the whole address, such as https://audit.example.com/ingest.';
  const { protocol, hostname, username, password, hash } = new URL(text);
  const isHere = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  if (protocol !== 'https:' && !(protocol === 'http:' && isHere))
    return 'It must begin with https://, unless it is on this machine.';
  if (username !== '' || password !== '') return 'Leave name and password out; store a secret and choose it below.';
  if (hash !== '') return 'Leave out what stands behind the #.';
  return undefined;
}
