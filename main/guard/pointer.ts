/** Where a finding is, as a JSON Pointer that says nothing of what was found: keys are hostile text too. */
import { invisibles } from './invisible.ts';
import { MASKED } from './scan-job.ts';
import type { SourceString } from './strings.ts';

const MAX_POINTER = 256;

/** `clean`: the text of a key without what must not be shown. */
export function pointerOf(string: SourceString, clean: (key: SourceString) => string): string {
  const segments: string[] = [];
  if (string.kind === 'key') segments.push(clean(string));
  else if (string.key !== undefined) segments.push(clean(string.key));
  else if (string.container !== undefined) segments.push(String(string.index));
  for (let container = string.container; container?.parent !== undefined; container = container.parent) {
    segments.push(container.key === undefined ? String(container.index) : clean(container.key));
  }
  const pointer = segments.map((segment) => `/${segment.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  return shown(pointer.toReversed().join(''));
}

/** Cut, without characters that cannot be seen. */
export function shown(pointer: string): string {
  return pointer
    .slice(0, MAX_POINTER * 4)
    .replaceAll(invisibles(), '?')
    .slice(0, MAX_POINTER)
    .toWellFormed();
}

/** The text of a key that `found` lies in is not shown at all. */
export function cleanKeys(
  found: ReadonlySet<SourceString>,
  replace: (text: string) => string,
): (key: SourceString) => string {
  const cleaned = new Map<SourceString, string>();
  return (key) => {
    const known = cleaned.get(key);
    if (known !== undefined) return known;
    const text = found.has(key) ? MASKED : replace(key.text);
    cleaned.set(key, text);
    return text;
  };
}
