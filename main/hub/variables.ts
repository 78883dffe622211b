/** Names of the shell variables that hold tokens by convention. They stand in scripts, so a name given once stays. */
import type { HubBinding } from '../../preload/contract/index.ts';

const upper = (text: string): string => text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');

/** `RL_TOKEN_<CONFIG>`, with the client or the binding's id behind it where another binding has that name. */
export function variableFor(
  binding: Pick<HubBinding, 'id' | 'config' | 'client'>,
  others: readonly Pick<HubBinding, 'variable'>[],
): string {
  const taken = new Set(others.map(({ variable }) => variable));
  const base = `RL_TOKEN_${upper(binding.config ?? 'all')}`;
  const names = [base, ...(binding.client === undefined ? [] : [`${base}_${upper(binding.client)}`])];
  const free = names.find((name) => !taken.has(name));
  if (free !== undefined) return free;
  const withId = `${base}_${upper(binding.id)}`;
  let name = withId;
  for (let number = 2; taken.has(name); number += 1) name = `${withId}_${number}`;
  return name;
}
