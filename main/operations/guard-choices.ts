/** What a person chose that the guard does, with one choice more. */
import type {
  GuardAction,
  GuardCategory,
  GuardChoices,
  GuardSettings,
  OperationInput,
} from '../../preload/contract/index.ts';

type GuardSet = OperationInput<'guard.set'>;

function chosen(choices: GuardChoices, category: GuardCategory, action: GuardAction | null): GuardChoices {
  const { [category]: _before, ...others } = choices;
  return action === null ? others : { ...others, [category]: action };
}

export function withChoice(guard: GuardSettings, { connector, category, action }: GuardSet): GuardSettings {
  if (connector === null) return { ...guard, all: chosen(guard.all, category, action) };
  const before = Object.hasOwn(guard.connectors, connector) ? guard.connectors[connector] : undefined;
  const own = chosen(before ?? {}, category, action);
  const others = Object.entries(guard.connectors).filter(([name]) => name !== connector);
  const connectors = Object.fromEntries(Object.keys(own).length === 0 ? others : [...others, [connector, own]]);
  return { ...guard, connectors };
}
