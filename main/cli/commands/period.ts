/** How far back: `30m`, `24h`, `7d`, `4w`, or a moment. */
import { InvalidArgumentError, Option } from 'commander';
import { moment } from './option-values.ts';

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const PERIOD = /^([1-9]\d{0,5})([mhdw])$/;
const MAX_MS = 3660 * 86_400_000;

/** RFC 3339 in UTC. */
export function periodStart(text: string, now: Date): string {
  const [, count = '', unit = ''] = PERIOD.exec(text) ?? [];
  const length = Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  if (Number.isNaN(length) || length === 0) return moment(text);
  if (length > MAX_MS) throw new InvalidArgumentError('Give at most ten years.');
  return new Date(now.getTime() - length).toISOString();
}

/** `--since <period>`; absent it is the last seven days. */
export function sinceOption(): Option {
  return new Option('--since <period>', 'how far back: 30m, 24h, 7d, 4w, or a time (default 7d)').argParser((text) => {
    if (PERIOD.test(text) || /^\d{4}-/.test(text)) return periodStart(text, new Date());
    throw new InvalidArgumentError('Give a period such as 30m, 24h, 7d or 4w, or a time such as 2026-01-31.');
  });
}

export const lastWeek = (): string => periodStart('7d', new Date());
