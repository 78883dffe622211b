/** Which tools a config allows, and how two lists of globs compare. Matching is narrow: exact letters, as for allow rules. */
import type { HubConfig } from '../../preload/contract/index.ts';
import { globMatches } from '../policy/glob.ts';

/** The config's name up to its first `-`: `github-readonly` is of the service `github`. */
export function serviceOf(configName: string): string {
  const [service = configName] = configName.split('-', 1);
  return service;
}

export function allowsTool(config: Pick<HubConfig, 'name' | 'allowedTools'>, tool: string): boolean {
  const qualified = `${serviceOf(config.name)}.${tool}`;
  return config.allowedTools.some((glob) => globMatches(glob, tool) || globMatches(glob, qualified));
}

/** `*?*` and `?**` mean `?*`: in each run of wildcards the single characters come first, then one star at most. */
function ordered(glob: string): string {
  return glob.replace(
    /[*?]+/g,
    (run) => `${'?'.repeat(run.replaceAll('*', '').length)}${run.includes('*') ? '*' : ''}`,
  );
}

/**
 * True only where every text that `narrow` matches is matched by `wide` too. False does not prove the contrary (only
 * unusual pairs are misjudged so): whoever asks takes false for "lets more through".
 */
export function covers(wide: string, narrow: string): boolean {
  const w = ordered(wide);
  const n = ordered(narrow);
  // As in globMatches, with the narrow glob for the text: its wildcards can only be taken by wildcards as wide.
  let at = 0;
  let text = 0;
  let star = -1;
  let retry = 0;
  while (text < n.length) {
    const c = w[at];
    if (c === '*') {
      star = at++;
      retry = text;
    } else if (c !== undefined && (c === '?' ? n[text] !== '*' : c === n[text])) {
      at++;
      text++;
    } else if (star >= 0) {
      at = star + 1;
      text = ++retry;
    } else {
      return false;
    }
  }
  while (w[at] === '*') at++;
  return at === w.length;
}

/** True where `after` may match something that `before` does not. */
export function widens(after: readonly string[], before: readonly string[]): boolean {
  return after.some((glob) => !before.includes(glob) && !before.some((wide) => covers(wide, glob)));
}

/** Globs that match only what both lists match; empty where none is sure to. */
export function inBoth(a: readonly string[], b: readonly string[]): string[] {
  const narrower = (these: readonly string[], those: readonly string[]): string[] =>
    these.filter((glob) => those.some((wide) => wide === glob || covers(wide, glob)));
  return [...new Set([...narrower(a, b), ...narrower(b, a)])];
}
