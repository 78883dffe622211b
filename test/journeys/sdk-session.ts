/**
 * The official SDK's client over stdio, with everything that it does written down: what each side sent, in order, as the
 * SDK saw it, and what the client's callbacks were called with.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ResourceListChangedNotificationSchema,
  type ClientCapabilities,
  type JSONRPCMessage,
  type Root,
} from '@modelcontextprotocol/sdk/types.js';

export interface Command {
  readonly command: string;
  readonly args: string[];
  readonly env: Record<string, string>;
  readonly cwd: string;
}

export interface SdkSession {
  readonly client: Client;
  /** Roots that the client answers with; a test may change them. */
  roots: Root[];
  /** Since the last call: what was sent and what came, each in its own order. */
  takeTranscript(): { readonly sent: unknown[]; readonly received: unknown[]; readonly notes: unknown[] };
  /** Resolves when something that came matches, now or later. */
  received(what: string, matches: Matches): Promise<void>;
  /** The same for what the client sent. */
  sent(what: string, matches: Matches): Promise<void>;
  close(): Promise<void>;
}

type Matches = (message: JSONRPCMessage) => boolean;

const WAIT_MS = 10_000;
export const ALL_CAPABILITIES: ClientCapabilities = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: { listChanged: true },
};

export async function openSession(command: Command, capabilities: ClientCapabilities): Promise<SdkSession> {
  const transport = new StdioClientTransport({ ...command, stderr: 'ignore' });
  const client = new Client({ name: 'fidelity', version: '1.0.0' }, { capabilities });
  let sent: JSONRPCMessage[] = [];
  let received: JSONRPCMessage[] = [];
  let notes: unknown[] = [];
  const watchers = new Set<() => void>();
  const seen = (what: string, messages: () => readonly JSONRPCMessage[], matches: Matches): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(look);
        reject(new Error(`not seen in time: ${what}`));
      }, WAIT_MS);
      const look = (): void => {
        if (!messages().some(matches)) return;
        clearTimeout(timer);
        watchers.delete(look);
        resolve();
      };
      watchers.add(look);
      look();
    });

  const session: SdkSession = {
    client,
    roots: [{ uri: 'file:///first', name: 'first' }],
    takeTranscript: () => {
      const taken = { sent, received, notes };
      [sent, received, notes] = [[], [], []];
      return taken;
    },
    received: (what, matches) => seen(what, () => received, matches),
    sent: (what, matches) => seen(what, () => sent, matches),
    close: () => client.close(),
  };

  const answer = <T>(what: string, result: T): T => {
    notes.push([what, result]);
    return result;
  };
  if (capabilities.sampling !== undefined) {
    client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => {
      notes.push(['asked to sample', params]);
      const result = { model: 'stub', role: 'assistant' as const, content: { type: 'text' as const, text: 'sampled' } };
      return answer('sampled', result);
    });
  }
  if (capabilities.elicitation !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
      notes.push(['asked to elicit', params]);
      const result =
        params.mode === 'url'
          ? { action: 'accept' as const }
          : { action: 'accept' as const, content: { name: 'Ada', check: true, email: 'ada@example.com', integer: 42 } };
      return answer('elicited', result);
    });
  }
  if (capabilities.roots !== undefined)
    client.setRequestHandler(ListRootsRequestSchema, () => answer('roots', { roots: session.roots }));
  for (const schema of [
    LoggingMessageNotificationSchema,
    ResourceUpdatedNotificationSchema,
    ResourceListChangedNotificationSchema,
  ] as const)
    client.setNotificationHandler(schema, (notification) => {
      notes.push(['notified', notification]);
    });

  const send = transport.send.bind(transport);
  transport.send = (message) => {
    sent.push(message);
    for (const look of watchers) look();
    return send(message);
  };
  await client.connect(transport);
  const deliver = transport.onmessage;
  transport.onmessage = (message) => {
    received.push(message);
    deliver?.(message);
    for (const look of watchers) look();
  };
  return session;
}

/** Takes out what differs between any two runs: clocks and random ids. */
export function normalise(value: unknown): unknown {
  if (typeof value === 'string') {
    const decoded = /^[A-Za-z0-9+/]{60,}={0,2}$/.test(value) ? Buffer.from(value, 'base64').toString('utf8') : value;
    const text = decoded.includes('created at') ? decoded : value;
    return text
      .replaceAll(/\d{1,2}:\d{2}:\d{2}( [AP]M)?/g, '<time>')
      .replaceAll(/\d{4}-\d{2}-\d{2}T<time>(\.\d+)?Z?/g, '<date>')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
      .replaceAll(/\b[0-9a-f]{32}\b/g, '<hex>');
  }
  if (Array.isArray(value)) return value.map(normalise);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, normalise(member)]));
  return value;
}
