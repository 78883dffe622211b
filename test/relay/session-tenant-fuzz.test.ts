import { describe, expect, it } from 'vitest';
import { call, decision, policyOf, tool } from './harness.ts';
import { allow, DENY, json, listAll, tenantHarness, type TenantHarness } from './tenant-harness.ts';

/** Mulberry32. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

interface Sent {
  readonly n: number;
  readonly rewritten?: number;
}

/** One conversation in which everything happens in any order; remembers what may leave and what may not be seen. */
class Conversation {
  readonly pick: (below: number) => number;
  readonly allowed = new Set<string>();
  readonly approved = new Set<string>();
  readonly reachedServer: Sent[] = [];
  readonly open: unknown[] = [];
  readonly requests = new Map<number, 'sent' | 'cancelled'>();
  readonly secret = new Set<string>();
  readonly answers = new Map<unknown, number>();
  readonly seen: string[] = [];
  private readonly h: TenantHarness;
  private next = 0;
  private marks = 0;

  constructor(h: TenantHarness, seed: number) {
    this.h = h;
    this.pick = random(seed);
  }

  private preAnswers(): void {
    const { pres } = this.h.gate;
    const [asked] = pres.splice(this.pick(pres.length), 1);
    if (asked === undefined) return;
    const n = Number(
      asked.question.params?.name === undefined ? -1 : JSON.parse(asked.question.params.arguments.toString()).n,
    );
    const mark = ++this.marks;
    switch (this.pick(6)) {
      case 0:
        asked.answer(DENY);
        return;
      case 1:
        asked.fail(new Error('broken'));
        return;
      case 2:
        if (n < 0) asked.answer(allow(`c${mark}`));
        else {
          this.allowed.add(JSON.stringify({ n, rewritten: mark }));
          asked.answer(allow(`c${mark}`, { arguments: json(`{"n":${n},"rewritten":${mark}}`) }));
        }
        return;
      case 3:
        if (n < 0) asked.answer({ kind: 'deny', code: 'tenant_unavailable', reason: 'x' });
        else asked.answer(allow(`c${mark}`, { result: json(`{"content":[{"type":"text","text":"quick"}]}`) }));
        return;
      default:
        this.allowed.add(JSON.stringify({ n }));
        asked.answer(allow(`c${mark}`));
    }
  }

  private postAnswers(): void {
    const { posts } = this.h.gate;
    const [asked] = posts.splice(this.pick(posts.length), 1);
    if (asked === undefined) return;
    const mark = /R\d+!/.exec(asked.question.result?.toString() ?? '')?.[0];
    const verdict = this.pick(4);
    if (verdict !== 0 && mark !== undefined) this.secret.add(mark);
    if (verdict === 0) asked.answer({ kind: 'deliver' });
    else if (verdict === 1) asked.answer({ kind: 'withhold', code: 'tenant_deny', reason: 'x' });
    else if (verdict === 2) asked.fail(new Error('broken'));
    else {
      const isList = asked.question.request.method === 'tools/list';
      asked.answer({ kind: 'replace', value: json(isList ? JSON.stringify([tool('a')]) : '{"content":[]}') });
    }
  }

  private serverAnswers(): void {
    const [message] = this.open.splice(this.pick(this.open.length), 1);
    const { id, method } = (message ?? {}) as { id?: unknown; method?: string };
    if (id === undefined) return;
    const mark = `R${++this.marks}!`;
    const own = typeof id === 'string';
    const tools = { tools: [tool('a'), tool('b', own ? {} : { description: mark })] };
    const failure = { id, error: { code: -1, message: mark } };
    const answer = { id, result: method === 'tools/list' ? tools : { content: [{ type: 'text', text: mark }] } };
    this.h.fromServer(!own && this.pick(5) === 0 ? failure : answer);
    // A second answer finds nobody.
    if (this.pick(5) === 0) this.h.fromServer({ id, result: { content: [{ type: 'text', text: 'forged!' }] } });
  }

