// `sdk-bridge.ts <url>`: stdio on this side, HTTP on the other, with nothing but the SDK's two transports between. It shows
// that the driver's stdio side works; of a bridge's duties it does only those that the transport does by itself.
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioServerTransport } from '@modelcontextprotocol/server/stdio';

const client = new StdioServerTransport();
const server = new StreamableHTTPClientTransport(new URL(process.argv[2] ?? ''));
let before: Promise<unknown> = Promise.resolve();
client.onmessage = (message) => {
  // What follows a notification waits until the server took it: `initialized` opens the stream that questions come on.
  const sent = before
    .then(() => server.send(message))
    .catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  if (!('id' in message)) before = sent;
};
server.onmessage = (message) => {
  // A client sets this from what was agreed on; a bridge reads it where it goes by.
  if ('result' in message && 'protocolVersion' in message.result)
    server.setProtocolVersion(String(message.result['protocolVersion']));
  void client.send(message);
};
client.onclose = () => void server.close();
await server.start();
await client.start();
