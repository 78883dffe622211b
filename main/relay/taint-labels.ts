/** What rules about chains know of a result: that it came, and what the guard found in it. */
import type { GuardCategory, TaintLabel } from '../../preload/contract/index.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { Call } from './call-audit.ts';
import type { SessionOptions } from './session-options.ts';

const LABELS: Partial<Record<GuardCategory, TaintLabel>> = {
  live_secret: 'secret',
  canary: 'secret',
  secret: 'secret',
  pii: 'secret',
  hidden_text: 'injection',
  injection: 'injection',
  poisoning: 'injection',
  unscannable: 'injection',
};

/** Call before the result of `call` is delivered. A resource or prompt is known by its method. */
export function markTaint(
  { connector, taints }: Pick<SessionOptions, 'connector' | 'taints'>,
  call: Call | undefined,
  found: ScanResult,
): void {
  if (call === undefined) return;
  const { tool, method, claimed } = call.subject;
  const labels = new Set<TaintLabel>(['anything']);
  for (const { category } of found.findings) {
    const label = LABELS[category];
    if (label !== undefined) labels.add(label);
  }
  taints.mark(claimed.client, { connector, tool: tool ?? method, labels: [...labels] });
}
