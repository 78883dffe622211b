/** One request from its first byte to its answer: recorded, met by faults, routed, answered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json, Refusal, refusalAnswer, type Answer } from './answers.ts';
import { applyFault, delay, send } from './apply-fault.ts';
import { findRoute, parseJson, type Route } from './exchange.ts';
import type { FaultTable } from './faults.ts';
import { principalOf, type Principal } from './principals.ts';
import type { RequestRecord } from './requests.ts';
import type { TenantState } from './tenant-state.ts';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface Serving {
  readonly state: TenantState;
  readonly routes: readonly Route[];
  readonly faults: FaultTable;
  readonly requests: RequestRecord;
  readonly keepsBodies: boolean;
}

/** Undefined: the client went away, or sent more than anybody takes. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) return undefined;
      length += chunk.length;
      if (length > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks, length);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

async function work(serving: Serving, request: IncomingMessage, url: URL, body: Buffer): Promise<Answer> {
  try {
    const method = request.method ?? '';
    const { route, params } = findRoute(serving.routes, method, url.pathname);
    let who: Promise<Principal> | undefined;
    return await route.handle({
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      params,
      body,
      json: () => parseJson(body),
      form: () => new URLSearchParams(body.toString('utf8')),
      who: () => (who ??= principalOf(serving.state, request.headers)),
    });
  } catch (error) {
    return refusalAnswer(error);
  }
}

export async function serve(serving: Serving, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = request.url ?? '/';
  const body = await readBody(request);
  if (body === undefined || !URL.canParse(target, 'http://tenant.invalid')) {
    return send(response, json({ detail: 'Request refused' }, body === undefined ? 413 : 400, { connection: 'close' }));
  }
  const url = new URL(target, 'http://tenant.invalid');
  const text = serving.keepsBodies ? body.toString('utf8') : '';
  const method = request.method ?? '';
  const { state, faults, requests } = serving;
  requests.add({ atMs: state.now(), method, path: url.pathname, target, headers: headersOf(request), body: text });
  let hasWorked: Promise<Answer> | undefined;
  const workOnce = (): Promise<Answer> => (hasWorked ??= work(serving, request, url, body));
  for (const fault of faults.take({ method, path: url.pathname, body: text })) {
    if (fault.kind === 'latency' || fault.kind === 'hold' || fault.kind === 'skew')
      await delay(fault, response, state.now);
    else return applyFault(fault, response, workOnce);
  }
  if (response.destroyed) return;
  send(response, await workOnce());
}

/** For what cannot be: the connection goes, the tenant stays. */
export function serveSafely(serving: Serving, request: IncomingMessage, response: ServerResponse): void {
  serve(serving, request, response).catch((error: unknown) => {
    if (!(error instanceof Refusal)) response.destroy();
  });
}
