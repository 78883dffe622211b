/** What a person is asked about pins. */
import type { OperationInput, PinDiff, PinView } from '../../preload/contract/index.ts';
import { diffText, pinTitle } from '../connectors/pins/diff-text.ts';

interface Described {
  readonly title: string;
  readonly detail: string;
}

/** Longer is not read in a window; the command shows all of it. */
const MAX_DETAIL = 256 * 1024;

export type DiffOf = (which: {
  readonly connector: string;
  readonly kind: PinView['kind'];
  readonly name: string;
}) => readonly PinDiff[];

/**
 * `diffOf` gives what an item is now. What the yes is for and is not that any more is refused when it is carried out, so
 * here it is only said.
 */
export function describePinAccept({ connector, items }: OperationInput<'pins.accept'>, diffOf: DiffOf): Described {
  let detail = '';
  for (const [at, { kind, name, seen }] of items.entries()) {
    if (detail.length > MAX_DETAIL) {
      detail += `… and ${items.length - at} more: see "runlayer pins diff ${connector}".\n`;
      break;
    }
    const diffs = safely(() => diffOf({ connector, kind, name })).filter(({ pin }) => pin.seen === seen);
    detail += diffs.length === 0 ? `${pinTitle({ kind, name })}: it changed again, or is settled.\n` : diffText(diffs);
  }
  const what = items.length === 1 ? 'what changed' : `${items.length} items that changed`;
  return { title: `Agree to ${what} of "${connector}"?`, detail };
}

function safely(diffs: () => readonly PinDiff[]): readonly PinDiff[] {
  try {
    return diffs();
  } catch {
    return [];
  }
}

export const PIN_DESCRIPTIONS = {
  'pins.reset': ({ connector, kind, name }: OperationInput<'pins.reset'>): Described => ({
    title:
      name === undefined
        ? `Forget what was agreed to of "${connector}"${kind === undefined ? '' : ` (${pinTitle({ kind, name: '' })})`}?`
        : `Forget what was agreed to of ${pinTitle({ kind: kind ?? 'tool', name })} of "${connector}"?`,
    detail: 'What its server offers next is taken as it is then, without a look at what is different.',
  }),
  'pins.newItems': (): Described => ({
    title: 'Let new tools and prompts of every connector be used without asking?',
    detail: 'What a server offers for the first time is then pinned as it is.',
  }),
};
