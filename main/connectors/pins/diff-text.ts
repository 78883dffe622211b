/** Differences of pins as plain text: for a terminal, and for the window that asks. */
import type { PinDiff, PinView } from '../../../preload/contract/index.ts';
import { displayText } from '../display.ts';

const NOUN: Readonly<Record<PinView['kind'], string>> = {
  tool: 'tool',
  prompt: 'prompt',
  resource_template: 'resource template',
  instructions: 'instructions',
  identity: 'what it is',
};

export function pinTitle({ kind, name }: Pick<PinView, 'kind' | 'name'>): string {
  return name === '' ? NOUN[kind] : `${NOUN[kind]} "${displayText(name)}"`;
}

const STATE: Readonly<Record<PinView['state'], string>> = {
  changed: 'changed',
  new: 'new, nobody agreed to it yet',
  pinned: 'as it was agreed to',
};

export function diffText(diffs: readonly PinDiff[]): string {
  return diffs
    .map(({ pin, fields }) =>
      [
        `${pinTitle(pin)} of ${displayText(pin.connector)}: ${STATE[pin.state]}`,
        ...fields.flatMap(({ field, lines }) => [`  ${field}`, ...lines.map((line) => `    ${line}`)]),
        '',
      ].join('\n'),
    )
    .join('\n');
}
