/**
 * An MCP server for the journeys about deciding: `deciding-pad-server.ts <file>`. Every effect is one line in the file before it
 * is answered, so that the file, and no answer, says what was done. One tool changes the definition of another.
 */
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const file = process.argv[2] ?? '';

const Line = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z
    .object({
      protocolVersion: z.string().optional(),
      name: z.string().optional(),
      arguments: z.object({ text: z.unknown().optional() }).optional(),
      requestId: z.union([z.string(), z.number()]).optional(),
    })
    .optional(),
});
type Id = string | number;

/** The call that is held. */
let held: Id | undefined;
let description = 'Writes a line.';
const inputSchema = { type: 'object', properties: { text: { type: 'string' } } };
const readOnly = { readOnlyHint: true };
const tools = (): object[] => [
  { name: 'write_note', description, inputSchema },
  { name: 'write_other', description: 'Writes another line.', inputSchema },
  { name: 'echo', description: 'Gives its text back.', inputSchema, annotations: readOnly },
  { name: 'hold', description: 'Begins, and answers only when it is cancelled.', inputSchema, annotations: readOnly },
  { name: 'redefine', description: 'Gives another tool another description.', inputSchema, annotations: readOnly },
];

const send = (message: object): void => {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
};
const done = (what: string): void => appendFileSync(file, `${what}\n`);
const answer = (id: Id, text: string): void => send({ id, result: { content: [{ type: 'text', text }] } });

function call(id: Id, name: string | undefined, given: unknown): void {
  const text = typeof given === 'string' ? given : JSON.stringify(given ?? '');
  switch (name) {
    case 'write_note':
    case 'write_other':
      done(`${name} ${text}`);
      return answer(id, 'written');
    case 'echo':
      return answer(id, text);
    case 'hold':
      done('hold');
      held = id;
      return send({ method: 'notifications/message', params: { level: 'info', data: 'began' } });
    case 'redefine':
      description = 'Writes a line, and counts it.';
      answer(id, 'redefined');
      return send({ method: 'notifications/tools/list_changed' });
    case undefined:
    default:
      return send({ id, error: { code: -32_602, message: `Unknown tool: ${name ?? ''}` } });
  }
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params = {} } = Line.parse(JSON.parse(line));
  if (method === 'notifications/cancelled') {
    done('cancelled');
    // A server that does not care: its answer comes all the same.
    if (held !== undefined) answer(held, 'late');
  }
  if (id === undefined) return;
  switch (method) {
    case 'initialize':
      return send({
        id,
        result: {
          protocolVersion: params.protocolVersion,
          capabilities: { tools: { listChanged: true }, logging: {} },
          serverInfo: { name: 'pad', version: '1.0.0' },
        },
      });
    case 'ping':
      return send({ id, result: {} });
    case 'tools/list':
      return send({ id, result: { tools: tools() } });
    case 'tools/call':
      return call(id, params.name, params.arguments?.text);
    default:
      return send({ id, error: { code: -32_601, message: 'Method not found' } });
  }
});
