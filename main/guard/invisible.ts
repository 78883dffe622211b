/**
 * The characters that a person does not see and a model or a terminal reads, and the escape sequences of terminals. One list:
 * what is reported as hidden (hidden-text.ts) is also what the normalised copy leaves out (normalise.ts).
 */

const CONTROLS = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f`;
const FORMATS = String.raw`\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f`;
const BLANKS = String.raw`\u2800\u3164\uffa0`;
const OTHERS = String.raw`\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\ufff0-\ufffb\ufffe\uffff\ue000-\uf8ff`;
/** Tags, supplementary variation selectors and what is reserved beside them; private planes; notation controls. */
const ASTRAL = String.raw`\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\u{f0000}-\u{10ffff}`;

const CLASS = `[${CONTROLS}${FORMATS}${BLANKS}${OTHERS}${ASTRAL}]`;

export const INVISIBLE = new RegExp(CLASS, 'u');

/** CSI sequences, OSC and other strings up to their end, two-character escapes. Bounded, so that a lone ESC costs little. */
const ANSI = String.raw`(?:\u001b\[|\u009b)[0-?]{0,64}[ -/]{0,8}[@-~]|\u001b[\]PX^_][^\u0007\u001b\u009c]{0,256}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]{0,4}[0-Z\\^-~]`;

/** Every invisible character or escape sequence of a text, from left to right. */
export function invisibles(): RegExp {
  return new RegExp(`${ANSI}|${CLASS}`, 'gu');
}
