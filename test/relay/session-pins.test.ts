import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../preload/contract/json.ts';
import type { PinGate, PinVerdict } from '../../main/pin/pin-gate.ts';
import { OPEN_PINS } from '../fixtures/open-gates.ts';
import { call, harness, tool, type Harness } from './harness.ts';

/** Pins by hand: `held` says what is not open; what was listed is kept. */
class HandPins implements PinGate {
  readonly held = new Map<string, PinVerdict>();
  readonly seen: string[] = [];
  readonly prints = new Map<string, string>();
  readonly listeners = new Set<() => void>();
  instructionsVerdict: PinVerdict = 'open';
  trouble: string | undefined;

  listed(kind: string, items: readonly { readonly name: string; readonly definition: JsonObject }[]): PinVerdict[] {
    for (const { name, definition } of items) {
      this.seen.push(`${kind} ${name}`);
      this.prints.set(`${kind} ${name}`, JSON.stringify(definition));
    }
    return items.map(({ name }) => this.verdict(kind, name));
  }
  verdict(kind: string, name: string): PinVerdict {
    return this.trouble === undefined ? (this.held.get(`${kind} ${name}`) ?? 'open') : 'changed';
  }
  heldBack(kind: string): string[] {
    return [...this.held.keys()].filter((key) => key.startsWith(`${kind} `)).map((key) => key.slice(kind.length + 1));
  }
  fingerprint(kind: string, name: string): string | undefined {
    return this.prints.get(`${kind} ${name}`);
  }
  instructions(): PinVerdict {
    return this.instructionsVerdict;
  }
  problem(): string | undefined {
    return this.trouble;
  }
  onChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

function pinned(): Harness & { readonly pins: HandPins } {
  const pins = new HandPins();
  return Object.assign(harness({ session: { pins } }), { pins });
}

const TOOLS = { tools: [tool('read'), tool('write')] };

describe('a list of tools', () => {
  it('is compared with what was agreed to; what changed is hidden, the others go on', () => {
    const h = pinned();
    h.pins.held.set('tool write', 'changed');
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: TOOLS });
    expect(h.pins.seen).toEqual(['tool read', 'tool write']);
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['read']);
  });

  it.each(['changed', 'new'] as const)('a tool that is %s is answered as one that never was', (verdict) => {
    const h = pinned();
    h.pins.held.set('tool write', verdict);
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: TOOLS });
    h.client.take();
    h.fromClient(call(2, 'write'));
    expect(h.client.take()).toBe('{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"Unknown tool: write"}}\n');
    expect(h.trail()[0]).toBe(`intent deny pin_${verdict} write`);
    h.fromClient(call(3, 'read'));
    expect(h.server.messages().at(-1)).toMatchObject({ id: 3 });
  });

  it('counts at the moment of a call, not of the list', () => {
    const h = pinned();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: TOOLS });
    h.pins.held.set('tool read', 'changed');
    h.fromClient(call(2, 'read'));
    expect(h.client.messages().at(-1)).toMatchObject({ id: 2, error: { code: -32602 } });
  });

  it('is read upstream before a tool that was not listed here is decided', async () => {
    const h = pinned();
    h.pins.held.set('tool write', 'changed');
    h.fromClient(call(1, 'write'));
    const [question] = h.server.messages();
    expect(question?.method).toBe('tools/list');
    h.fromServer({ id: question?.id, result: TOOLS });
    await h.settle();
    expect(h.pins.seen).toEqual(['tool read', 'tool write']);
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -32602 } }]);
    expect(h.server.take()).toBe('');
  });

  it('that the server announces as changed is read again before anything is decided by it', async () => {
    const h = pinned();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: TOOLS }, { method: 'notifications/tools/list_changed' });
    h.server.take();
    h.fromClient(call(2, 'read'));
    const [question] = h.server.messages();
    expect(question?.method).toBe('tools/list');
    h.pins.held.set('tool read', 'changed');
    h.fromServer({ id: question?.id, result: TOOLS });
    await h.settle();
    expect(h.client.messages().at(-1)).toMatchObject({ id: 2, error: { code: -32602 } });
  });

  it('is announced to the client when a person accepted something', () => {
    const h = pinned();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: TOOLS });
    h.client.take();
    for (const listener of h.pins.listeners) listener();
    expect(h.client.messages()).toMatchObject([{ method: 'notifications/tools/list_changed' }]);
    h.session.close('stopped');
    expect(h.pins.listeners.size).toBe(0);
  });

  it('with names that read alike pins neither', () => {
    const h = pinned();
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: { tools: [tool('delete_a'), tool('de1ete_a'), tool('x')] } });
    expect(h.pins.seen).toEqual(['tool x']);
    expect(h.client.messages()[0]?.result?.tools?.map(({ name }) => name)).toEqual(['x']);
  });
});

