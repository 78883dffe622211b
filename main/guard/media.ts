/**
 * Pictures and sound in a result are looked at by what they are, not as text: a block that says that it is one, and begins as
 * one does, holds nothing that a model reads as words. Whatever only says so is text like any other; so is one that holds a
 * value that is looked for exactly.
 */
import type { ScanKind } from '../../preload/contract/index.ts';
import { findKnown } from './known-values.ts';
import type { KnownValues } from './scan-job.ts';
import type { Container, SourceString } from './strings.ts';

/** Shorter ones are looked at: that costs nothing. */
const LEAST_CHARACTERS = 256;
const HEAD_CHARACTERS = 64;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
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
    const isMedia = here !== undefined && isCandidate(string) && saysSo(string, here) && isMediaFile(string.text);
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

function isMediaFile(base64: string): boolean {
  if (!BASE64.test(base64)) return false;
  const head = Buffer.from(base64.slice(0, HEAD_CHARACTERS), 'base64').toString('latin1');
  return BEGINNINGS.some(({ at, bytes }) => head.startsWith(bytes, at));
}
