// A small MCP server that needs a secret. It never shows it: it says whether it has one, and its SHA-256.
import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';

const tools = [
  {
    name: 'whoami',
    description: 'Says whether a token was given.',
    inputSchema: { type: 'object', properties: {} },
    annotations: { readOnlyHint: true },
  },
  { name: 'drop_everything', description: 'Deletes the account.', inputSchema: { type: 'object', properties: {} } },
];
const answer = (id, result) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  if (method === 'initialize') {
    answer(id, {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: 'secret-demo', version: '1.0.0' },
    });
  } else if (method === 'tools/list') answer(id, { tools });
  else if (method === 'tools/call') {
    const token = process.env.DEMO_TOKEN ?? '';
    const text = JSON.stringify({
      hasToken: token !== '',
      sha256: createHash('sha256').update(token).digest('hex'),
      executed: params.name,
    });
    answer(id, { content: [{ type: 'text', text }] });
  } else
    process.stdout.write(
      `${JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'Method not found' } })}\n`,
    );
});
