/**
 * Text from a client's file as it may be shown: control, bidirectional and invisible characters become `\u{…}`, so that
 * a crafted server name cannot drive a terminal or read as something else.
 */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
