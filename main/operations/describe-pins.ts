/** What a person is asked about pins. */
import { CompanionError, type OperationInput, type PinDiff, type PinView } from '../../preload/contract/index.ts';
import { changedAgain as pinChangedAgain } from '../connectors/pins/pin-failures.ts';
import { diffText, pinTitle } from '../connectors/pins/diff-text.ts';

interface Described {
  readonly title: string;
  readonly detail: string;
}

/** Of several items together, in characters: more is not read in one go. One item alone is shown whole, however long. */
const MAX_DETAIL = 256 * 1024;

export type DiffOf = (which: {
  readonly connector: string;
  readonly kind: PinView['kind'];
  readonly name: string;
}) => readonly PinDiff[];

function tooLarge(connector: string, isOne: boolean): CompanionError {
  return new CompanionError(
    'E_TOO_LARGE',
    isOne
      ? 'What changed is too long to be shown whole, so nobody can agree to it.'
      : 'What changed is too long to be shown whole in one question.',
    isOne
      ? `Look at it with "runlayer pins diff ${connector}"; "runlayer pins reset ${connector}" forgets what was agreed to.`
      : 'Accept fewer at once.',
    { exitCode: 2 },
  );
}

/**
 * `diffOf` gives what an item is now. A yes is to all of it, so nothing is ever left out: throws `E_TOO_LARGE` where it cannot be
 * shown whole, `E_PIN_CHANGED_AGAIN` where an item is not (any more) what the caller saw, and what `diffOf` throws.
 */
export function describePinAccept({ connector, items }: OperationInput<'pins.accept'>, diffOf: DiffOf): Described {
  const isOne = items.length === 1;
  let detail = '';
  for (const { kind, name, seen } of items) {
    const diffs = diffOf({ connector, kind, name }).filter(({ pin }) => pin.seen === seen);
    // It could be that again when the yes comes.
    if (diffs.length === 0) throw pinChangedAgain(connector);
    if (diffs.some(({ isCut }) => isCut === true)) throw tooLarge(connector, isOne);
    detail += diffText(diffs);
    if (!isOne && detail.length > MAX_DETAIL) throw tooLarge(connector, false);
  }
  const what = isOne ? 'what changed' : `${items.length} items that changed`;
  return { title: `Agree to ${what} of "${connector}"?`, detail };
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
