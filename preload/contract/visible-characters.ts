/** A piece of text that is shown as it is, or the name of characters that would not be seen. */
export type Piece =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'hidden'; readonly label: string };

// What draws nothing, reorders its surroundings, or passes for a plain space; and braille blank, which is a "symbol".
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;
const NAMES: Readonly<Record<number, string>> = {
  0x09: 'tab',
  0x0a: 'newline',
  0x0d: 'return',
  0x1b: 'escape',
  0xa0: 'no-break space',
  0xad: 'soft hyphen',
  0x200b: 'zero-width space',
  0x200c: 'zero-width non-joiner',
  0x200d: 'zero-width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'end of direction',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2069: 'end of isolate',
  0xfeff: 'byte order mark',
};
const PICTURE = /^\p{Extended_Pictographic}$/u;
const MARK = /^\p{M}$/u;
/** Real scripts stack two or three; a tower of them covers the lines around it. */
const MAX_MARKS = 4;

function labelOf(code: number): string {
  const hex = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES[code];
  return name === undefined ? hex : `${hex} ${name}`;
}

/** Emoji are made with a selector or a joiner right behind a picture: that is seen, so it is not hidden. */
function belongsToPicture(code: number, before: string | undefined): boolean {
  return (code === 0xfe0f || code === 0x200d) && before !== undefined && (PICTURE.test(before) || before === '\ufe0f');
}

/** ASCII in tag characters is a text that only a machine reads; it is shown as the text that it is. */
function tagLetter(code: number): string | undefined {
  return code >= 0xe0020 && code <= 0xe007e ? String.fromCodePoint(code - 0xe0000) : undefined;
}

/** Splits a text so that every character of it can be seen. Linear in its length. */
export function splitVisible(text: string): Piece[] {
  const pieces: Piece[] = [];
  let plain = '';
  let tags = '';
  let marks = 0;
  let before: string | undefined;
  const flush = (): void => {
    if (plain !== '') pieces.push({ kind: 'text', text: plain });
    if (tags !== '') pieces.push({ kind: 'hidden', label: `hidden text: ${tags}` });
    plain = '';
    tags = '';
  };
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const letter = tagLetter(code);
    marks = MARK.test(character) ? marks + 1 : 0;
    if (letter !== undefined) {
      if (tags === '') flush();
      tags += letter;
    } else if (marks > MAX_MARKS || (HIDDEN.test(character) && !belongsToPicture(code, before))) {
      flush();
      pieces.push({ kind: 'hidden', label: labelOf(code) });
    } else {
      if (tags !== '') flush();
      plain += character;
    }
    before = character;
  }
  flush();
  return pieces;
}

/**
 * The same for where a text can be nothing but plain: menus and notifications of the system.
 * @param max of characters as shown, the mark of a cut included.
 */
export function visibleLabel(text: string, max: number): string {
  // What is cut anyway need not be looked at: each character of the text is at least one that is shown.
  const looked = Array.from(text.slice(0, max * 2 + 2)).slice(0, max + 1);
  const pieces = splitVisible(looked.join(''));
  const shown = Array.from(pieces.map((piece) => (piece.kind === 'text' ? piece.text : `[${piece.label}]`)).join(''));
  return shown.length > max ? `${shown.slice(0, max - 1).join('')}…` : shown.join('');
}
