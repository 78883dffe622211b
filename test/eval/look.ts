/** Asks the guard as `runlayer guard scan` does, with the built-in actions. */
import { defaultActions } from '../../main/guard/actions.ts';
import type { GuardActions, KnownValues, ScanResult } from '../../main/guard/scan-job.ts';
import { scan } from '../../main/guard/scan.ts';
import type { ScanKind } from '../../preload/contract/index.ts';
import type { Seen } from './figure.ts';

const NOTHING: KnownValues = { live: undefined, canaries: undefined };

export function look(
  kind: ScanKind,
  text: string,
  actions: GuardActions = defaultActions(kind),
  known: KnownValues = NOTHING,
): ScanResult {
  return scan({ kind, format: 'text', source: Buffer.from(text, 'utf8'), actions }, known);
}

/** A result as a server sends it, of several texts. */
export function lookAtResult(texts: readonly string[]): ScanResult {
  const source = JSON.stringify({ content: texts.map((text) => ({ type: 'text', text })) });
  return scan(
    { kind: 'output', format: 'json', source: Buffer.from(source, 'utf8'), actions: defaultActions('output') },
    NOTHING,
  );
}

export function seenOf({ verdict, asks }: ScanResult): Seen {
  return { seen: verdict !== 'pass', blocked: verdict === 'block' && !asks };
}

/** Only what the phrases and the structure say: nothing of secrets, numbers or hidden characters. */
export const PHRASES_ONLY: GuardActions = {
  live_secret: 'off',
  canary: 'off',
  secret: 'off',
  pii: 'off',
  contact: 'off',
  hidden_text: 'off',
  injection: 'block',
  poisoning: 'block',
  unscannable: 'block',
};
