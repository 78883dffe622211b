// What the echo server says, over pipes and over HTTP alike: answers initialize, lists one tool, and gives back what
// tools/call sent. The cost of a message is its own framing and one JSON.parse, so that what stands in between shows.
const error = (id) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"error":{"code":-32601,"message":"Method not found"}}`;

const RESULTS = {
  initialize: {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {} },
    serverInfo: { name: 'echo', version: '1' },
  },
  'tools/list': {
    tools: [{ name: 'echo', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } }],
  },
  ping: {},
};

/** The answer to one message without its newline; undefined where none is due. */
export function answer(message) {
  if (message.id === undefined || message.method === undefined) return undefined;
  if (message.method === 'tools/call') {
    return `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"content":[{"type":"text","text":${JSON.stringify(message.params.arguments.text)}}]}}`;
  }
  if (!Object.hasOwn(RESULTS, message.method)) return error(message.id);
  return JSON.stringify({ jsonrpc: '2.0', id: message.id, result: RESULTS[message.method] });
}
