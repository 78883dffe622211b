/**
 * A glance at a small message: true only where the whole pipeline surely says "pass" and finds nothing. Made of what each detector
 * cannot do without: the anchors of phrases, the beginnings of tokens and the names of secrets, runs long enough for a
 * credential, digits enough for a number that has a checksum, anything that some decoding would read. Where it is not sure it says false,
 * which costs a scan; it is never used to let something through that a scan would stop.
 */
import { decoded } from './decode.ts';
import { INJECTION_TRIGGERS } from './injection/detectors.ts';
import { mayHideWords } from './injection/hidden-words.ts';
import { acrossStrings, asWritten, wholeText } from './joined.ts';
import { Literals } from './literals.ts';
import type { KnownValues, ScanJob } from './scan-job.ts';
import { CLOUD_FORMATS } from './secrets/formats-cloud.ts';
import { CODE_FORMATS } from './secrets/formats-code.ts';
import { MODEL_FORMATS } from './secrets/formats-models.ts';
import { SERVICE_FORMATS } from './secrets/formats-services.ts';
import { SECRETLINT_RULES } from './secrets/secretlint-rules.ts';
import { flowing } from './normalise.ts';
import { jsonStrings, plainString } from './strings.ts';
import { unescaped } from './unescape.ts';
import type { View } from './view.ts';

/** Above this something is nearly always in it, and the glance would take longer than handing it over. */
const MAX_BYTES = 4096;
const MAX_DEPTH = 16;
const MAX_STRINGS = 64;

/** In lower case. Names of what is secret, and what credentials in headers and on command lines begin with. */
const SECRET_WORDS = [
  'key',
  'passw',
  'passp',
  'pwd',
  'secret',
  'token',
  'credential',
  'auth',
  'basic',
  '-u',
  '--proxy-user',
  '"kty',
  '"crv',
];
/** One of these is in every password that stands in an address, and in more that is looked at closely. */
const SIGNS = ['://', '@'];

const WORDS = new Literals([...INJECTION_TRIGGERS, ...SECRET_WORDS, ...SIGNS]);

const FORMATS = [...CODE_FORMATS, ...CLOUD_FORMATS, ...MODEL_FORMATS, ...SERVICE_FORMATS];
const BEGINNINGS = FORMATS.flatMap(({ prefixes }) => prefixes);
const LITERALS = Object.values(SECRETLINT_RULES).flat();
/** Beginnings of tokens that may be of letters alone, told only where there is a run long enough for one. */
const LETTERS = /^[A-Za-z]+$/;
const TOKEN_WORDS = new Literals([...BEGINNINGS.filter((prefix) => LETTERS.test(prefix)), 'eyJ']);
const TOKEN_SIGNS = new Literals(
  [...BEGINNINGS, ...LITERALS].filter((prefix) => !LETTERS.test(prefix) && prefix !== '://'),
);

/** Beyond plain ASCII. */
const UNUSUAL = /[^\t\n\r -~]/;
/** Six digits near each other, an international number, the beginning of an IBAN, a long run with a digit in it. */
const NUMBERS =
  /[0-9](?:[ ./-]?[0-9]){5}|\+[0-9]|[A-Z]{2}[0-9]{2}[ -]?[A-Z0-9]|(?=[A-Za-z_+=%$~.-]{0,15}[0-9])[A-Za-z0-9_+=%$~.-]{16}/;
const LONG_RUN = /[A-Za-z_+=%$~.-]{16}/;

export function isHarmless(job: ScanJob, known: KnownValues): boolean {
  // A definition stays in front of a model for a whole session, and is looked at as a whole.
  if (job.kind === 'tool-definition' || job.source.byteLength > MAX_BYTES) return false;
  // Most of what is not harmless shows it before anything is taken apart.
  const raw = Buffer.from(job.source.buffer, job.source.byteOffset, job.source.byteLength).toString('latin1');
  if (isStriking(raw)) return false;
  const read = job.format === 'json' ? jsonStrings(job.source, MAX_DEPTH) : plainString(job.source);
  if (read.kind !== 'strings' || read.strings.length > MAX_STRINGS) return false;
  const { strings } = read;
  const whole = wholeText(strings);
  if (job.format === 'text' && /^\s{0,64}[[{]/.test(whole.text)) return false;
  if (!isPlain(whole, known)) return false;
  if (strings.length < 2) return true;
  const joined = acrossStrings(strings, '');
  if (joined !== undefined && !isPlain(joined, known)) return false;
  if (isKnown(asWritten(strings)?.text ?? '', known)) return false;
  const spaced = acrossStrings(strings, ' ');
  return spaced === undefined || !(hasWords(spaced.text) || mayHideWords(spaced.text));
}

/** From the cheap to the dear. */
function isPlain(view: View, known: KnownValues): boolean {
  const { text } = view;
  return (
    !isStriking(text) &&
    !mayHideWords(text) &&
    !speaks(flowing(view)?.text ?? '') &&
    !TOKEN_SIGNS.isIn(text) &&
    !(LONG_RUN.test(text) && TOKEN_WORDS.isIn(text)) &&
    !isKnown(text, known) &&
    unescaped(view) === undefined &&
    decoded(view) === undefined
  );
}

function speaks(text: string): boolean {
  return text !== '' && (hasWords(text) || mayHideWords(text));
}

function isStriking(text: string): boolean {
  return UNUSUAL.test(text) || NUMBERS.test(text) || hasWords(text);
}

const hasWords = (text: string): boolean => WORDS.isIn(text.toLowerCase());

function isKnown(text: string, { live, canaries }: KnownValues): boolean {
  return (live?.find(text, 0) ?? -1) >= 0 || (canaries?.find(text, 0) ?? -1) >= 0;
}
