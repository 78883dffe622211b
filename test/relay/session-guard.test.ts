import { describe, expect, it } from 'vitest';
import type { GuardVerdict, ScanKind } from '../../preload/contract/index.ts';
import { PASS, type ScanResult } from '../../main/guard/scan-job.ts';
import type { GuardGate } from '../../main/relay/guard-gate.ts';
import { call, harness, listTools, tool, type Harness } from './harness.ts';

const WORDS: Readonly<Record<string, GuardVerdict | 'ask'>> = {
  BAD: 'block',
  ODD: 'ask',
  NOTE: 'alert',
  HIDE: 'mask',
};

function found(verdict: GuardVerdict | 'ask', source: string, kind: ScanKind): ScanResult {
  const action = verdict === 'ask' ? 'block' : verdict;
  const finding = { category: 'secret', rule: 'word', tier: 'hard', at: '', action } as const;
  const result = { verdict: action === 'pass' ? 'pass' : action, asks: verdict === 'ask' } as const;
  const findings = [{ ...finding, action: action === 'pass' ? ('off' as const) : action }];
  if (verdict !== 'mask' || kind === 'tool-definition') return { ...result, findings };
  return { ...result, findings, masked: Buffer.from(source.replaceAll('HIDE', '***')) };
}

/** Finds the words above; answers those whose kind is in `later` only when it is let go on. */
class WordGuard implements GuardGate {
  readonly scanned: string[] = [];
  readonly waiting: (() => void)[] = [];
  later = false;

  scan(kind: ScanKind, bytes: Uint8Array): ScanResult | Promise<ScanResult> {
    const source = Buffer.from(bytes).toString('utf8');
    this.scanned.push(`${kind} ${source}`);
    const word = Object.keys(WORDS).find((candidate) => source.includes(candidate));
    const verdict = word === undefined ? undefined : WORDS[word];
    const result = verdict === undefined ? PASS : found(verdict, source, kind);
    if (!this.later) return result;
    return new Promise((resolve) => {
      this.waiting.push(() => resolve(result));
    });
  }
}

function guarded(): Harness & { readonly guard: WordGuard } {
  const guard = new WordGuard();
  const h = harness({ session: { guard } });
  listTools(h, [tool('read'), tool('write')]);
  h.records.length = 0;
  guard.scanned.length = 0;
  return Object.assign(h, { guard });
}

const text = (value: string): object => ({ content: [{ type: 'text', text: value }] });

/** Every carrier of text: how it comes, and where it must not arrive. */
type Send = (h: Harness, word: string) => void;
const TO_SERVER: Readonly<Record<string, Send>> = {
  'arguments of a call': (h, word) => h.fromClient(call(1, 'read', { path: word })),
  'a key of the arguments': (h, word) => h.fromClient(call(1, 'read', { [word]: 1 })),
  'the input of a retry': (h, word) =>
    h.fromClient({
      id: 1,
      method: 'tools/call',
      params: { name: 'read', arguments: {}, inputResponses: { a: { content: { x: word } } } },
    }),
  'metadata of a call': (h, word) =>
    h.fromClient({ id: 1, method: 'tools/call', params: { name: 'read', arguments: {}, _meta: { x: word } } }),
  'the address of a resource': (h, word) =>
    h.fromClient({ id: 1, method: 'resources/read', params: { uri: `test://${word}` } }),
  'arguments of a prompt': (h, word) =>
    h.fromClient({ id: 1, method: 'prompts/get', params: { name: 'p', arguments: { a: word } } }),
  'what is completed': (h, word) =>
    h.fromClient({
      id: 1,
      method: 'completion/complete',
      params: { ref: { type: 'ref/prompt', name: 'p' }, argument: { name: 'a', value: word } },
    }),
  'a request that nobody knows': (h, word) => h.fromClient({ id: 1, method: 'vendor/x', params: { a: word } }),
  'a question for a list': (h, word) => h.fromClient({ id: 1, method: 'tools/list', params: { cursor: word } }),
  'a notification': (h, word) => h.fromClient({ method: 'notifications/vendor', params: { a: word } }),
};

