/** What a person is shown of an answer: texts, cut where they are long; of everything else its kind and its size. */
import { isJsonObject, type AnswerPart, type JsonObject } from '../../preload/contract/index.ts';

export const MAX_PARTS = 50;
/** Characters of one part, and of all of them. */
export const MAX_PART_CHARACTERS = 64 * 1024;
export const MAX_ALL_CHARACTERS = 256 * 1024;
/** Of a kind or a media type. */
const MAX_WORD = 100;

export interface ReadAnswer {
  readonly parts: AnswerPart[];
  readonly isCut: boolean;
  readonly isError: boolean;
}

interface Whole {
  readonly type: string;
  readonly mimeType: string | null;
  /** Undefined where there is nothing to read. */
  readonly text: string | undefined;
  readonly bytes: number;
}

const word = (value: unknown): string | null => (typeof value === 'string' ? value.slice(0, MAX_WORD) : null);

function wholeOf(content: unknown): Whole {
  if (!isJsonObject(content)) return { type: 'unknown', mimeType: null, text: undefined, bytes: sizeOf(content) };
  const type = word(content['type']) ?? 'unknown';
  const mimeType = word(content['mimeType']);
  const { text, resource } = content;
  if (typeof text === 'string') return { type, mimeType, text, bytes: Buffer.byteLength(text) };
  if (isJsonObject(resource)) {
    const inner = resource['text'];
    return {
      type,
      mimeType: word(resource['mimeType']),
      text: typeof inner === 'string' ? inner : undefined,
      bytes: typeof inner === 'string' ? Buffer.byteLength(inner) : sizeOf(resource),
    };
  }
  // A picture or a sound is data; anything else is small and said in full.
  const isData = typeof content['data'] === 'string';
  return { type, mimeType, text: isData ? undefined : JSON.stringify(content), bytes: sizeOf(content) };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

/** `redact`: takes out what nothing may show. */
export function readAnswer(result: JsonObject, redact: (text: string) => string): ReadAnswer {
  const { content, structuredContent, isError } = result;
  const listed: unknown[] = Array.isArray(content) ? content : [];
  const wholes = listed.slice(0, MAX_PARTS).map(wholeOf);
  if (structuredContent !== undefined) {
    const text = JSON.stringify(structuredContent, undefined, 2);
    wholes.push({ type: 'structured', mimeType: 'application/json', text, bytes: sizeOf(structuredContent) });
  }
  let left = MAX_ALL_CHARACTERS;
  const parts = wholes.map(({ type, mimeType, text = '', bytes }): AnswerPart => {
    const shown = redact(text);
    const kept = shown.slice(0, Math.min(left, MAX_PART_CHARACTERS));
    left -= kept.length;
    return { type: redact(type), mimeType, text: kept, bytes, isCut: kept.length < shown.length };
  });
  return {
    parts,
    isCut: listed.length > MAX_PARTS || parts.some((part) => part.isCut),
    isError: isError === true,
  };
}
