/**
 * The copy of a text that a reader who is not taken in by its dress would see: compatibility forms resolved (NFKC), accents,
 * invisible characters and escape sequences removed, letters of other scripts that look like ASCII replaced. Case is kept:
 * keys and checksums need it. What is written in another script is found in the text as it came, not in this copy.
 */
import { INVISIBLE, invisibles } from './invisible.ts';
import { rewritten } from './rewritten.ts';
import type { View } from './view.ts';

const LOOK_ALIKES = new Map<string, string>([
  ...pairs('авекмнорстухіјѕԁԛԝһӏьг', 'abekmhopctyxijsdqwhlbr'),
  ...pairs('АВЕКМНОРСТУХІЈЅԀԚԜҺӀ', 'ABEKMHOPCTYXIJSDQWHI'),
  ...pairs('αεικνορτυχηϲϳ', 'aeikvoptuxncj'),
  ...pairs('ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ', 'ABEZHIKMNOPTYXC'),
  ...pairs('ɑɡıɩʟɴʀʏʙɢʜɪᴀᴄᴅᴇᴊᴋᴍᴏᴘᴛᴜᴠᴡᴢꜰꜱ', 'agiilnrybghiacdejkmoptuvwzfs'),
  ...pairs('օսցհոԁѵүқ', 'oughndvyk'),
  ...pairs('‐‑‒–—−‘’‚“”„⁄∕∶․', '------\'\'\'"""//:.'),
]);

const MARK = /^[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]$/;
const ACCENTED = /^(\p{ASCII})[\u0300-\u036f]+$/u;

/** A quick look: most texts have nothing but this. */
const UNUSUAL = /[^\t\n\r -~]/;
const BREAKS = /(?<=[^\s.!?:;>])\r?\n(?=[^\s.#*>|-])|(?<=[A-Za-z,])\+(?=[A-Za-z])/g;

const cache = new Map<string, string>();
const CACHE_ENTRIES = 8192;

/** The normalised copy where it differs from the text and near it, or undefined where it does not differ. */
export function normalised(view: View): View | undefined {
  if (!UNUSUAL.test(view.text)) return undefined;
  return rewritten(view, CANDIDATE(), (found) => (found.length > 2 ? '' : readingOf(found)));
}

/** The copy without what cannot be seen and otherwise as it is, for what is compared letter by letter. */
export function visible(view: View): View | undefined {
  return UNUSUAL.test(view.text) && INVISIBLE.test(view.text) ? rewritten(view, invisibles(), () => '') : undefined;
}

/**
 * The same with line breaks inside a paragraph, and the plus signs of forms, as the spaces that they stand for. Nothing moves.
 * Undefined where there are none.
 */
export function flowing(view: View): View | undefined {
  const text = view.text.replaceAll(BREAKS, (found) => ' '.repeat(found.length));
  return text === view.text ? undefined : { text, places: (start, end) => view.places(start, end) };
}

/** Escape sequences as a whole, else one character at a time. */
function CANDIDATE(): RegExp {
  return new RegExp(`${invisibles().source}|\\P{ASCII}`, 'gu');
}

function readingOf(char: string): string {
  const known = cache.get(char);
  if (known !== undefined) return known;
  const reading = read(char);
  if (cache.size >= CACHE_ENTRIES) cache.clear();
  cache.set(char, reading);
  return reading;
}

function read(char: string): string {
  if (INVISIBLE.test(char) || MARK.test(char)) return '';
  if (char === '\u2028' || char === '\u2029') return '\n';
  const alike = LOOK_ALIKES.get(char);
  if (alike !== undefined) return alike;
  const compatible = char.normalize('NFKC');
  if (compatible !== char) return Array.from(compatible, (part) => LOOK_ALIKES.get(part) ?? plain(part)).join('');
  return plain(char);
}

/** A Latin letter without its accents. */
function plain(char: string): string {
  return ACCENTED.exec(char.normalize('NFD'))?.[1] ?? char;
}

function pairs(from: string, to: string): [string, string][] {
  const targets = Array.from(to);
  return Array.from(from, (char, index) => [char, targets[index] ?? char]);
}
