import type { ReactElement, ReactNode } from 'react';

export type Tone = 'good' | 'bad' | 'warn' | 'plain';

const TONES: Readonly<Record<Tone, string>> = {
  good: 'border-good-line bg-good-soft text-good',
  bad: 'border-bad-line bg-bad-soft text-bad',
  warn: 'border-warn-line bg-warn-soft text-warn',
  plain: 'border-line bg-sunk text-soft',
};

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }): ReactElement {
  return (
    <span
      className={`inline-flex items-center gap-1 rounded-full border px-2 py-px text-xs font-medium whitespace-nowrap ${TONES[tone]}`}
    >
      {children}
    </span>
  );
}
