import type { LogEntry } from '../../preload/contract/audit.ts';
import type { Protection, ProtectionState } from '../../preload/contract/protection.ts';

export type TrayAction = 'open' | 'quit';

export interface TrayItem {
  readonly label: string;
  /** Absent: a line that only says something. */
  readonly action?: TrayAction;
}

/** What the tray shows, as data: no names from servers or files, so nothing hostile can be in it. */
export interface TrayView {
  readonly state: ProtectionState;
  readonly tooltip: string;
  /** Groups of items, a line between them. */
  readonly menu: readonly (readonly TrayItem[])[];
}

const TITLES: Readonly<Record<ProtectionState, string>> = {
  protected: 'Protected',
  attention: 'Needs attention',
  not_enforcing: 'Not enforcing',
};

export const RECENT_MS = 60 * 60 * 1000;

function deniedText(recent: readonly LogEntry[], now: number): string {
  const denied = recent.filter(
    (entry) => entry.kind === 'call' && entry.effect === 'deny' && now - Date.parse(entry.time) <= RECENT_MS,
  ).length;
  if (denied === 0) return 'No call denied in the last hour';
  return `${denied} ${denied === 1 ? 'call' : 'calls'} denied in the last hour`;
}

/** @param now milliseconds since the epoch. */
export function trayView(input: {
  readonly protection: Protection;
  readonly waitingApprovals: number;
  readonly recent: readonly LogEntry[];
  readonly now: number;
}): TrayView {
  const { state, concerns, banner } = input.protection;
  const title = TITLES[state];
  const waiting = input.waitingApprovals;
  const lines: TrayItem[] = [{ label: title }, ...(banner === undefined ? [] : [{ label: banner.toUpperCase() }])];
  if (waiting > 0) lines.push({ label: `${waiting} ${waiting === 1 ? 'call waits' : 'calls wait'} for you` });
  else if (state === 'attention') lines.push({ label: `${concerns.length} to look at` });
  if (state !== 'not_enforcing') lines.push({ label: deniedText(input.recent, input.now) });
  return {
    state,
    tooltip: `Runlayer Companion: ${(banner ?? title).toLowerCase()}`,
    menu: [lines, [{ label: 'Open', action: 'open' }], [{ label: 'Quit', action: 'quit' }]],
  };
}
