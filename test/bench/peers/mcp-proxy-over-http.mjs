// mcp-proxy's own library in front of a server over HTTP, as its page puts it together; its program can only front a
// command. argv: port, address of the server.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Server } from '@modelcontextprotocol/server';
import { proxyServer, startHTTPServer } from 'mcp-proxy';

const [port, url] = process.argv.slice(2);
const client = new Client({ name: 'mcp-proxy', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const capabilities = client.getServerCapabilities();

await startHTTPServer({
  host: '127.0.0.1',
  port: Number(port),
  createServer: async () => {
    const server = new Server(client.getServerVersion(), { capabilities });
    await proxyServer({ client, server, serverCapabilities: capabilities });
    return server;
  },
});
