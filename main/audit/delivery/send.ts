/**
 * One request to the audit endpoint. Over https with a certificate that is checked whatever the environment says, or to this
 * machine; follows no redirect, waits 30 s in all, reads 64 KiB of an answer at most and keeps none of it. Rejects never:
 * what goes wrong is an answer that says so, without a word that came from outside.
 */
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { isSafeForSecrets } from '../../../preload/contract/connector.ts';
import { lookUpLocalhost } from '../../transport/http-upstream/look-up-localhost.ts';
import type { Answer } from './judge.ts';

export const ANSWER_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024;

export type Schedule = (ms: number, then: () => void) => () => void;

export interface DeliveryRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

export interface Sender {
  send(request: DeliveryRequest): Promise<Answer>;
  /** Ends the connections that are kept for the next request. */
  close(): void;
}

export interface SenderOptions {
  readonly schedule: Schedule;
  /** Certificates to trust instead of the system's; for tests. */
  readonly ca?: string;
}

export function createSender({ schedule, ca }: SenderOptions): Sender {
  const http = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const https = new HttpsAgent({
    keepAlive: true,
    maxSockets: 1,
    rejectUnauthorized: true,
    ...(ca === undefined ? {} : { ca }),
  });
  return {
    async send({ url, headers, body, signal }) {
      if (!isSafeForSecrets(url.href)) return failed('is not asked: its address is neither https nor on this machine');
      const late = new AbortController();
      const cancel = schedule(ANSWER_MS, () => late.abort());
      const isHttps = url.protocol === 'https:';
      try {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const request = (isHttps ? requestHttps : requestHttp)(url, {
            method: 'POST',
            agent: isHttps ? https : http,
            // What a resolver makes of this name is not always this machine.
            ...(url.hostname === 'localhost' ? { lookup: lookUpLocalhost } : {}),
            headers: {
              ...headers,
              'content-type': 'application/cloudevents-batch+json',
              'content-length': body.length,
              accept: '*/*',
              'accept-encoding': 'identity',
            },
            signal: AbortSignal.any([signal, late.signal]),
          });
          request.once('response', resolve);
          request.once('error', reject);
          request.end(body);
        });
        return await readAnswer(response);
      } catch (error) {
        if (late.signal.aborted) return failed('did not answer within 30 s');
        if (signal.aborted) return failed('was given up');
        return failed(isCertificate(error) ? 'has a certificate that is not trusted' : 'cannot be reached');
      } finally {
        cancel();
      }
    },
    close() {
      http.destroy();
      https.destroy();
    },
  };
}

/** An answer counts when all of it has come: one that breaks off may have been meant otherwise. */
async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let size = 0;
  for await (const chunk of response) {
    size += Buffer.isBuffer(chunk) ? chunk.length : 0;
    if (size <= MAX_ANSWER_BYTES) continue;
    response.destroy();
    return failed('answered with more than 64 KiB');
  }
  return {
    kind: 'answered',
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    isPage: /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(response.headers['content-type'] ?? ''),
  };
}

function isCertificate(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /CERT|SELF_SIGNED|TLS|SSL|ALTNAME/.test(code);
}

function failed(why: string): Answer {
  return { kind: 'failed', why };
}
