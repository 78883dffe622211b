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

/** No answer came at all. Network errors name addresses and certificates; the person gets one clause. */
export function connectionClause(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|ALTNAME|SIGNATURE|ISSUER|CRL/.test(code)) return 'has a certificate that is not trusted';
  if (/^(?:EPROTO|ERR_SSL|ERR_TLS)/.test(code)) return 'does not speak TLS as it should';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'cannot be found';
  if (code === 'ECONNREFUSED') return 'does not take connections';
  if (code.startsWith('HPE_')) return 'does not speak HTTP';
  return 'cannot be reached';
}