describe('what goes to a server', () => {
  it.each(Object.entries(TO_SERVER))('is looked at: %s', (_name, send) => {
    const h = guarded();
    send(h, 'fine');
    expect(h.server.take()).toContain('fine');
    h.client.take();
    for (const word of ['BAD', 'ODD']) {
      const bad = guarded();
      send(bad, word);
      expect(bad.server.take()).toBe('');
      expect(bad.guard.scanned.every((line) => line.startsWith('input '))).toBe(true);
      expect(bad.client.take()).not.toContain(word);
    }
  });

  it('an answer of the client is replaced by an error, so that the server does not wait', () => {
    const h = guarded();
    h.fromServer({ id: 7, method: 'sampling/createMessage', params: {} });
    h.client.take();
    h.fromClient({ id: 7, result: { content: { type: 'text', text: 'BAD' } } });
    expect(h.server.messages()).toMatchObject([{ id: 7, error: { code: -31001 } }]);
    expect(h.found).toMatchObject([{ from: 'client', verdict: 'block' }]);
  });

  it('a masked call leaves as it was masked, and its record says so', () => {
    const h = guarded();
    h.fromClient(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.0,"p":"HIDE"}}}',
    );
    expect(h.server.take()).toBe(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.0,"p":"***"}}}\n',
    );
    expect(h.records[0]).toMatchObject({ kind: 'intent', masked: true, findings: [{ rule: 'word' }] });
  });

  it('a mask that would change the message itself is a block', () => {
    const h = guarded();
    h.fromClient({ id: 'HIDE', method: 'tools/call', params: { name: 'read', arguments: {} } });
    expect(h.server.take()).toBe('');
    expect(h.client.messages()).toMatchObject([{ id: 'HIDE', result: { isError: true } }]);
  });

  it('the state that its server gave out goes back as it was; any other is text', () => {
    const meta = '"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}';
    const again = (id: number, state: string): string =>
      `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"read","arguments":{},${meta},"requestState":${state}}}`;
    const h = guarded();
    h.fromClient(again(1, '"BAD"'), again(2, '["BAD"]'));
    expect(h.server.take()).toBe('');
    h.fromClient(again(3, '"fine"'));
    h.fromServer({ id: 3, result: { resultType: 'input_required', inputRequests: {}, requestState: 'BAD state' } });
    expect(h.client.take()).toContain('BAD state');
    h.server.take();
    h.fromClient(again(4, '"BAD state"'));
    expect(h.server.take()).toBe(`${again(4, '"BAD state"')}\n`);
  });

  it.each([
    ['a result that asks for nothing', { id: 1, result: { content: [], requestState: 'BAD' } }],
    ['a state that is no text', { id: 1, result: { resultType: 'input_required', requestState: ['BAD'] } }],
    ['news of a server', { method: 'notifications/message', params: { requestState: 'BAD' } }],
  ])('what only bears its name is looked at: %s', (_what, message) => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.fromServer(message);
    expect(h.client.take()).not.toContain('BAD');
  });

  it('a call is taken back though what is said about why may not leave', () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.server.take();
    h.fromClient({ method: 'notifications/cancelled', params: { requestId: 1, reason: 'BAD' } });
    expect(h.server.take()).toBe('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n');
    expect(h.trail().at(-1)).toBe('outcome cancelled read');
  });
});

