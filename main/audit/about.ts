/** What a call was about, in a few words: the one argument that says most, as the journal keeps it. Decides nothing. */
import { isObject } from './is-object.ts';

/** Names that arguments of this kind have in many servers, the most telling first. */
const TELLING = [
  'path',
  'file_path',
  'filepath',
  'filename',
  'file',
  'uri',
  'url',
  'query',
  'q',
  'command',
  'cmd',
  'sql',
  'pattern',
  'to',
  'recipient',
  'channel',
  'repo',
  'repository',
  'branch',
  'title',
  'subject',
  'name',
  'id',
  'directory',
  'paths',
  'urls',
];
const MAX_LENGTH = 200;

function textOf(value: unknown): string | undefined {
  if (Array.isArray(value)) return textOf(value[0]);
  if (typeof value === 'string') return value === '' ? undefined : cut(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

function cut(text: string): string {
  if (text.length <= MAX_LENGTH) return text;
  // Half of a surrogate pair is no text.
  return `${text.slice(0, MAX_LENGTH).replace(/[\uD800-\uDBFF]$/u, '')}…`;
}

/** `shape`: recorded arguments (contract: ArgumentShape). Undefined where nothing of them is a short text. */
export function aboutOf(shape: unknown): string | undefined {
  if (!isObject(shape)) return undefined;
  const entries = Object.entries(shape).filter(([key]) => !key.startsWith('$'));
  for (const name of TELLING) {
    const found = entries.find(([key]) => key.toLowerCase() === name);
    const text = found === undefined ? undefined : textOf(found[1]);
    if (text !== undefined) return text;
  }
  for (const [, value] of entries) {
    const text = typeof value === 'string' ? textOf(value) : undefined;
    if (text !== undefined) return text;
  }
  return undefined;
}
