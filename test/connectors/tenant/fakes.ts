/** A tenant that answers as it is told, and a clock that moves when it is told. */
import { TenantError, type TenantApi, type TenantFailureKind } from '../../../main/backend/tenant-api.ts';
import type { TenantConnector } from '../../../main/backend/wire.ts';
import type { JsonSource } from '../../../main/relay/tenant-gate.ts';

export const HOST = 'https://acme.example';
export const ID = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
export const OTHER_ID = '2c5f39cb-3ab2-42e3-994a-1127e4ddb538';

export function wire(over: Partial<TenantConnector> = {}): TenantConnector {
  return {
    id: ID,
    name: 'Acme Files',
    url: process.execPath,
    transport_type: 'stdio',
    transport_config: { args: ['server.js'], env: {} },
    version: 3,
    sync_required: false,
    identity_forward: null,
    ...over,
  };
}

export function failure(kind: TenantFailureKind, detail = ''): TenantError {
  return new TenantError('E_TENANT', `it failed (${kind})`, 'Try again.', { kind, detail });
}

export const source = (value: unknown): JsonSource => ({ value, source: Buffer.from(JSON.stringify(value)) });

type Answers = Partial<Omit<TenantApi, 'host'>>;

export interface FakeApi extends TenantApi {
  /** What was asked, in order: the method's name. */
  readonly asked: string[];
  readonly answers: Answers;
}

/** What is not told how to answer must not be asked. */
export function fakeApi(answers: Answers = {}, host = HOST): FakeApi {
  const asked: string[] = [];
  const unexpected = (name: string): never => {
    throw new Error(`${name} must not be asked`);
  };
  const api: FakeApi = {
    host,
    asked,
    answers,
    resolve: (...given) => ask('resolve', (method) => method(...given)),
    connector: (...given) => ask('connector', (method) => method(...given)),
    pre: (...given) => ask('pre', (method) => method(...given)),
    post: (...given) => ask('post', (method) => method(...given)),
    capabilities: (...given) => ask('capabilities', (method) => method(...given)),
    servers: (...given) => ask('servers', (method) => method(...given)),
    me: () => unexpected('me'),
    accounts: () => unexpected('accounts'),
    approvals: () => unexpected('approvals'),
    decideApproval: () => unexpected('decideApproval'),
    auditLogs: () => unexpected('auditLogs'),
    hookEvent: () => unexpected('hookEvent'),
  };
  async function ask<N extends keyof Answers, T>(
    name: N,
    call: (method: NonNullable<Answers[N]>) => Promise<T>,
  ): Promise<T> {
    asked.push(name);
    const method = answers[name];
    return method === undefined ? unexpected(name) : call(method);
  }
  return api;
}

export interface FakeTime {
  now: number;
  /** Moves on, and runs what is due meanwhile in its order. */
  pass(ms: number): Promise<void>;
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** How many wait. */
  readonly waiting: number;
}

/** Lets everything run that can. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
}

export function fakeTime(start = Date.parse('2026-11-21T08:00:00.000Z')): FakeTime {
  const tasks = new Set<{ readonly at: number; readonly run: () => void }>();
  const time: FakeTime = {
    now: start,
    schedule: (ms, then) => {
      const task = { at: time.now + ms, run: then };
      tasks.add(task);
      return () => tasks.delete(task);
    },
    pass: async (ms) => {
      const end = time.now + ms;
      for (;;) {
        await settle();
        const [next] = [...tasks].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
        if (next === undefined) break;
        tasks.delete(next);
        time.now = Math.max(time.now, next.at);
        next.run();
      }
      time.now = end;
      await settle();
    },
    get waiting() {
      return tasks.size;
    },
  };
  return time;
}
