import type { Failure } from '../../preload/contract/failure.ts';
import type { OperationInput, OperationName, OperationOutput } from '../../preload/contract/operations.ts';
import { createEventLines } from './event-lines.ts';
import { TransportError, unreachable, type EventWatcher, type Transport } from './transport.ts';

/** The companion sends a heartbeat each 15 s; without one for this long, the connection is dead. */
const SILENCE_MS = 40_000;

const unknownFailure: Failure = {
  code: 'E_UNKNOWN_ANSWER',
  message: 'The companion gave an answer that this page does not understand.',
  next: 'Reload the page; if it stays, run "runlayer doctor".',
};

interface Answer {
  readonly value?: unknown;
  readonly bearer?: string;
  readonly error?: Failure;
}

async function request(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, cache: 'no-store', credentials: 'omit', redirect: 'error' });
  } catch {
    throw unreachable();
  }
  if (response.ok) return response;
  const answer = await response.json().then(
    (body: Answer) => body,
    (): Answer => ({}),
  );
  throw new TransportError(response.status === 401 ? 'signed_out' : 'refused', answer.error ?? unknownFailure);
}

async function post(path: string, body: unknown, bearer?: string): Promise<Answer> {
  const response = await request(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
    },
    body: JSON.stringify(body),
  });
  const answer = await response.json().then(
    (read: Answer) => read,
    () => {
      throw unreachable();
    },
  );
  if (answer.error !== undefined) throw new TransportError('refused', answer.error);
  return answer;
}

/** Exchanges the one-time token of a link for this page's bearer. */
export async function exchangeToken(token: string): Promise<string> {
  const { bearer } = await post('/api/session', { token });
  if (bearer === undefined) throw new TransportError('refused', unknownFailure);
  return bearer;
}

async function readStream(body: ReadableStream<Uint8Array>, watcher: EventWatcher, stop: () => void): Promise<void> {
  const lines = createEventLines();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let silence = setTimeout(stop, SILENCE_MS);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      for (const event of lines(decoder.decode(value, { stream: true }))) watcher.onEvent(event);
    }
  } finally {
    clearTimeout(silence);
  }
}

/** Over loopback HTTP, in a browser. */
export function createHttpTransport(bearer: string): Transport {
  return {
    async call<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
      const { value } = await post(`/api/call/${name}`, input, bearer);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the companion applied the operation's schema
      return value as OperationOutput<N>;
    },
    async watch(watcher, signal) {
      const silent = new AbortController();
      const response = await request('/api/events', {
        headers: { authorization: `Bearer ${bearer}` },
        signal: AbortSignal.any([signal, silent.signal]),
      });
      if (response.body === null) throw unreachable();
      watcher.onOpen();
      // A stream that breaks has ended, however it did.
      await readStream(response.body, watcher, () => silent.abort()).catch(() => undefined);
    },
  };
}