  private clientActs(): void {
    const { h } = this;
    const id = ++this.next;
    switch (this.pick(8)) {
      case 0:
        this.requests.set(id, 'sent');
        h.fromClient({ id, method: 'tools/list' });
        return;
      case 1: {
        const taken = 1 + this.pick(id);
        if (this.requests.has(taken)) this.requests.set(taken, 'cancelled');
        h.fromClient({ method: 'notifications/cancelled', params: { requestId: taken } });
        return;
      }
      default:
        this.requests.set(id, 'sent');
        h.fromClient(call(id, this.pick(3) === 0 ? 'b' : 'a', { n: id }));
    }
  }

  private personAnswers(): void {
    const { questions } = this.h;
    const [question] = questions.splice(this.pick(questions.length), 1);
    if (question === undefined) return;
    const yes = this.pick(3) > 0;
    if (yes) this.approved.add(question.request.argumentsText());
    question.answer(yes ? decision('allow', 'approval_granted') : decision('deny', 'approval_denied'));
  }

  step(): void {
    const { h } = this;
    switch (this.pick(12)) {
      case 0:
      case 1:
      case 2:
        this.clientActs();
        break;
      case 3:
      case 4:
        this.preAnswers();
        break;
      case 5:
      case 6:
        this.postAnswers();
        break;
      case 7:
      case 8:
        this.serverAnswers();
        break;
      case 9:
        this.personAnswers();
        break;
      case 10:
        h.now += this.pick(20_000);
        h.session.tick();
        break;
      default:
        if (this.pick(4) === 0) h.fromServer({ method: 'notifications/tools/list_changed' });
    }
    this.look();
  }

  look(): void {
    for (const message of this.h.server.messages()) {
      if (message.id !== undefined) this.open.push(message);
      if (message.method !== 'tools/call') continue;
      const sent = message.params?.['arguments'] as Sent;
      this.reachedServer.push(sent);
      expect(this.allowed).toContain(JSON.stringify(sent));
      expect(this.approved).toContain(JSON.stringify(sent));
    }
    for (const line of this.h.client.lines()) {
      this.seen.push(line);
      const { id } = JSON.parse(line) as { id?: unknown };
      if (id !== undefined) this.answers.set(id, (this.answers.get(id) ?? 0) + 1);
    }
  }
}

describe('random conversations with a tenant', () => {
  it('make no call that was not let through and agreed to as it is, show nothing that was kept back, and answer once', async () => {
    let made = 0;
    let shown = 0;
    let kept = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const h = tenantHarness({ policy: policyOf('ask') });
      await listAll(h, [tool('a'), tool('b')]);
      const c = new Conversation(h, seed);
      for (let step = 0; step < 120; step++) {
        c.step();
        if (c.pick(3) === 0) {
          await h.settle();
          c.look();
        }
      }
      h.session.serverEnded();
      await h.settle();
      while (h.gate.posts.length > 0) {
        h.gate.posts.shift()?.answer({ kind: 'withhold', code: 'tenant_deny', reason: 'x' });
        await h.settle();
      }
      c.look();
      expect(h.session.openCalls).toBe(0);
      expect(h.fatal).toEqual([]);
      for (const [id, state] of c.requests) {
        const got = c.answers.get(id) ?? 0;
        if (state === 'sent') expect(got, `${seed}: ${id}`).toBe(1);
        else expect(got, `${seed}: ${id}`).toBeLessThanOrEqual(1);
      }
      const text = c.seen.join('\n');
      expect(text).not.toContain('forged!');
      for (const mark of c.secret) expect(text).not.toContain(mark);
      const outcomes = h.records.flatMap((record) => (record.kind === 'outcome' ? [record.call] : []));
      expect(new Set(outcomes).size).toBe(outcomes.length);
      const calls = new Set(h.records.flatMap((record) => (record.kind === 'intent' ? [record.call] : [])));
      expect(outcomes.length).toBe(calls.size);
      made += c.reachedServer.length;
      shown += [...text.matchAll(/R\d+!/g)].length;
      kept += c.secret.size;
    }
    // It was worth looking at.
    expect(made).toBeGreaterThan(100);
    expect(shown).toBeGreaterThan(20);
    expect(kept).toBeGreaterThan(50);
  });
});
