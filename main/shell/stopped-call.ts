/** A call that did not go as its client wanted: what the tray and notifications tell of it. */
import type { LogEntry } from '../../preload/contract/audit.ts';
import { visibleLabel } from '../../preload/contract/visible-characters.ts';

export interface StoppedCall {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  /** `blocked`: it was decided so; `failed`: its server did not do its part. */
  readonly kind: 'blocked' | 'failed';
  /** Client, connector and tool as one short text in which nothing is hidden. */
  readonly label: string;
}

const MAX_NAME = 24;
const MAX_TOOL = 40;
const FAILED = new Set(['failed', 'error', 'tool_error']);

function kindOf({ effect, outcome }: LogEntry): StoppedCall['kind'] | undefined {
  if (effect === 'deny' || outcome === 'refused' || outcome === 'withheld') return 'blocked';
  return outcome !== undefined && FAILED.has(outcome) ? 'failed' : undefined;
}

function labelOf({ client, connector, tool, method }: LogEntry): string {
  const what = visibleLabel(tool ?? method ?? 'a call', MAX_TOOL);
  const where = connector === undefined ? what : `${visibleLabel(connector, MAX_NAME)}: ${what}`;
  return client === undefined ? where : `${visibleLabel(client, MAX_NAME)} → ${where}`;
}

/** @returns undefined for what went well, is under way, or is no call of this machine. */
export function stoppedCall(entry: LogEntry): StoppedCall | undefined {
  const kind = entry.kind === 'call' && entry.origin === undefined ? kindOf(entry) : undefined;
  const time = Date.parse(entry.time);
  if (kind === undefined || Number.isNaN(time)) return undefined;
  return { id: entry.id, time, kind, label: labelOf(entry) };
}
