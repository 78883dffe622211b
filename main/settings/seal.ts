/**
 * How settings lie on disk: the data and a checksum over its canonical form, so that any changed byte is noticed. It is
 * tamper evidence against accidents and casual edits, not against a program that runs as the same user.
 */
import { createHash } from 'node:crypto';
import { isJsonObject } from '../../preload/contract/json.ts';
import { canonical } from '../audit/canonical.ts';
import { readStored, SETTINGS_VERSION, type Settings } from './schema.ts';

export type Unsealed =
  | { readonly kind: 'good'; readonly settings: Settings }
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'bad'; readonly reason: string; readonly settings: Settings | undefined };

type Document = Readonly<Record<string, unknown>>;

/** `v1` is the form of the seal; the shape of what it closes has a version of its own. */
function checksum(document: Document): string {
  return createHash('sha256').update('rl-settings-v1').update(canonical(document)).digest('hex');
}

/** `indent`: earlier companions wrote two spaces, which made a large file several times as long. */
function sealed(document: Document, sha256: string, indent?: number): string {
  return `${JSON.stringify({ sha256, settings: document }, undefined, indent)}\n`;
}

export function seal(settings: Settings): string {
  return sealed(settings, checksum(settings));
}

/** Reads what {@link seal} wrote. A `bad` file still gives its settings where they fit the schema. */
export function unseal(text: string): Unsealed {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'bad', reason: 'it is not JSON', settings: undefined };
  }
  if (!isJsonObject(value) || !isJsonObject(value['settings']))
    return { kind: 'bad', reason: 'it holds no settings', settings: undefined };
  const { version } = value['settings'];
  if (typeof version === 'number' && version > SETTINGS_VERSION) return { kind: 'newer', version };
  const stored = readStored(value['settings']);
  if (stored === undefined) return { kind: 'bad', reason: 'it does not fit the schema', settings: undefined };
  const { document, settings } = stored;
  const sum = checksum(document);
  // The whole text is compared, so that a flipped byte in white space or a key counts too.
  return value['sha256'] === sum && (text === sealed(document, sum) || text === sealed(document, sum, 2))
    ? { kind: 'good', settings }
    : { kind: 'bad', reason: 'it was changed outside the companion', settings };
}
