import type { ClientChange, ClientView, FoundServer } from '../../../preload/contract/client.ts';
import type { DefaultMode } from '../../../preload/contract/policy.ts';
import type { Tone } from '../../ui/badge.tsx';
import { momentText } from '../../ui/time.ts';

export interface Standing {
  readonly text: string;
  readonly tone: Tone;
}

/** Whether a client works through the companion, in a word. */
export function standingOf({ state, connectors, unmanaged }: ClientView): Standing {
  if (state === 'absent') return { text: 'Not found on this machine', tone: 'plain' };
  if (state === 'invalid') return { text: 'Its file cannot be read', tone: 'bad' };
  if (connectors.length === 0) return { text: 'Not connected', tone: 'plain' };
  return unmanaged.length === 0 ? { text: 'Connected', tone: 'good' } : { text: 'Partly connected', tone: 'warn' };
}

/** What is wrong with a client's file, and what to do; empty where nothing is. */
export function problemText({ state, problem, title }: ClientView): string {
  if (problem === undefined) return '';
  if (state !== 'invalid') return problem;
  return `${title} cannot be connected while its file cannot be read: ${problem.replace(/\.$/, '')}. Correct it in an editor; this page notices.`;
}

export type Proof =
  /** Nothing has to be read anew. */
  | { readonly kind: 'none' }
  /** The file was changed, and nobody has seen the client since. */
  | { readonly kind: 'waiting'; readonly text: string }
  | { readonly kind: 'seen'; readonly text: string };

const sessionsText = (count: number): string =>
  count === 0 ? 'no session now' : count === 1 ? '1 session' : `${String(count)} sessions`;

/** Whether the client has read what was written. @param now milliseconds since the epoch. */
export function proofOf(view: ClientView, now: number): Proof {
  const { title, changedAt, lastSeenAt, sessions, connectors, restartHint } = view;
  if (lastSeenAt !== null) {
    const came = changedAt === null ? 'was here last' : 'came back';
    return { kind: 'seen', text: `${title} ${came} at ${momentText(lastSeenAt, now)}, ${sessionsText(sessions)}.` };
  }
  if (changedAt === null || connectors.length === 0) return { kind: 'none' };
  return { kind: 'waiting', text: restartHint };
}

/** The lines of a change as they are drawn: the names of the files stand above them. */
export function diffLines({ diff }: ClientChange): string[] {
  const lines = diff.trimEnd().split('\n');
  return lines[0]?.startsWith('--- ') === true ? lines.slice(2) : lines;
}

/** What a server runs or reaches, in one line. */
export function runsText({ target }: FoundServer): string {
  switch (target.kind) {
    case 'program':
      return target.argv.join(' ');
    case 'http':
      return target.url;
    case 'unusable':
      return target.problem;
  }
}

/** Names of variables or headers of a server, and whether what they hold looks like a secret. */
export function namedValues({
  target,
}: FoundServer): readonly { readonly name: string; readonly looksSecret: boolean }[] {
  if (target.kind === 'unusable') return [];
  return target.kind === 'http' ? target.headers : target.env;
}

export const DEFAULTS: readonly { readonly value: DefaultMode; readonly text: string }[] = [
  { value: 'read-only', text: 'Allow what only reads, ask about the rest' },
  { value: 'ask', text: 'Ask about every call' },
  { value: 'allow', text: 'Allow every call' },
  { value: 'deny', text: 'Block every call' },
];

export function countText(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${String(count)} ${many}`;
}
