/**
 * Makes text of others safe to look at: nothing in it can move a cursor, hide, reorder or join what a person reads.
 * It never removes anything; what cannot be seen is shown as `\u{…}`. Used wherever third-party text reaches a
 * terminal or a question of consent.
 */

/**
 * What must not be printed as it is: control and format characters (C0, C1, bidi, zero-width, tags), lone surrogates,
 * private use and unassigned code points, separators other than the space, everything that Unicode says to ignore when
 * it is drawn (variation selectors, Hangul fillers, the soft hyphen), and the blank Braille pattern. Emoji sequences
 * from Unicode's own closed list come first, so that their joiners and selectors stay; nothing else may use any.
 */
const EMOJI_OR_UNSEEN =
  /\p{RGI_Emoji}|[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800[\p{Zs}--[ ]]]/gv;

const UNSEEN = /^[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800[\p{Zs}--[ ]]]$/v;

const PLAIN = /^[ -~]*$/;

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

/**
 * The text with every unseen character as `\u{hex}`. Applying it twice changes nothing more; a backslash stays as it
 * is, so where somebody must be able to tell an escape from the same letters, use {@link displayArgv}.
 */
export function displayText(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(EMOJI_OR_UNSEEN, (match) => (UNSEEN.test(match) ? escape(match) : match));
}

const BARE = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * Quotes each argument so that no two different arguments look alike: bare words, `'…'` as in a shell, and `$'…'`
 * (where `\\`, `\'` and `\u{…}` are escapes) for what holds unseen characters.
 */
export function displayArgv(argv: readonly string[]): string[] {
  return argv.map((argument) => {
    if (BARE.test(argument)) return argument;
    if (displayText(argument) === argument) return `'${argument.replaceAll("'", String.raw`'\''`)}'`;
    return `$'${displayText(argument.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`))}'`;
  });
}
