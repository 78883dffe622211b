import type { WritableClientId } from '../../preload/contract/client.ts';
import { adapterFor, adapters, SERVERS_KEY, type ClientAdapter } from './adapters.ts';
import { readClientFile, sha256 } from './client-file.ts';
import { parseConfig, parseConfigText, type ConfigDocument } from './document.ts';
import { isManagedEntry } from './entries.ts';
import type { ClientEnvironment } from './environment.ts';
import { readForeignEntry } from './foreign-entry.ts';
import type { ForeignTarget } from './foreign-target.ts';
import { endOf, keyOf, propertyOf } from './json-tokens.ts';
import { locate } from './locate.ts';
import { entryIsOurs, entryUnknown } from './plan-replacement.ts';
import { invalidConfig } from './refusals.ts';
import type { Node } from 'jsonc-parser';

/** A file that lists more than this is none that a person wrote; the rest shows up once these are brought in. */
const MAX_SERVERS = 200;

/** One server of a client that nothing of Runlayer stands before, with its values. */
export interface ForeignServer {
  readonly client: WritableClientId;
  readonly key: string;
  readonly target: ForeignTarget;
  /** Keys of the entry that our own will not have. */
  readonly dropped: readonly string[];
  /** SHA-256 of its source text: says whether it is still the one that somebody looked at. */
  readonly source: string;
}

/** Of every client. A file that cannot be read has none: what is wrong with it is told by the list of clients. */
export async function foreignServers(environment: ClientEnvironment): Promise<ForeignServer[]> {
  const all = await Promise.all(
    adapters.map((adapter) => serversOf(environment, adapter).catch((): ForeignServer[] => [])),
  );
  return all.flat();
}

/**
 * One of them.
 * @throws CompanionError E_CLIENT_ENTRY_UNKNOWN, E_CLIENT_ENTRY_OURS, and what reading the file may throw.
 */
export async function foreignServer(
  environment: ClientEnvironment,
  client: WritableClientId,
  key: string,
): Promise<ForeignServer> {
  const adapter = adapterFor(client);
  const { text, servers } = await documentOf(environment, adapter);
  const property = propertyOf(servers, key);
  if (property === undefined) throw entryUnknown(key);
  if (isManagedEntry(property, environment)) throw entryIsOurs(key);
  return serverOf(environment, adapter, text, property);
}

async function documentOf(
  environment: ClientEnvironment,
  adapter: ClientAdapter,
): Promise<Pick<ConfigDocument, 'text' | 'servers'>> {
  const { path } = await locate(adapter, environment);
  const { bytes } = await readClientFile(path);
  if (bytes === null) return { text: '', servers: undefined };
  const document = parseConfig(bytes, adapter.dialect);
  if (document.kind === 'invalid') throw invalidConfig(path, document.problem);
  return document;
}

async function serversOf(environment: ClientEnvironment, adapter: ClientAdapter): Promise<ForeignServer[]> {
  const { text, servers } = await documentOf(environment, adapter);
  return (servers?.children ?? [])
    .filter((property) => !isManagedEntry(property, environment))
    .slice(0, MAX_SERVERS)
    .map((property) => serverOf(environment, adapter, text, property));
}

function serverOf(environment: ClientEnvironment, adapter: ClientAdapter, text: string, property: Node): ForeignServer {
  return {
    client: adapter.id,
    key: keyOf(property),
    ...readForeignEntry(property, environment.homeDirectory),
    source: hashOf(text, property),
  };
}

function hashOf(text: string, property: Node): string {
  return sha256(Buffer.from(text.slice(property.offset, endOf(property))));
}

/** SHA-256 of the source text of one server; undefined where there is none of that key. */
export function sourceOf(document: Pick<ConfigDocument, 'text' | 'servers'>, key: string): string | undefined {
  const property = propertyOf(document.servers, key);
  return property === undefined ? undefined : hashOf(document.text, property);
}

/** The servers of a text that is not in the file now, such as what an undo brings back. */
export function foreignServersIn(
  environment: ClientEnvironment,
  client: WritableClientId,
  servers: readonly { readonly source: string }[],
): ForeignServer[] {
  const adapter = adapterFor(client);
  return servers.flatMap(({ source }) => {
    const text = `{"${SERVERS_KEY}":{${source}}}`;
    const document = parseConfigText(text, 'jsonc');
    const [property] = document.kind === 'ok' ? (document.servers?.children ?? []) : [];
    return property === undefined ? [] : [serverOf(environment, adapter, text, property)];
  });
}
