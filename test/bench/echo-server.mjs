// A raw echo MCP server on stdin and stdout.
import { answer } from './echo-answer.mjs';

const NEWLINE = 10;
let chunks = [];
const take = (line) => {
  const reply = answer(JSON.parse(line.toString('utf8')));
  if (reply !== undefined) process.stdout.write(`${reply}\n`);
};
process.stdin.on('data', (chunk) => {
  let start = 0;
  for (;;) {
    const newline = chunk.indexOf(NEWLINE, start);
    if (newline < 0) break;
    chunks.push(chunk.subarray(start, newline));
    take(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    chunks = [];
    start = newline + 1;
  }
  if (start < chunk.length) chunks.push(chunk.subarray(start));
});
process.stdin.on('end', () => process.exit(0));
