/** What a fault does to one answer. Timers are real: a fault is about time on the wire. Everything ends with the connection. */
import type { ServerResponse } from 'node:http';
import type { Answer } from './answers.ts';
import type { Fault } from './faults.ts';

const HTML =
  '<!doctype html><title>Sign in</title><h1>502 Bad Gateway</h1><p>A proxy stands between you and the tenant.</p>';
const GARBAGE = '\u0000{"correlation_id": "c1", ]]]\u0007 not json';

/** Resolves early when the client has gone. */
function wait(response: ServerResponse, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      response.off('close', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    response.once('close', end);
  });
}

export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.destroyed || response.writableEnded) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function drip(response: ServerResponse, answer: Answer, bytes: number, everyMs: number): Promise<void> {
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  for (let start = 0; start < body.length && !response.destroyed; start += bytes) {
    response.write(body.subarray(start, start + bytes));
    await wait(response, everyMs);
  }
  if (!response.destroyed) response.end();
}

/** Resolves when more may be written, or the client has gone. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      response.off('drain', end);
      response.off('close', end);
      resolve();
    };
    response.on('drain', end);
    response.on('close', end);
  });
}

async function huge(response: ServerResponse, megabytes: number): Promise<void> {
  const chunk = 'x'.repeat(64 * 1024);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"correlation_id":"huge","filler":"');
  for (let sent = 0; sent < megabytes * 16 && !response.destroyed; sent += 1) {
    if (!response.write(chunk)) await drained(response);
  }
  if (!response.destroyed) response.end('"}');
}

function cutInAnswer(response: ServerResponse, { status, headers, body }: Answer): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { ...headers, 'content-length': bytes.length + 64 });
  response.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), () => response.socket?.destroy());
}

const jsonHeaders = { 'content-type': 'application/json' };

/** Answers as the fault says. `work` is what the route would do; it is called at most once. */
export async function applyFault(fault: Fault, response: ServerResponse, work: () => Promise<Answer>): Promise<void> {
  switch (fault.kind) {
    case 'latency':
    case 'hold':
    case 'skew':
      return; // Not ones that decide an answer: see `delay`.
    case 'status': {
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
      const body = fault.body ?? JSON.stringify({ detail: fault.detail ?? `fault ${fault.status}` });
      return send(response, { status: fault.status, headers: { ...jsonHeaders, ...headers }, body });
    }
    case 'body': {
      if (fault.afterWork === true) await work();
      const body = typeof fault.body === 'string' ? fault.body : JSON.stringify(fault.body);
      const headers = { 'content-type': fault.contentType ?? 'application/json', ...fault.headers };
      return send(response, { status: fault.status ?? 200, headers, body });
    }
    case 'cut':
      response.socket?.destroy();
      return;
    case 'cut_after_accept':
      await work();
      response.socket?.destroy();
      return;
    case 'cut_in_answer':
      return cutInAnswer(response, await work());
    case 'hang':
      return;
    case 'garbage':
      return send(response, { status: 200, headers: jsonHeaders, body: GARBAGE });
    case 'html':
      return send(response, { status: fault.status ?? 200, headers: { 'content-type': 'text/html' }, body: HTML });
    case 'drip':
      return drip(response, await work(), fault.bytes, fault.everyMs);
    case 'huge':
      return huge(response, fault.megabytes);
    case 'redirect':
      return send(response, { status: fault.status ?? 307, headers: { location: fault.to }, body: '' });
  }
}

/** Those that only delay or mark an answer. */
export async function delay(fault: Fault, response: ServerResponse, now: () => number): Promise<void> {
  if (fault.kind === 'latency') await wait(response, fault.ms);
  else if (fault.kind === 'hold')
    await Promise.race([fault.until, new Promise((resolve) => response.once('close', resolve))]);
  else if (fault.kind === 'skew') response.setHeader('date', new Date(now() + fault.ms).toUTCString());
}