const FROM_SERVER: Readonly<Record<string, { send: Send; isDropped?: boolean; asks?: boolean }>> = {
  'the result of a call': {
    send: (h, word) => {
      h.fromClient(call(1, 'read'));
      h.fromServer({ id: 1, result: text(word) });
    },
    asks: true,
  },
  'structured content': {
    send: (h, word) => {
      h.fromClient(call(1, 'read'));
      h.fromServer({ id: 1, result: { content: [], structuredContent: { deep: [{ x: word }] } } });
    },
    asks: true,
  },
  'a question inside a result': {
    send: (h, word) => {
      h.fromClient(call(1, 'read'));
      h.fromServer({
        id: 1,
        result: {
          resultType: 'input_required',
          inputRequests: { a: { params: { message: word } } },
          requestState: 's',
        },
      });
    },
    asks: true,
  },
  'the error of a call': {
    send: (h, word) => {
      h.fromClient(call(1, 'read'));
      h.fromServer({ id: 1, error: { code: -1, message: word } });
    },
    asks: true,
  },
  'data of an error': {
    send: (h, word) => {
      h.fromClient(call(1, 'read'));
      h.fromServer({ id: 1, error: { code: -1, message: 'x', data: { url: word } } });
    },
    asks: true,
  },
  'a resource': {
    send: (h, word) => {
      h.fromClient({ id: 1, method: 'resources/read', params: { uri: 'test://x' } });
      h.fromServer({ id: 1, result: { contents: [{ uri: 'test://x', text: word }] } });
    },
    asks: true,
  },
  'a prompt': {
    send: (h, word) => {
      h.fromClient({ id: 1, method: 'prompts/get', params: { name: 'p' } });
      h.fromServer({ id: 1, result: { messages: [{ role: 'user', content: { type: 'text', text: word } }] } });
    },
    asks: true,
  },
  'the result of a task': {
    send: (h, word) => {
      h.fromClient({ id: 1, method: 'tasks/result', params: { taskId: 't' } });
      h.fromServer({ id: 1, result: text(word) });
    },
    asks: true,
  },
  'a list of resources': {
    send: (h, word) => {
      h.fromClient({ id: 1, method: 'resources/list' });
      h.fromServer({ id: 1, result: { resources: [{ uri: 'test://x', name: word }] } });
    },
  },
  'a completion': {
    send: (h, word) => {
      h.fromClient({ id: 1, method: 'completion/complete', params: { argument: { name: 'a', value: '' } } });
      h.fromServer({ id: 1, result: { completion: { values: [word] } } });
    },
    asks: true,
  },
  'an answer that nobody knows': {
    send: (h, word) => {
      h.fromClient({ id: 1, method: 'vendor/x' });
      h.fromServer({ id: 1, result: { a: word } });
    },
    asks: true,
  },
  progress: {
    send: (h, word) => h.fromServer({ method: 'notifications/progress', params: { progressToken: 1, message: word } }),
    isDropped: true,
  },
  'a log message': {
    send: (h, word) => h.fromServer({ method: 'notifications/message', params: { level: 'info', data: word } }),
    isDropped: true,
  },
  'news of a task': {
    send: (h, word) => h.fromServer({ method: 'notifications/tasks/status', params: { statusMessage: word } }),
    isDropped: true,
  },
  'a question for the person': {
    send: (h, word) => h.fromServer({ id: 9, method: 'elicitation/create', params: { message: word } }),
    isDropped: true,
  },
  'an address to visit': {
    send: (h, word) => h.fromServer({ id: 9, method: 'elicitation/create', params: { mode: 'url', url: word } }),
    isDropped: true,
  },
  'a question for the model': {
    send: (h, word) => h.fromServer({ id: 9, method: 'sampling/createMessage', params: { systemPrompt: word } }),
    isDropped: true,
  },
};

