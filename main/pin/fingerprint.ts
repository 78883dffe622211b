/**
 * What a pin is of: the parts of a definition that a model or a person reads, as one canonical text, and its SHA-256.
 *
 * Icons and `_meta` are not part of it: icons are fetched by the client and never reach a model as text, and servers put
 * things that differ at each start (build times, trace ids) into `_meta`; with them every start would be drift, and a
 * person who is asked at every start learns to say yes. Both stay carriers: the guard looks at them each time.
 */
import { createHash } from 'node:crypto';
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { PinKind } from '../../preload/contract/pin.ts';
import { canonical } from '../audit/canonical.ts';

/** A definition as it is kept: the text that was hashed, and the hash. */
export interface Definition {
  /** SHA-256, hex. */
  readonly fingerprint: string;
  /** Canonical JSON of the parts that count, an object. */
  readonly text: string;
}

interface Field {
  readonly key: string;
  /** What a person reads in a difference. */
  readonly label: string;
}

const named = (...keys: readonly string[]): readonly Field[] => keys.map((key) => ({ key, label: key }));

/** The parts that count, in the order in which a difference names them. */
export const PINNED_FIELDS: { readonly [K in PinKind]: readonly Field[] } = {
  tool: [
    ...named('name', 'title', 'description'),
    { key: 'inputSchema', label: 'input' },
    { key: 'outputSchema', label: 'output' },
    ...named('annotations'),
  ],
  prompt: named('name', 'title', 'description', 'arguments'),
  resource_template: named('uriTemplate', 'name', 'title', 'description', 'mimeType', 'annotations'),
  instructions: [{ key: 'text', label: 'instructions' }],
  identity: named('command', 'path', 'sha256', 'ecosystem', 'package', 'version', 'integrity', 'url'),
};

/** Of what is kept of one item. */
export const MAX_DEFINITION_BYTES = 256 * 1024;

/**
 * Of one kind nothing is ever equal to something of another. A part that is not there differs from one that is null.
 * @throws TypeError for what has no canonical text (a number that JSON cannot write back, or nesting beyond reason)
 */
export function definitionOf(kind: PinKind, source: JsonObject): Definition {
  const parts: Record<string, unknown> = {};
  for (const { key } of PINNED_FIELDS[kind]) if (Object.hasOwn(source, key)) parts[key] = source[key];
  const text = canonical(parts);
  return { fingerprint: fingerprintOf(kind, text), text };
}

/** Of a text that {@link definitionOf} made. */
export function fingerprintOf(kind: PinKind, text: string): string {
  return createHash('sha256').update(`rl-pin-v1\n${kind}\n`).update(text).digest('hex');
}

/** What a text that {@link definitionOf} made says. */
export function partsOf({ text }: Definition): JsonObject {
  const value: unknown = JSON.parse(text);
  return isJsonObject(value) ? value : {};
}
