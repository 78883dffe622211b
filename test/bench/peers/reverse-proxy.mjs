// A plain reverse proxy made of http-proxy-3: looks at no message and decides nothing. argv: port, origin of the server.
import { Agent } from 'node:http';
import httpProxy from 'http-proxy-3';

const [port, target] = process.argv.slice(2);
httpProxy
  .createProxyServer({ target, agent: new Agent({ keepAlive: true, maxSockets: 64 }) })
  .on('error', (error, _request, response) => {
    response.writeHead?.(502, { 'content-type': 'text/plain' });
    response.end(error.message);
  })
  .listen(Number(port), '127.0.0.1');