describe('what comes from a server', () => {
  it.each(Object.entries(FROM_SERVER))('is looked at: %s', (_name, { send, isDropped, asks }) => {
    const fine = guarded();
    send(fine, 'fine');
    expect(fine.client.take()).toContain('fine');

    const bad = guarded();
    send(bad, 'BAD');
    const answers = bad.client.take();
    expect(answers).not.toContain('BAD');
    if (isDropped === true) expect(answers).toBe('');
    else expect(answers).toContain('"id":1');

    const masked = guarded();
    send(masked, 'HIDE');
    expect(masked.client.take()).toContain('***');

    const odd = guarded();
    send(odd, 'ODD');
    expect(odd.client.take()).not.toContain('ODD');
    expect(odd.questions.map(({ request }) => request.about)).toEqual(asks === true ? ['answer'] : []);
  });

  it('a question that is kept back is answered in the place of the client', () => {
    const h = guarded();
    h.fromServer({ id: 9, method: 'elicitation/create', params: { message: 'BAD' } });
    expect(h.server.messages()).toMatchObject([{ id: 9, error: { code: -31001 } }]);
    expect(h.found).toMatchObject([{ carrier: 'elicitation/create', from: 'server', verdict: 'block' }]);
  });

  it('a blocked result says that the call was made', () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.fromServer({ id: 1, result: text('BAD') });
    const [answer] = h.client.messages();
    expect(answer?.result?.isError).toBe(true);
    expect(answer?.result?.content?.[0]?.text).toContain('the call was made');
    expect(answer?.result?._meta?.['com.runlayer/decision'].code).toBe('guard_block');
    expect(h.records.at(-1)).toMatchObject({ outcome: 'withheld', 'error.type': 'guard_block', findings: [{}] });
  });

  it('what a person lets through is delivered as it came', async () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    const line = '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"ODD 1.0"}]}}';
    h.fromServer(line);
    h.questions[0]?.answer({ effect: 'allow', decidedBy: 'approval', code: 'approval_granted', reason: 'x' });
    await h.settle();
    expect(h.client.take()).toBe(`${line}\n`);
    expect(h.trail().at(-1)).toBe('outcome ok read');
  });

  it('a definition that is kept back is a tool that never was; the others go on', () => {
    const h = guarded();
    h.fromServer({ method: 'notifications/tools/list_changed' });
    h.fromClient({ id: 'l', method: 'tools/list' });
    h.fromServer({ id: 'l', result: { tools: [tool('read'), { ...tool('write'), description: 'BAD' }, tool('x')] } });
    expect(
      h.client
        .messages()
        .at(-1)
        ?.result?.tools?.map(({ name }) => name),
    ).toEqual(['read', 'x']);
    h.fromClient(call(1, 'write'), call(2, 'no_such_tool'));
    const [refused] = h.client.lines();
    expect(refused).toBe('{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Unknown tool: write"}}');
  });

  it('instructions that are kept back are left out of the introduction', () => {
    const h = guarded();
    const inst: ScanResult = {
      verdict: 'block',
      asks: false,
      findings: [{ category: 'injection', rule: 'r', tier: 'soft', at: '/result/instructions', action: 'block' }],
    };
    h.guard.scan = (_kind, bytes) => (Buffer.from(bytes).includes('BAD') ? inst : PASS);
    h.fromClient({ id: 1, method: 'initialize', params: {} });
    h.fromServer({ id: 1, result: { serverInfo: { name: 's' }, instructions: 'BAD', capabilities: {} } });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { serverInfo: { name: 's' }, capabilities: {} } }]);
  });

  it('instructions in which a phrase or two is odd pass, and are noted: they speak to the model by their nature', () => {
    const h = guarded();
    const odd: ScanResult = {
      verdict: 'block',
      asks: true,
      findings: [{ category: 'injection', rule: 'r', tier: 'soft', at: '/result/instructions', action: 'block' }],
    };
    const line = '{"jsonrpc":"2.0","id":1,"result":{"instructions":"Follow these, model."}}';
    h.guard.scan = (kind) => (kind === 'output' ? odd : PASS);
    h.fromClient({ id: 1, method: 'initialize', params: {} });
    h.fromServer(line);
    expect(h.client.take()).toBe(`${line}\n`);
    expect(h.found).toMatchObject([{ carrier: 'initialize', from: 'server' }]);
    expect(h.questions).toEqual([]);
  });

  it('what was found in a result counts and is recorded, whatever lists stand beside it', () => {
    const marked: unknown[] = [];
    const guard = new WordGuard();
    const h = harness({
      session: { guard, taints: { note: () => {}, of: () => [], mark: (_client, taint) => void marked.push(taint) } },
    });
    listTools(h, [tool('read')]);
    h.fromClient(call(1, 'read'));
    h.fromServer({ id: 1, result: { ...text('NOTE'), tools: [] } });
    expect(h.records.at(-1)).toMatchObject({ outcome: 'ok', findings: [{ rule: 'word' }] });
    expect(marked.at(-1)).toMatchObject({ labels: ['anything', 'secret'] });
  });

  it.each([
    ['prompts/list', { prompts: [{ name: 'p', description: 'fine' }], tools: [] }],
    ['resources/templates/list', { resourceTemplates: [{ uriTemplate: 'x', name: 'fine' }], tools: [] }],
    ['resources/list', { resources: [{ uri: 'test://x' }], tools: [] }],
    ['tools/list', { tools: [], prompts: [{ name: 'p' }] }],
    ['tools/list', { tools: [], Resources: [{ uri: 'test://x' }] }],
  ])('a list with another one beside it is none: %s %j', (method, result) => {
    const h = guarded();
    h.fromClient({ id: 'l', method });
    h.fromServer({ id: 'l', result });
    expect(h.client.messages()).toMatchObject([{ id: 'l', error: { code: -31002 } }]);
  });

  it.each(['Description', 'INPUTSCHEMA', 'Annotations'])(
    'a definition with a look-alike of a member is kept back: %s',
    (key) => {
      const h = guarded();
      h.fromServer({ method: 'notifications/tools/list_changed' });
      h.fromClient({ id: 'l', method: 'tools/list' });
      h.fromServer({ id: 'l', result: { tools: [tool('read'), tool('write', { [key]: 'x' })] } });
      expect(
        h.client
          .messages()
          .at(-1)
          ?.result?.tools?.map(({ name }) => name),
      ).toEqual(['read']);
    },
  );

  it.each([
    '{"Instructions":"x","capabilities":{}}',
    '{"instructions":"a","instructions":"b","capabilities":{}}',
    '{"instructions":["x"],"capabilities":{}}',
  ])('an introduction that can be read in two ways is none: %s', (result) => {
    const h = guarded();
    h.fromClient({ id: 1, method: 'initialize', params: {} });
    h.fromServer(`{"jsonrpc":"2.0","id":1,"result":${result}}`);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31002 } }]);
  });

  it('every occurrence of a key that stands twice is looked at', () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.fromServer('{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"BAD","text":"fine"}]}}');
    expect(h.client.messages()[0]?.result?.isError).toBe(true);
  });
});

