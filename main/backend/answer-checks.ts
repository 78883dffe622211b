/** What is looked at before a byte of an answer is read: its status and how its body is written. Clauses for people. */
import type { IncomingMessage } from 'node:http';

export type CheckedStatus =
  { readonly kind: 'taken' | 'refused'; readonly status: number } | { readonly kind: 'invalid'; readonly what: string };

/** The address that a redirect names is neither shown nor asked. */
export function statusOf(response: IncomingMessage, takes: readonly number[]): CheckedStatus {
  const status = response.statusCode ?? 0;
  if (takes.includes(status)) return { kind: 'taken', status };
  if (status >= 300 && status < 400)
    return { kind: 'invalid', what: 'answered with a redirect, which is never followed' };
  if (status >= 400 && status <= 599) return { kind: 'refused', status };
  return { kind: 'invalid', what: `answered with a status that is not expected here (HTTP ${status})` };
}

/** Undefined where it is plain JSON. */
export function contentProblem(response: IncomingMessage): string | undefined {
  const { headers } = response;
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    return 'answered in an encoding that was not asked for';
  const type = headers['content-type'] ?? '';
  if (/^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(type)) return undefined;
  return /^text\/html\b/i.test(type) ? 'answered with a web page' : 'answered with something that is not JSON';
}

export interface ConnectionProblem {
  /** A clause: network errors name addresses and certificates, and the person gets neither. */
  readonly what: string;
  /** Something answers that may not be the tenant. */
  readonly isDoubtful: boolean;
}

/** No answer came at all. */
export function connectionProblem(error: unknown): ConnectionProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const doubtful = (what: string): ConnectionProblem => ({ what, isDoubtful: true });
  const away = (what: string): ConnectionProblem => ({ what, isDoubtful: false });
  if (/CERT|SELF_SIGNED|ALTNAME|SIGNATURE|ISSUER|CRL/.test(code))
    return doubtful('has a certificate that is not trusted');
  if (/^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code)) return doubtful('does not speak TLS as it should');
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return away('cannot be found');
  if (code === 'ECONNREFUSED') return away('does not take connections');
  if (code.startsWith('HPE_')) return away('does not speak HTTP');
  return away('cannot be reached');
}
