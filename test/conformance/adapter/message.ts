/** JSON-RPC as the adapter sees it: an envelope to route by, and a content that it hands on as it is. */
export type Id = string | number;

export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: Id | null;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export type Request = Message & { readonly id: Id; readonly method: string };

export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
export const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities';
export const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';
export const LOG_LEVEL_KEY = 'io.modelcontextprotocol/logLevel';

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isRequest(message: Message): message is Request {
  return message.method !== undefined && message.id !== undefined && message.id !== null;
}

export function metaOf(message: Message): Readonly<Record<string, unknown>> {
  const meta = message.params?.['_meta'];
  return isRecord(meta) ? meta : {};
}

export function progressTokenOf(message: Message): unknown {
  return metaOf(message)['progressToken'];
}

/** Node's own JSON with what TypeScript does not know of it yet. */
const sourced = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
};

/** A number that JavaScript cannot hold keeps its text, so that a message whose id is rewritten is otherwise the same. */
export function parseKeepingNumbers(text: string): unknown {
  return sourced.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && JSON.stringify(value) !== source
      ? sourced.rawJSON(source)
      : value,
  );
}

export function failure(id: Id | null, code: number, message: string, data?: unknown): Message {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } };
}
