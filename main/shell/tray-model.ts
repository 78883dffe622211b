/** What the tray shows, as data. Names that somebody else gave are in it only as visible, bounded labels. */
import type { Protection, ProtectionState } from '../../preload/contract/protection.ts';
import type { UpdateState } from '../../preload/contract/shell-operations.ts';
import { visibleLabel } from '../../preload/contract/visible-characters.ts';
import { callRoute, type Route } from './routes.ts';
import type { StoppedCall } from './stopped-call.ts';

export type TrayIcon = ProtectionState | 'blocked_lately';

export type TrayAction =
  /** Without a route: the window as it is. */
  | { readonly kind: 'open'; readonly route?: Route }
  /** Opens the approval window; nothing is answered by it. */
  | { readonly kind: 'review' }
  | { readonly kind: 'deny_all' }
  | { readonly kind: 'lockdown'; readonly on: boolean }
  | { readonly kind: 'quit' };

export interface TrayItem {
  readonly label: string;
  /** Absent: a line that only says something. */
  readonly action?: TrayAction;
}

export interface TrayView {
  readonly state: TrayIcon;
  readonly tooltip: string;
  /** Groups of items, a line between them; none is empty. */
  readonly menu: readonly (readonly TrayItem[])[];
}

/** Something that was carried out although it weakens protection. */
export interface Weakening {
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** What was asked before it was done. */
  readonly text: string;
}

export interface TrayInput {
  readonly protection: Protection;
  /** Approvals and questions that wait for an answer. */
  readonly waiting: number;
  /** Undefined while no companion runs. */
  readonly lockedDown: boolean | undefined;
  /** Newest first. */
  readonly stopped: readonly StoppedCall[];
  /** The last one, if it was lately. */
  readonly weakened: Weakening | undefined;
  readonly update: UpdateState;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How a time of day is written here. */
  readonly clock: (time: number) => string;
}

const TITLES: Readonly<Record<TrayIcon, string>> = {
  protected: 'Protected',
  blocked_lately: 'Protected',
  attention: 'Needs attention',
  not_enforcing: 'Not enforcing',
};

/** "Lately" is this long. */
export const LATELY_MS = 60 * 60 * 1000;
const SHOWN = 5;
const MAX_TEXT = 80;

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** Blocked within the last hour. A call that its server failed was not blocked. */
export function blockedLately(stopped: readonly StoppedCall[], now: number): readonly StoppedCall[] {
  return stopped.filter(({ kind, time }) => kind === 'blocked' && now - time < LATELY_MS);
}

function stateLines(state: TrayIcon, input: TrayInput, blocked: number): TrayItem[] {
  const { banner, concerns } = input.protection;
  const lines = [TITLES[state], ...(banner === undefined ? [] : [banner.toUpperCase()])];
  if (state === 'attention' && input.waiting === 0) lines.push(`${concerns.length} to look at`);
  if (state !== 'not_enforcing')
    lines.push(`${blocked === 0 ? 'No call' : count(blocked, 'call', 'calls')} blocked in the last hour`);
  return lines.map((label) => ({ label }));
}

function stoppedLines({ stopped, clock }: TrayInput): TrayItem[] {
  if (stopped.length === 0) return [];
  return [
    { label: 'Blocked or failed:' },
    ...stopped.slice(0, SHOWN).map(({ id, time, kind, label }): TrayItem => ({
      label: `${clock(time)}  ${label}, ${kind}`,
      action: { kind: 'open', route: callRoute(id) },
    })),
  ];
}

function weakenedLines({ weakened, clock }: TrayInput): TrayItem[] {
  if (weakened === undefined) return [];
  const { time, text } = weakened;
  const label = `${clock(time)}  Protection was weakened by a yes to: ${visibleLabel(text, MAX_TEXT)}`;
  return [{ label, action: { kind: 'open', route: '/' } }];
}

function waitingLines({ waiting }: TrayInput): TrayItem[] {
  if (waiting === 0) return [];
  return [
    { label: `${count(waiting, 'question waits', 'questions wait')} for you…`, action: { kind: 'review' } },
    { label: waiting === 1 ? 'Deny it' : 'Deny all of them', action: { kind: 'deny_all' } },
  ];
}

function lockdownLines({ lockedDown }: TrayInput): TrayItem[] {
  if (lockedDown === undefined) return [];
  return lockedDown
    ? [{ label: 'Let calls through again…', action: { kind: 'lockdown', on: false } }]
    : [{ label: 'Stop every call now', action: { kind: 'lockdown', on: true } }];
}

function updateLines({ update }: TrayInput): TrayItem[] {
  if (update.kind !== 'available') return [];
  return [{ label: `Version ${update.version} is there…`, action: { kind: 'open', route: '/about' } }];
}

export function trayView(input: TrayInput): TrayView {
  const blocked = blockedLately(input.stopped, input.now).length;
  const { state: protection, banner } = input.protection;
  const state = protection === 'protected' && blocked > 0 ? 'blocked_lately' : protection;
  const said = (banner ?? TITLES[state]).toLowerCase();
  const groups: readonly (readonly TrayItem[])[] = [
    stateLines(state, input, blocked),
    waitingLines(input),
    weakenedLines(input),
    stoppedLines(input),
    lockdownLines(input),
    [
      { label: 'Connect a client…', action: { kind: 'open', route: '/clients' } },
      ...updateLines(input),
      { label: 'Open', action: { kind: 'open' } },
    ],
    [{ label: 'Quit', action: { kind: 'quit' } }],
  ];
  return {
    state,
    tooltip: `Runlayer Companion: ${state === 'blocked_lately' ? `${said}, ${count(blocked, 'call', 'calls')} blocked lately` : said}`,
    menu: groups.filter((group) => group.length > 0),
  };
}