describe('a connector that is held back', () => {
  it('shows nothing and is asked nothing', () => {
    const h = pinned();
    h.pins.trouble = 'another program';
    h.fromClient({ id: 1, method: 'tools/list' });
    h.fromServer({ id: 1, result: TOOLS });
    expect(h.client.messages()[0]?.result?.tools).toEqual([]);
    h.server.take();
    h.fromClient(
      call(2, 'read'),
      { id: 3, method: 'resources/read', params: { uri: 'test://x' } },
      { id: 4, method: 'prompts/get', params: { name: 'p' } },
      { id: 5, method: 'completion/complete', params: { ref: { type: 'ref/prompt', name: 'p' } } },
      { id: 6, method: 'vendor/x' },
    );
    h.fromServer({ id: 99, result: {} });
    expect(h.server.messages().map(({ method }) => method)).not.toContain('tools/call');
    expect(h.client.messages().map(({ id }) => id)).toEqual([2, 3, 5, 6]);
  });
});

describe('prompts and templates', () => {
  const PROMPTS = { prompts: [{ name: 'review' }, { name: 'sum' }] };

  it('that changed are hidden and refused, the others go on', () => {
    const h = pinned();
    h.pins.held.set('prompt review', 'changed');
    h.fromClient({ id: 1, method: 'prompts/list' });
    h.fromServer({ id: 1, result: PROMPTS });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { prompts: [{ name: 'sum' }] } }]);
    h.server.take();
    h.fromClient(
      { id: 2, method: 'prompts/get', params: { name: 'review' } },
      { id: 3, method: 'prompts/get', params: { name: 'sum' } },
    );
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -31001 } }]);
    expect(h.server.messages()).toMatchObject([{ id: 3, method: 'prompts/get' }]);
  });

  it('a prompt that was agreed to and not listed here is looked up first', async () => {
    const h = pinned();
    h.pins.prints.set('prompt review', 'x');
    h.fromClient({ id: 1, method: 'prompts/get', params: { name: 'review' } });
    const [question] = h.server.messages();
    expect(question?.method).toBe('prompts/list');
    h.pins.held.set('prompt review', 'changed');
    h.fromServer({ id: question?.id, result: PROMPTS });
    await h.settle();
    expect(h.client.messages()).toMatchObject([{ id: 1, error: { code: -31001 } }]);
    expect(h.server.take()).toBe('');
  });

  it('a resource of a template that changed is not read', () => {
    const h = pinned();
    h.pins.held.set('resource_template test://{id}/data', 'changed');
    h.fromClient({ id: 1, method: 'resources/templates/list' });
    h.fromServer({ id: 1, result: { resourceTemplates: [{ uriTemplate: 'test://{id}/data', name: 'd' }] } });
    expect(h.client.messages()).toMatchObject([{ id: 1, result: { resourceTemplates: [] } }]);
    h.server.take();
    h.fromClient(
      { id: 2, method: 'resources/read', params: { uri: 'test://7/data' } },
      { id: 3, method: 'resources/read', params: { uri: 'test://other' } },
    );
    expect(h.client.messages()).toMatchObject([{ id: 2, error: { code: -31001 } }]);
    expect(h.server.messages()).toMatchObject([{ id: 3 }]);
  });

  it('two prompts whose names read alike are both refused', () => {
    const h = pinned();
    h.fromClient({ id: 1, method: 'prompts/list' });
    h.fromServer({ id: 1, result: { prompts: [{ name: 'pay' }, { name: 'pаy' }, { name: 'x' }] } });
    expect(h.client.messages()).toMatchObject([{ result: { prompts: [{ name: 'x' }] } }]);
  });
});

describe('instructions of a server', () => {
  it('that changed are left out, in both eras', () => {
    for (const method of ['initialize', 'server/discover']) {
      const h = pinned();
      h.pins.instructionsVerdict = 'changed';
      h.fromClient({ id: 1, method, params: {} });
      h.fromServer('{"jsonrpc":"2.0","id":1,"result":{"capabilities":{},"instructions":"do it","n":1.0}}');
      expect(h.client.take()).toBe('{"jsonrpc":"2.0","id":1,"result":{"capabilities":{},"n":1.0}}\n');
    }
  });

  it('that are what they were pass as they came', () => {
    const h = harness({ session: { pins: OPEN_PINS } });
    h.fromClient({ id: 1, method: 'initialize', params: {} });
    const line = '{"jsonrpc":"2.0","id":1,"result":{"instructions":"do it"}}';
    h.fromServer(line);
    expect(h.client.take()).toBe(`${line}\n`);
  });
});
