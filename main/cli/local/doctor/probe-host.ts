/**
 * Reaches a tenant without any key: can it be found, is its certificate good and for how long, what does its clock say. One
 * request for its front page whose answer is not read; follows no redirect. Never rejects.
 */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { TLSSocket } from 'node:tls';
import { lookUpLocalhost } from '../../../transport/http-upstream/look-up-localhost.ts';

export type Probe =
  | {
      readonly kind: 'reached';
      /** Milliseconds since the epoch; undefined over plain http. */
      readonly certificateEnds: number | undefined;
      /** Their clock minus ours; undefined where they did not say. */
      readonly clockSkewMs: number | undefined;
    }
  | { readonly kind: 'failed'; readonly at: 'name' | 'network' | 'tls' | 'time'; readonly reason: string };

const MAX_MS = 5000;
const NAME_CODES: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_NONAME']);
/** What Node and OpenSSL call a certificate that is not to be trusted, or no TLS at all. */
const TLS_CODE = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO|CRL_|INVALID_CA|HOSTNAME_MISMATCH/;

function failed(error: Error): Probe {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const at = NAME_CODES.has(code) ? 'name' : TLS_CODE.test(code) ? 'tls' : 'network';
  // The code says enough; the text may quote what the other side sent.
  return { kind: 'failed', at, reason: code === '' ? 'no answer' : code };
}

function reached(answer: IncomingMessage, startedAt: number, now: number): Probe {
  const theirs = Date.parse(answer.headers.date ?? '');
  const ends =
    answer.socket instanceof TLSSocket ? Date.parse(answer.socket.getPeerCertificate().valid_to) : Number.NaN;
  return {
    kind: 'reached',
    certificateEnds: Number.isNaN(ends) ? undefined : ends,
    clockSkewMs: Number.isNaN(theirs) ? undefined : theirs - (startedAt + now) / 2,
  };
}

export interface ProbeOptions {
  readonly now?: () => number;
  readonly maxMs?: number;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string;
}

export function probeHost(host: string, options: ProbeOptions = {}): Promise<Probe> {
  const { now = Date.now, maxMs = MAX_MS, ca } = options;
  const url = new URL(host);
  const startedAt = now();
  return new Promise((resolve) => {
    // Whatever the environment says: a certificate that is not trusted is what this looks for.
    const tls = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) };
    const lookup = url.hostname === 'localhost' ? { lookup: lookUpLocalhost } : {};
    const common = { method: 'HEAD', agent: false, headers: { accept: '*/*' }, ...lookup } as const;
    const request =
      url.protocol === 'https:' ? requestHttps(url, { ...common, ...tls }) : requestHttp(url, { ...common });
    const timer = setTimeout(() => {
      resolve({ kind: 'failed', at: 'time', reason: `no answer within ${maxMs / 1000} s` });
      request.destroy();
    }, maxMs);
    request.once('response', (answer) => {
      resolve(reached(answer, startedAt, now()));
      request.destroy();
    });
    request.on('error', (error) => resolve(failed(error)));
    request.once('close', () => clearTimeout(timer));
    request.end();
  });
}