describe('while a message is being looked at', () => {
  it('what follows it waits, in order, and its source is paused', async () => {
    const h = guarded();
    h.guard.later = true;
    h.fromClient(call(1, 'read'));
    h.guard.waiting.shift()?.();
    await h.settle();
    h.fromServer({ id: 1, result: text('fine') }, { method: 'notifications/x', params: { a: 1 } });
    expect(h.client.take()).toBe('');
    expect(h.server.paused).toBe(true);
    h.guard.waiting.shift()?.();
    await h.settle();
    expect(h.client.messages()).toMatchObject([{ id: 1 }]);
    h.guard.waiting.shift()?.();
    await h.settle();
    expect(h.client.messages()).toMatchObject([{ method: 'notifications/x' }]);
    expect(h.server.paused).toBe(false);
  });

  it('the end of the server comes after what it said last', async () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.guard.later = true;
    h.fromServer({ id: 1, result: text('fine') });
    h.session.serverEnded();
    expect(h.client.take()).toBe('');
    h.guard.waiting.shift()?.();
    await h.settle();
    expect(h.client.messages()).toMatchObject([{ id: 1, result: text('fine') }]);
  });

  it('the end of the client comes after what it sent last', async () => {
    const h = guarded();
    h.guard.later = true;
    h.fromClient(call(1, 'read'));
    h.session.clientEnded();
    expect(h.server.ended).toBe(false);
    expect(h.session.openCalls).toBe(1);
    h.guard.waiting.shift()?.();
    await h.settle();
    expect(h.server.messages()).toMatchObject([{ id: 1 }]);
    expect(h.server.ended).toBe(true);
  });

  it('parallel calls each get their own verdict', async () => {
    const h = guarded();
    h.guard.later = true;
    h.fromClient(call(1, 'read', { a: 'BAD' }), call(2, 'read', { a: 'fine' }), call(3, 'read', { a: 'ODD' }));
    for (let i = 0; i < 3; i++) {
      h.guard.waiting.shift()?.();
      await h.settle();
    }
    expect(h.server.messages().map(({ id }) => id)).toEqual([2]);
    expect(h.client.messages().map(({ id }) => id)).toEqual([1]);
    expect(h.questions.map(({ request }) => request.decision.code)).toEqual(['guard_ask']);
  });

  it('a guard that throws ends the session, and nothing leaves', () => {
    const h = guarded();
    h.guard.scan = () => {
      throw new Error('broken');
    };
    h.fromClient(call(1, 'read'));
    expect(h.server.take()).toBe('');
    expect(h.fatal).toEqual(['broken']);
  });

  it('a result after ten minutes is still looked at', () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.now += 600_000;
    h.session.tick();
    h.fromServer({ id: 1, result: text('BAD') });
    expect(h.client.messages()[0]?.result?._meta?.['com.runlayer/decision'].code).toBe('guard_block');
  });

  it('the same id in both directions at once is two messages', () => {
    const h = guarded();
    h.fromClient(call(1, 'read'));
    h.fromServer({ id: 1, method: 'sampling/createMessage', params: { systemPrompt: 'BAD' } });
    h.fromServer({ id: 1, result: text('fine') });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: text('fine') }]);
    expect(h.server.messages()).toMatchObject([
      { id: 1, method: 'tools/call' },
      { id: 1, error: { code: -31001 } },
    ]);
  });
});
