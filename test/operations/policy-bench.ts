import type { CallPage, CallPageRequest } from '../../main/audit/disk/index-protocol.ts';
import {
  policyOperationHandlers,
  type PolicyOperations,
  type PolicyParts,
} from '../../main/operations/policy-handlers.ts';
import type { ProtectedPaths } from '../../main/policy/protected-paths.ts';
import type { LogEntry } from '../../preload/contract/index.ts';
import { memorySettings, NOW, type MemorySettings } from './fakes.ts';

export const HOME = '/home/ann';

/** No links and no encodings; `..` is resolved in the text. */
export const PATHS: ProtectedPaths = {
  roots: [`${HOME}/.runlayer`],
  homes: [HOME],
  separator: '/',
  foldsCase: false,
  resolve: (text) => {
    const whole = text.startsWith('~/') ? `${HOME}${text.slice(1)}` : text;
    const parts: string[] = [];
    for (const part of whole.split('/')) {
      if (part === '..') parts.pop();
      else if (part !== '' && part !== '.') parts.push(part);
    }
    return [`/${parts.join('/')}`];
  },
};

/** The pages of an index that holds these calls; `reading` is told of each page. */
export function memoryIndex(calls: readonly LogEntry[], reading: () => void = () => {}): PolicyParts['index'] {
  return {
    calls: ({ since, after, limit }: CallPageRequest): Promise<CallPage> => {
      reading();
      const all = calls.filter(({ time }) => time >= since).toSorted((a, b) => (a.time < b.time ? 1 : -1));
      const from = after === undefined ? 0 : all.findIndex(({ id }) => id === after.id) + 1;
      const entries = all.slice(from, from + limit);
      const last = entries.at(-1);
      const next = last === undefined || entries.length < limit ? undefined : { time: last.time, seq: 0, id: last.id };
      return Promise.resolve({ entries, next });
    },
    call: (id) => Promise.resolve(calls.find((entry) => entry.id === id)),
    decided: ({ since, limit }) => {
      const all = calls.filter(({ time }) => time >= since).slice(0, limit);
      const rules = [...Map.groupBy(all, ({ ruleId }) => ruleId)].flatMap(([id, of]) =>
        id === undefined ? [] : [{ id, times: of.length, last: of[0]?.time ?? '' }],
      );
      return Promise.resolve({ calls: all.length, isCut: false, rules });
    },
  };
}

let count = 0;
export function aCall(over: Partial<LogEntry> = {}): LogEntry {
  count += 1;
  return {
    id: `c${count}`,
    time: new Date(NOW.getTime() - 3_600_000 + count).toISOString(),
    kind: 'call',
    connector: 'files',
    client: 'cursor',
    method: 'tools/call',
    tool: 'read_file',
    effect: 'allow',
    decidedBy: 'local',
    code: 'default_allow',
    outcome: 'ok',
    arguments: { path: `${HOME}/p/${count}` },
    ...over,
  };
}

export interface PolicyBench extends PolicyOperations {
  readonly settings: MemorySettings;
}

export function policyBench(over: Partial<PolicyParts> & { settings?: MemorySettings } = {}): PolicyBench {
  const settings = over.settings ?? memorySettings();
  let ids = 0;
  const made = policyOperationHandlers({
    index: memoryIndex([]),
    clock: () => NOW,
    newRuleId: () => `n${++ids}`,
    home: HOME,
    knownTools: () => undefined,
    protectedPaths: PATHS,
    definitionOf: () => undefined,
    also: () => [],
    approvals: { list: () => [] },
    pins: { list: () => [] },
    ...over,
    settings,
  });
  return { ...made, settings };
}
