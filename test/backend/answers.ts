/** What a route gives back, and how it refuses: FastAPI's shapes, because that is what the documented tenant speaks. */
import { z } from 'zod';
import { stringifyExact } from './exact-json.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: stringifyExact(value) };
}

const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

export function page(html: string, status = 200): Answer {
  return { status, headers: PAGE_HEADERS, body: html };
}

export function nothing(): Answer {
  return { status: 204, headers: {}, body: '' };
}

/** A list as the tenant gives it. */
export function list(data: readonly unknown[], count = data.length): Answer {
  return json({ data, count });
}

/** Thrown by a route; answered as `{detail}`. */
export class Refusal extends Error {
  readonly status: number;
  readonly detail: unknown;

  constructor(status: number, detail: unknown) {
    super(typeof detail === 'string' ? detail : `refused with ${status}`);
    this.status = status;
    this.detail = detail;
  }
}

/** An answer for whatever a route threw. */
export function refusalAnswer(error: unknown): Answer {
  if (error instanceof Refusal) return json({ detail: error.detail }, error.status);
  if (error instanceof z.ZodError) {
    const detail = error.issues.map(({ path, message, code }) => ({
      loc: ['body', ...path],
      msg: message,
      type: code,
    }));
    return json({ detail }, 422);
  }
  return json({ detail: 'Internal Server Error', error: error instanceof Error ? error.message : String(error) }, 500);
}
