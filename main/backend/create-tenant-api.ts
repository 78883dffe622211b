/** {@link TenantApi} over {@link TenantHttp}: which route, how long, how much, and what the answer must be. */
import { z } from 'zod';
import { TenantServerId } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { GovernedResult } from '../relay/tenant-gate.ts';
import { afterTimeout, type After } from '../secrets/backend.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { GivenUp } from './given-up.ts';
import { postBody, preBody, readPostedCall, readPostedList, readPre } from './governed.ts';
import type { ParsedAnswer } from './parse-answer.ts';
import { redactBody } from './redact-body.ts';
import { redactText } from './secret-spans.ts';
import { TenantError, type TenantApi } from './tenant-api.ts';
import { invalid, secretInName, withoutKey } from './tenant-failures.ts';
import { TenantHttp, type TenantAnswer, type TenantOrder } from './tenant-http.ts';
import {
  TenantAccount,
  TenantApprovalRow,
  TenantConnector,
  TenantLogRow,
  TenantServerRow,
  TenantUser,
} from './wire.ts';

export interface TenantApiOptions {
  readonly host: string;
  /** Asked for each request, so that a key that was given back is used no more. */
  readonly key: () => Promise<string>;
  /** What is live is in nothing that is sent. */
  readonly live: Pick<LiveSecrets, 'redact' | 'matcher'>;
  readonly userAgent: string;
  readonly now: () => number;
  readonly allowInsecure: boolean;
  readonly after?: After;
  readonly ca?: string | undefined;
  /** Hears of every answer, or why there was none; not of a request that was given up. */
  readonly heard?: (failure: TenantError | undefined) => void;
}

export interface OpenTenantApi extends TenantApi {
  /** Nobody is signed in there any more: ends what is under way. */
  drop(): void;
  /** Ends its connections; every request from now on fails. */
  close(): void;
}

const ENFORCEMENT_MS = 30_000;
const DIRECT_MS = 10_000;
const EVENT_MS = 5000;
const SMALL_BYTES = 1024 * 1024;
/** Of pre and post. It is read on the main thread: more would hold up every other session. */
const ENFORCEMENT_BYTES = 4 * 1024 * 1024;
const MAX_ERROR_CHARACTERS = 4096;
const PAGE = 100;
const MAX_PAGES = 50;

const Resolved = z.object({ server_id: TenantServerId.nullish(), id: TenantServerId.nullish() });

type Order = Pick<TenantOrder, 'path'> & Partial<TenantOrder>;

