/**
 * Pictures and sound in a result are looked at by what they are, not as text: a block of content that says that it is one, and
 * begins and goes on as one does, holds nothing that a model reads as words. Whatever only says so, or stands elsewhere than
 * where the protocol has such blocks, is text like any other; so is one that holds a value that is looked for exactly.
 */
import type { ScanKind } from '../../preload/contract/index.ts';
import { findKnown } from './known-values.ts';
import type { KnownValues } from './scan-job.ts';
import type { Container, SourceString } from './strings.ts';

/** Shorter ones are looked at: that costs nothing. */
const LEAST_CHARACTERS = 256;
const HEAD_CHARACTERS = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const MAX_PATH = 8;
const PLACES: ReadonlySet<string> = new Set([
  'result/content/#',
  'result/content/#/resource',
  'result/contents/#',
  'result/messages/#/content',
  'result/messages/#/content/resource',
]);
/** Words of small letters with something between them, as no encoder makes them. */
const WORDS = /(?:[/+][A-Za-z][a-z]{2,14}){4}/;
const SAMPLED_CHARACTERS = 64 * 1024;
const HEAD_BYTES = 64;
const TYPES = /^(?:image|audio)$/;
const MEDIA_TYPES = /^(?:image|audio|video)\/(?!svg)[a-z0-9.+-]{1,64}$/i;

/** How files of these kinds begin; `at`: where. SVG is not among them: it is text. */
const BEGINNINGS: readonly { readonly at: number; readonly bytes: string }[] = [
  { at: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { at: 0, bytes: '\xff\xd8\xff' },
  { at: 0, bytes: 'GIF87a' },
  { at: 0, bytes: 'GIF89a' },
  { at: 8, bytes: 'WEBP' },
  { at: 8, bytes: 'WAVE' },
  { at: 4, bytes: 'ftyp' },
  { at: 0, bytes: 'OggS' },
  { at: 0, bytes: 'fLaC' },
  { at: 0, bytes: 'ID3' },
  { at: 0, bytes: '\xff\xfb' },
  { at: 0, bytes: '\x1aE\xdf\xa3' },
];

/** What the object that a string stands in says of itself, with every occurrence of a key that stands twice. */
interface Said {
  readonly types: string[];
  readonly mediaTypes: string[];
}

/** The same strings, those that are pictures or sound emptied, so that each keeps its place. */
export function withoutMedia(
  strings: readonly SourceString[],
  kind: ScanKind,
  known: KnownValues,
): readonly SourceString[] {
  // What is sent to a server may be anything that calls itself a picture.
  if (kind !== 'output' || !strings.some((string) => isCandidate(string))) return strings;
  const said = new Map<Container, Said>();
  for (const { container, kind: of, key, text } of strings) {
    if (container === undefined || of !== 'value' || (key?.text !== 'type' && key?.text !== 'mimeType')) continue;
    const here = said.get(container) ?? { types: [], mediaTypes: [] };
    (key.text === 'type' ? here.types : here.mediaTypes).push(text);
    said.set(container, here);
  }
  return strings.map((string) => {
    const here = string.container === undefined ? undefined : said.get(string.container);
    const isMedia =
      here !== undefined &&
      isCandidate(string) &&
      saysSo(string, here) &&
      standsInContent(string) &&
      isMediaFile(string.text);
    return isMedia && findKnown(string.text, known).length === 0 ? { ...string, text: '' } : string;
  });
}

function isCandidate({ kind, key, text }: SourceString): boolean {
  return kind === 'value' && (key?.text === 'data' || key?.text === 'blob') && text.length >= LEAST_CHARACTERS;
}

function saysSo({ key }: SourceString, { types, mediaTypes }: Said): boolean {
  const isTyped = mediaTypes.length > 0 && mediaTypes.every((type) => MEDIA_TYPES.test(type));
  if (key?.text === 'blob') return isTyped;
  return isTyped && types.length > 0 && types.every((type) => TYPES.test(type));
}

/** `content[i]`, `content[i].resource`, `contents[i]`, of a result or of the messages of a prompt; nothing deeper or other. */
function standsInContent({ container }: SourceString): boolean {
  const path: string[] = [];
  for (let at = container; at !== undefined; at = at.parent) {
    if (path.length > MAX_PATH) return false;
    if (at.parent !== undefined) path.unshift(at.key === undefined ? '#' : at.key.text);
  }
  return PLACES.has(path.join('/'));
}

/** What is compressed reads like nothing: letters that make words, or a text in them, do not. */
function readsLikeText(base64: string): boolean {
  if (WORDS.test(base64)) return true;
  const bytes = Buffer.from(base64.slice(0, SAMPLED_CHARACTERS), 'base64').subarray(HEAD_BYTES);
  let plain = 0;
  for (const byte of bytes) if (byte === 0x0a || (byte >= 0x20 && byte < 0x7f)) plain += 1;
  return bytes.length > 0 && plain / bytes.length > 0.8;
}

function isMediaFile(base64: string): boolean {
  if (!BASE64.test(base64) || readsLikeText(base64)) return false;
  const head = Buffer.from(base64.slice(0, HEAD_CHARACTERS), 'base64').toString('latin1');
  return BEGINNINGS.some(({ at, bytes }) => head.startsWith(bytes, at));
}
