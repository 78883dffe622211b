/** Requests to a tenant as a test writes them down. */
import type { RunningTenant } from './start-tenant.ts';

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Undefined for what is no JSON. */
  readonly body: unknown;
}

export interface AskOptions {
  readonly key?: string;
  readonly bearer?: string;
  /** A string is sent as it is, a form as a form, all else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

function bodyOf(body: unknown): { body?: string | URLSearchParams } {
  if (body === undefined) return {};
  return { body: typeof body === 'string' || body instanceof URLSearchParams ? body : JSON.stringify(body) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `at`: `POST /api/v1/…`. Redirects are not followed. */
export async function ask({ url }: Pick<RunningTenant, 'url'>, at: string, options: AskOptions = {}): Promise<Asked> {
  const [method = 'GET', path = '/'] = at.split(' ');
  const { key, bearer, body, headers } = options;
  const isForm = body instanceof URLSearchParams;
  const response = await fetch(url + path, {
    method,
    redirect: 'manual',
    ...bodyOf(body),
    headers: {
      ...(isForm ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'x-runlayer-api-key': key }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
}

/** A member of an answer that is an object. */
export function member(answer: Asked, name: string): unknown {
  const { body } = answer;
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
}
