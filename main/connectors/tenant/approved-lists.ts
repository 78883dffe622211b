/**
 * The last list of tools that a tenant approved, for a day: what stays visible of a connector while its tenant is away. A tool is
 * in it by the exact text with which its server defined it; a server that defines it otherwise is not covered. In memory only.
 */
import { createHash } from 'node:crypto';
import { isJsonObject } from '../../../preload/contract/index.ts';
import type { JsonSource } from '../../relay/tenant-gate.ts';
import { elementSpans, memberText } from '../../relay/scan-json.ts';

export const APPROVED_MS = 24 * 60 * 60_000;
const MAX_CONNECTORS = 64;
const MAX_BYTES = 32 * 1024 * 1024;

export interface ApprovedLists {
  /** @param page source text of a result of tools/list. @param replacement what the tenant made of its tools. */
  learn(host: string, server: string, page: Buffer, replacement: JsonSource): void;
  /** Whether anything is known that is young enough. */
  knows(host: string, server: string): boolean;
  /** Of this page's tools those that were approved as they are; undefined where there is none. */
  cut(host: string, server: string, page: Buffer): JsonSource | undefined;
  /** Of a tenant whose key changed: what was approved was approved for somebody else. */
  forget(host: string): void;
}

interface Tool {
  readonly name: string;
  readonly source: Buffer;
}

interface Approved {
  readonly hash: string;
  readonly source: Buffer;
  readonly at: number;
}

interface Known {
  readonly host: string;
  readonly tools: Map<string, Approved>;
}

const hashOf = (source: Buffer): string => createHash('sha256').update(source).digest('hex');

function nameOf(source: Buffer): string | undefined {
  const value: unknown = JSON.parse(source.toString('utf8'));
  return isJsonObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

/** Tools of an array by their names; one that occurs twice is none. */
function toolsOf(array: Buffer): Map<string, Tool> {
  const tools = new Map<string, Tool>();
  const twice = new Set<string>();
  for (const { start, end } of elementSpans(array, { start: 0, end: array.length })) {
    const source = array.subarray(start, end);
    const name = nameOf(source);
    if (name === undefined) continue;
    if (tools.has(name)) twice.add(name);
    tools.set(name, { name, source });
  }
  for (const name of twice) tools.delete(name);
  return tools;
}

function toolsOfPage(page: Buffer): Map<string, Tool> {
  const text = memberText(page, ['tools']);
  return text?.startsWith('[') === true ? toolsOf(Buffer.from(text)) : new Map();
}

export function createApprovedLists(now: () => number): ApprovedLists {
  const connectors = new Map<string, Known>();
  const keyOf = (host: string, server: string): string => `${host} ${server}`;
  const isYoung = ({ at }: Approved): boolean => now() - at < APPROVED_MS;

  const bytes = (): number => {
    let sum = 0;
    for (const { tools } of connectors.values()) for (const { source } of tools.values()) sum += source.length;
    return sum;
  };
  const makeRoom = (): void => {
    for (const key of connectors.keys()) {
      if (connectors.size <= MAX_CONNECTORS && bytes() <= MAX_BYTES) return;
      connectors.delete(key);
    }
  };

  return {
    learn: (host, server, page, replacement) => {
      const key = keyOf(host, server);
      const known = connectors.get(key) ?? { host, tools: new Map<string, Approved>() };
      const replaced = toolsOf(replacement.source);
      for (const [name, offered] of toolsOfPage(page)) {
        const approved = replaced.get(name);
        // Copied: a part would hold the whole answer in memory.
        if (approved === undefined) known.tools.delete(name);
        else known.tools.set(name, { hash: hashOf(offered.source), source: Buffer.from(approved.source), at: now() });
      }
      // The one used last is dropped last.
      connectors.delete(key);
      connectors.set(key, known);
      makeRoom();
    },
    knows: (host, server) => [...(connectors.get(keyOf(host, server))?.tools.values() ?? [])].some(isYoung),
    cut: (host, server, page) => {
      const known = connectors.get(keyOf(host, server));
      if (known === undefined) return undefined;
      const sources: Buffer[] = [];
      for (const [name, offered] of toolsOfPage(page)) {
        const approved = known.tools.get(name);
        if (approved === undefined || !isYoung(approved) || approved.hash !== hashOf(offered.source)) continue;
        sources.push(approved.source);
      }
      if (sources.length === 0) return undefined;
      const source = Buffer.from(`[${sources.map((tool) => tool.toString('utf8')).join(',')}]`);
      return { value: JSON.parse(source.toString('utf8')), source };
    },
    forget: (host) => {
      for (const [key, known] of connectors) if (known.host === host) connectors.delete(key);
    },
  };
}
