/** Of the guard's settings in a file that is not trusted: what takes a category more seriously, and nothing else. */
import {
  GuardCategory,
  type GuardAction,
  type GuardChoices,
  type GuardSettings,
} from '../../preload/contract/index.ts';

/** From the mildest on. */
const SEVERITY: readonly GuardAction[] = ['off', 'alert', 'mask', 'block'];

type Choice = GuardAction | undefined;

/** Undefined is what is built in, somewhere between the ends: only `block` is surely no milder, and only `off` no stricter. */
function severer(good: Choice, suspect: Choice): Choice {
  if (good === undefined) return suspect === 'block' ? 'block' : undefined;
  if (suspect === undefined) return good === 'off' ? undefined : good;
  return SEVERITY.indexOf(good) >= SEVERITY.indexOf(suspect) ? good : suspect;
}

function chosen(choose: (category: GuardCategory) => Choice): GuardChoices {
  return Object.fromEntries(
    GuardCategory.options.flatMap((category) => {
      const action = choose(category);
      return action === undefined ? [] : [[category, action]];
    }),
  );
}

export function tightenedGuard(good: GuardSettings, suspect: GuardSettings): GuardSettings {
  const all = chosen((category) => severer(good.all[category], suspect.all[category]));
  const names = new Set([...Object.keys(good.connectors), ...Object.keys(suspect.connectors)]);
  const counts = (settings: GuardSettings, name: string, category: GuardCategory): Choice =>
    (Object.hasOwn(settings.connectors, name) ? settings.connectors[name]?.[category] : undefined) ??
    settings.all[category];
  return {
    all,
    connectors: Object.fromEntries(
      [...names].flatMap((name) => {
        const choices = chosen((category) => {
          const action = severer(counts(good, name, category), counts(suspect, name, category));
          // What holds for every connector needs no word of its own.
          return action === all[category] ? undefined : action;
        });
        return Object.keys(choices).length === 0 ? [] : [[name, choices]];
      }),
    ),
  };
}
