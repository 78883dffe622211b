// A raw echo MCP server: answers initialize, lists one tool, and gives back what tools/call sent. The cost of a message is
// its own framing and one JSON.parse, so that what stands in between shows.
const NEWLINE = 10;
let chunks = [];
const answer = (line) => {
  const message = JSON.parse(line.toString('utf8'));
  if (message.id === undefined) return;
  if (message.method === 'tools/call') {
    process.stdout.write(
      `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"result":{"content":[{"type":"text","text":${JSON.stringify(message.params.arguments.text)}}]}}\n`,
    );
    return;
  }
  const result =
    message.method === 'initialize'
      ? { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'echo', version: '1' } }
      : { tools: [{ name: 'echo', inputSchema: { type: 'object', properties: { text: { type: 'string' } } } }] };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n`);
};
process.stdin.on('data', (chunk) => {
  let start = 0;
  for (;;) {
    const newline = chunk.indexOf(NEWLINE, start);
    if (newline < 0) break;
    chunks.push(chunk.subarray(start, newline));
    answer(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    chunks = [];
    start = newline + 1;
  }
  if (start < chunk.length) chunks.push(chunk.subarray(start));
});
process.stdin.on('end', () => process.exit(0));
