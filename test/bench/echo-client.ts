/** What the clients over pipes and over HTTP share: the handshake, and what counts as an echo. */

/** A client that costs as little as possible: no SDK, no parsing of what it measures. */
export interface EchoClient {
  /** Rejects where the answer is not the text. */
  readonly call: (text: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Sends one message; the bytes of the answer in the order in which they came. */
export type Send = (message: string) => Promise<readonly Buffer[]>;

const EXCERPT_LENGTH = 300;
const PROBE = Buffer.from('xxxxxxxxxxxxxxxx');
export const echoText = (bytes: number): string => 'x'.repeat(bytes);

let lastId = 0;
function request(method: string, params: unknown): string {
  lastId += 1;
  return JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params });
}

/** What a person reads where something else came than was asked for: the error's own sentence, where there is one. */
export function excerpt(parts: readonly Buffer[]): string {
  const text = Buffer.concat(parts).toString('utf8');
  const sentence = /"message":"([^"]*)/.exec(text)?.[1];
  return sentence ?? (text.trim() === '' ? 'an empty answer' : text.slice(0, EXCERPT_LENGTH));
}

function isEcho(parts: readonly Buffer[], text: string): boolean {
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return bytes > text.length && parts.some((part) => part.includes(PROBE));
}

/** The JSON of an answer, which may stand in the last event of a stream. */
function parseAnswer(parts: readonly Buffer[]): { readonly result?: Record<string, unknown> } {
  const text = Buffer.concat(parts).toString('utf8');
  const data = text.startsWith('{') ? text : (text.match(/^data: ?(\{.*)$/gm)?.at(-1) ?? '').replace(/^data: ?/, '');
  try {
    return JSON.parse(data) as { result?: Record<string, unknown> };
  } catch (error) {
    throw new Error(excerpt(parts), { cause: error });
  }
}

interface Tool {
  readonly name: string;
  readonly inputSchema: { readonly properties?: Record<string, unknown> };
}

/** Shakes hands in the legacy era, the one that every peer speaks, and finds the echo tool by whatever name it has here. */
export async function shakeHands(send: Send, notify: (message: string) => Promise<void>): Promise<EchoClient['call']> {
  const hello = await send(
    request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bench', version: '1' },
    }),
  );
  if (parseAnswer(hello).result === undefined) throw new Error(excerpt(hello));
  await notify('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  const listed = await send(request('tools/list', {}));
  const tools = parseAnswer(listed).result?.['tools'] as readonly Tool[] | undefined;
  const tool = tools?.find(({ name }) => /(^|[^a-z])echo$/.test(name));
  const argument = Object.keys(tool?.inputSchema.properties ?? {})[0];
  if (tool === undefined || argument === undefined) throw new Error(`no echo tool: ${excerpt(listed)}`);
  return async (text) => {
    const answer = await send(request('tools/call', { name: tool.name, arguments: { [argument]: text } }));
    if (!isEcho(answer, text)) throw new Error(excerpt(answer));
  };
}
