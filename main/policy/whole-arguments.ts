import { isJsonObject } from '../../preload/contract/json.ts';
import { isIncomplete, NotKept, revive } from './recorded-value.ts';

function isWhole(value: unknown): boolean {
  if (value instanceof NotKept) return false;
  if (typeof value !== 'object' || value === null) return true;
  return !isIncomplete(value) && Object.values(value).every(isWhole);
}

/** Recorded arguments as the JSON text that they were; undefined where the journal did not keep all of them. */
export function wholeArguments(shape: unknown): string | undefined {
  // A call without arguments is one with none.
  if (shape === undefined || shape === null) return '{}';
  const value = revive(shape);
  return isJsonObject(value) && isWhole(value) ? JSON.stringify(value) : undefined;
}
