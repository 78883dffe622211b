/** What tells one rule from another, and how much room one takes: the bounds of what is kept, wherever it comes from. */
import type { NewRule } from '../../../preload/contract/index.ts';

/** Hundreds of folders or addresses fit; nobody reads a longer one. */
export const MAX_RULE_BYTES = 16 * 1024;

/** Two rules that decide alike have the same text, whatever they are called. */
export function ruleContent(rule: NewRule): string {
  const { effect, client, connector, tool, resource, prompt, when } = rule;
  return JSON.stringify([effect, client, connector, tool, resource, prompt, when].map((part) => part ?? null));
}

/** As it is kept, but for the id and the time. */
export function ruleBytes(rule: NewRule): number {
  return Buffer.byteLength(ruleContent(rule)) + Buffer.byteLength(rule.note ?? '');
}
