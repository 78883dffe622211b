// A model on loopback that speaks Anthropic's Messages API and plays a plan instead of thinking: each step calls a tool or
// says a text. Only requests that offer tools are turns; whatever else the client asks a model is answered "ok".
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

/** The reply that a step stands for. */
function replyTo(step, model) {
  const content =
    step.tool === undefined
      ? [{ type: 'text', text: step.text }]
      : [{ type: 'tool_use', id: `toolu_${randomUUID().replaceAll('-', '')}`, name: step.tool, input: step.input }];
  return {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    type: 'message',
    role: 'assistant',
    model,
    content,
    stop_reason: step.tool === undefined ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}

/** The same reply as the events of a stream. */
function* eventsOf(message) {
  const [block] = message.content;
  yield { type: 'message_start', message: { ...message, content: [], stop_reason: null } };
  const isText = block.type === 'text';
  yield {
    type: 'content_block_start',
    index: 0,
    content_block: isText ? { type: 'text', text: '' } : { ...block, input: {} },
  };
  const delta = isText
    ? { type: 'text_delta', text: block.text }
    : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
  yield { type: 'content_block_delta', index: 0, delta };
  yield { type: 'content_block_stop', index: 0 };
  yield {
    type: 'message_delta',
    delta: { stop_reason: message.stop_reason, stop_sequence: null },
    usage: message.usage,
  };
  yield { type: 'message_stop' };
}

function send(response, message, streamed) {
  if (!streamed) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of eventsOf(message)) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

/** What the client gave back for the tools that were called last: their texts, and whether it calls that an error. */
function resultsIn({ messages }) {
  const { content } = messages.at(-1);
  if (!Array.isArray(content)) return [];
  return content
    .filter(({ type }) => type === 'tool_result')
    .map(({ content: parts, is_error: isError = false }) => ({
      isError,
      text: typeof parts === 'string' ? parts : parts.map(({ text = '' }) => text).join(''),
    }));
}

/**
 * Plays the plan, one step a turn. `turns` fills up with what the client sent: the names of the offered tools and the
 * results of the calls before.
 */
export async function startModel(plan) {
  const turns = [];
  const play = async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = new URL(request.url, 'http://model').pathname;
    if (request.method !== 'POST' || !path.startsWith('/v1/messages')) {
      response.writeHead(404, { 'content-length': 0 }).end();
      return;
    }
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (path.endsWith('/count_tokens')) {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"input_tokens":1}');
      return;
    }
    let step = { text: 'ok' };
    if (body.tools?.length > 0) {
      turns.push({ offered: body.tools.map(({ name }) => name), results: resultsIn(body) });
      step = plan[turns.length - 1] ?? { text: 'There is no more in the plan.' };
    }
    send(response, replyTo(step, body.model), body.stream === true);
  };
  const server = createServer((request, response) => {
    play(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    turns,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