/** Throws E_TENANT_INSECURE. */
export function createTenantApi(options: TenantApiOptions): OpenTenantApi {
  const { host, now, allowInsecure, userAgent, ca, after = afterTimeout, heard } = options;
  const http = new TenantHttp({
    host,
    allowInsecure,
    userAgent,
    redact: (text) => options.live.redact(text),
    now,
    after,
    ca,
  });

  let timesLeft = 0;
  const keyWaits = new Set<(why: GivenUp) => void>();
  const leave = (): void => {
    timesLeft += 1;
    for (const end of keyWaits) end(new GivenUp(host, 'signed out'));
  };

  /** A keychain may take its time. Signing out ends that wait, too, and nothing is sent with what it gives after that. */
  function keyNow(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    keyWaits.add(reject);
    options.key().then(resolve, (error: unknown) => reject(withoutKey(host, error)));
    return promise.finally(() => keyWaits.delete(reject));
  }

  async function send(order: Order): Promise<TenantAnswer> {
    const before = timesLeft;
    const key = await keyNow();
    if (timesLeft !== before) throw new GivenUp(host, 'signed out');
    try {
      return await http.send({
        method: 'GET',
        limitMs: DIRECT_MS,
        maxBytes: SMALL_BYTES,
        repeatable: true,
        takes: [200],
        key,
        ...order,
        ...(order.body === undefined ? {} : { body: redactBody(order.body, options.live.matcher()) }),
      });
    } catch (error) {
      // A key that cannot be one is refused before anything is sent.
      throw error instanceof TenantError ? error : withoutKey(host, error);
    }
  }

  /** Says once what came of a question: an answer counts only when all of it was read. */
  async function told<T>(work: () => Promise<T>): Promise<T> {
    try {
      const value = await work();
      heard?.(undefined);
      return value;
    } catch (error) {
      if (error instanceof TenantError && !(error instanceof GivenUp)) heard?.(error);
      throw error;
    }
  }

  const misfit = (clause: string): TenantError => invalid(host, clause);

  async function ask(order: Order): Promise<ParsedAnswer> {
    const { body } = await send(order);
    if (body === undefined) throw misfit('answered with nothing');
    return body;
  }

  /** What is told and not asked: any success will do. */
  async function tell(order: Order): Promise<void> {
    await send({ method: 'POST', takes: [200, 201, 202, 204], statusOnly: true, repeatable: false, ...order });
  }

  function fit<T>(schema: z.ZodType<T>, value: unknown): T {
    const read = schema.safeParse(value);
    if (read.success) return read.data;
    // Names of ours alone: deeper in, a key may be the tenant's.
    const field = read.error.issues[0]?.path[0];
    throw misfit(`answered with something else than was asked for${typeof field === 'string' ? ` (${field})` : ''}`);
  }

  async function get<T>(schema: z.ZodType<T>, path: string, signal: AbortSignal | undefined): Promise<T> {
    return fit(schema, (await ask({ path, signal })).value);
  }

  /** Whole lists, page by page. A list that is longer than {@link MAX_PAGES} ends there. */
  async function list<T>(row: z.ZodType<T>, path: string, signal: AbortSignal | undefined): Promise<T[]> {
    const rows: T[] = [];
    for (let page = 0; page < MAX_PAGES; page++) {
      const joint = path.includes('?') ? '&' : '?';
      const { value } = await ask({ path: `${path}${joint}limit=${PAGE}&skip=${page * PAGE}`, signal });
      const { data, count } = pageOf(row, value);
      rows.push(...data);
      if (data.length < PAGE || rows.length >= count) break;
    }
    return rows;
  }

  /** `{data, count}`; a bare array is the whole list. */
  function pageOf<T>(row: z.ZodType<T>, value: unknown): { readonly data: readonly T[]; readonly count: number } {
    if (!isJsonObject(value)) return { data: fit(z.array(row), value), count: 0 };
    const { data, count } = fit(z.object({ data: z.array(row), count: z.number().nullish() }), value);
    return { data, count: count ?? Number.POSITIVE_INFINITY };
  }

  /** 404 on an optional route: not supported there, so there is nothing. */
  async function optional<T>(rows: Promise<readonly T[]>): Promise<readonly T[]> {
    try {
      return await rows;
    } catch (error) {
      if (error instanceof TenantError && error.kind === 'gone') return [];
      throw error;
    }
  }

  const enforce = (id: string, step: 'pre' | 'post', body: Buffer, signal: AbortSignal | undefined): Order => ({
    method: 'POST',
    path: `/api/v1/local/${encodeURIComponent(id)}/${step}`,
    body,
    signal,
    limitMs: ENFORCEMENT_MS,
    maxBytes: ENFORCEMENT_BYTES,
  });

  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  const clean = (text: string): string => redactText(options.live.matcher(), text);

  /** An error's text is a server's: half of a secret, where it is cut, would not be found any more. */
  const cutError = ({ error, ...rest }: GovernedResult): GovernedResult => ({
    ...rest,
    error: error && { ...error, message: clean(error.message).slice(0, MAX_ERROR_CHARACTERS) },
  });

  return {
    host,
    drop: () => {
      leave();
      http.drop();
    },
    close: () => {
      leave();
      http.close();
    },

    resolve: (alias, signal) =>
      told(async () => {
        const path = `/api/v1/local/resolve?target=${encodeURIComponent(clean(alias))}`;
        const { server_id: serverId, id } = await get(Resolved, path, signal);
        const found = serverId ?? id;
        if (found === undefined || found === null) throw misfit('gave no id for an alias');
        return found;
      }),

    connector: (id, signal) =>
      told(async () => {
        const found = await get(TenantConnector, `/api/v1/local/${encodeURIComponent(id)}`, signal);
        if (found.id !== id) throw misfit('answered with another connector than was asked for');
        return found;
      }),

    pre: async (id, request, signal) => {
      const name = request.params?.name;
      // The answer would be about another tool.
      if (name !== undefined && clean(name) !== name) throw secretInName(host);
      return told(async () => {
        const answer = readPre(await ask(enforce(id, 'pre', preBody(request), signal)));
        if (typeof answer === 'string') throw misfit(answer);
        return answer;
      });
    },

    post: (id, result, signal) =>
      told(async () => {
        const answer = await ask(enforce(id, 'post', postBody(cutError(result)), signal));
        // Of a call that failed there is nothing to replace.
        if (result.result === undefined) return undefined;
        const read = result.request.method === 'tools/list' ? readPostedList(answer) : readPostedCall(answer);
        if ('misfit' in read) throw misfit(read.misfit);
        return read.value;
      }),

    capabilities: (id, version, { tools, resources, prompts, syncedAt }, signal) =>
      told(() =>
        tell({
          path: `/api/v1/local/${encodeURIComponent(id)}/capabilities?server_version=${version}`,
          body: json({ tools, resources, prompts, synced_at: syncedAt }),
          repeatable: true,
          signal,
        }),
      ),

    me: (signal) => told(() => get(TenantUser, '/api/v1/users/me', signal)),
    accounts: (signal) => told(() => optional(list(TenantAccount, '/api/v1/accounts', signal))),
    approvals: (signal) => told(() => optional(list(TenantApprovalRow, '/api/v1/approvals', signal))),
    servers: (signal) => told(() => list(TenantServerRow, '/api/v1/servers?scope=accessible', signal)),

    decideApproval: (id, approve) =>
      told(() => tell({ path: `/api/v1/approvals/${encodeURIComponent(id)}/decision`, body: json({ approve }) })),

    auditLogs: ({ since, limit }, signal) =>
      told(() => {
        const query = new URLSearchParams({ limit: String(limit) });
        if (since !== undefined) query.set('start_date', since);
        const answer = ask({ path: `/api/v1/auditlogs?${query.toString()}`, signal });
        return optional(answer.then(({ value }) => pageOf(TenantLogRow, value).data));
      }),

    hookEvent: async ({ client, event_name: name, payload }) => {
      try {
        await told(() =>
          tell({
            path: '/api/v1/hooks/events',
            body: json({ client, event_name: name, payload }),
            limitMs: EVENT_MS,
          }),
        );
      } catch (error) {
        // Whatever it says of it, it has it.
        if (!(error instanceof TenantError) || error.status === undefined) throw error;
      }
    },
  };
}
