/**
 * Random conversations, valid and not, in random pieces, both ways at once, checked against a naive oracle that shares no
 * line with the relay: a recursive parser, and the rules of forwarding in a few sentences.
 */
import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../main/policy/decide.ts';
import { decision, harness, rule, tool, type Harness } from './harness.ts';

/* ---- the oracle ---- */

type Json = null | boolean | number | string | Json[] | Map<string, Json>;

/** A JSON text as a tree, objects as maps; throws on anything else, and on a key twice where `unique`. */
function naiveParse(text: string, unique: (depth: number) => boolean): Json {
  let at = 0;
  const fail = (): never => {
    throw new Error(`bad at ${at}`);
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const space = (): void => void take(/[ \t\r\n]*/y);
  const string = (): string => {
    // eslint-disable-next-line no-control-regex -- JSON forbids them
    const source = take(/"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y) ?? fail();
    return JSON.parse(source) as string;
  };
  const value = (depth: number): Json => {
    if (depth > 64) fail();
    space();
    if (text[at] === '"') return string();
    const literal = take(/true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
    if (literal !== undefined) return JSON.parse(literal) as Json;
    const open = text[at++];
    if (open !== '{' && open !== '[') fail();
    const list: Json[] = [];
    const map = new Map<string, Json>();
    space();
    if (text[at] === (open === '{' ? '}' : ']')) at++;
    else
      for (let more = true; more;) {
        space();
        if (open === '[') list.push(value(depth + 1));
        else {
          const key = string();
          space();
          if (text[at++] !== ':' || (map.has(key) && unique(depth))) fail();
          map.set(key, value(depth + 1));
        }
        space();
        const next = text[at++];
        more = next === ',';
        if (!more && next !== (open === '{' ? '}' : ']')) fail();
      }
    return open === '{' ? map : list;
  };
  const result = value(1);
  space();
  return at === text.length ? result : fail();
}

/** The message that a line is, if it may be forwarded at all. */
function valid(line: string, sender: 'client' | 'server'): Map<string, Json> | undefined {
  let root: Json;
  try {
    root = naiveParse(line, (depth) => sender === 'client' || depth === 1);
  } catch {
    return undefined;
  }
  if (!(root instanceof Map) || root.get('jsonrpc') !== '2.0') return undefined;
  const like = (key: string): string => key.normalize('NFKC').toLowerCase();
  const envelope = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
  if ([...root.keys()].some((key) => !envelope.includes(key) && envelope.includes(like(key)))) return undefined;
  if (root.has('id') && !(typeof root.get('id') === 'string' || /"id"\s*:\s*-?\d+\s*[,}]/.test(line))) return undefined;
  const params = root.get('params');
  if (params instanceof Map && [...params.keys()].some((key) => key !== 'name' && like(key) === 'name'))
    return undefined;
  if (!root.has('method')) return root.has('id') && root.has('result') !== root.has('error') ? root : undefined;
  return typeof root.get('method') === 'string' && !root.has('result') && !root.has('error') ? root : undefined;
}

/* ---- the conversation ---- */

function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const TOOLS = ['ok1', 'ok2', 'asked', 'hidden', 'hidden2', 'unlisted', 'bad name', 'h1dden', 'OK1'];
const LISTED = ['ok1', 'ok2', 'asked', 'hidden', 'hidden2'];
const policy = compilePolicy({
  connector: 'files',
  default: 'allow',
  rules: [rule('deny', 'hidden*'), rule('ask', 'asked')],
});

interface Sent {
  readonly client: string[];
  readonly server: string[];
}

class Conversation {
  readonly h: Harness = harness({ policy });
  readonly sent: Sent = { client: [], server: [] };
  readonly toServer: string[] = [];
  readonly toClient: string[] = [];
  readonly approved = new Set<string>();
  private readonly pick: (below: number) => number;
  private nextId = 1;
  private answeredQuestions = 0;

  constructor(seed: number) {
    this.pick = random(seed);
  }

  private oneOf<T>(items: readonly T[]): T {
    return items[this.pick(items.length)]!;
  }

  private id(): string {
    const n = this.nextId++;
    return this.oneOf([String(n), `"s${n}"`, `"\\u0073${n}"`, String(n + 9007199254740993n.toString().length)]);
  }

  /** Makes a good line a bad one, or one that is merely unusual. */
  private mutate(line: string): string {
    const at = this.pick(line.length);
    return this.oneOf([
      () => line.slice(0, at),
      () => line.slice(0, at) + String.fromCharCode(32 + this.pick(95)) + line.slice(at + 1),
      () => line.replace('"method"', '"Method"'),
      () => line.replace('"method"', '"\\u006dethod"'),
      () => line.replace('"params":{', '"params":{"Name":"ok1",'),
      () => line.replace('"name"', '"name":"hidden","name"'),
      () => line.replace('{', '{"id":5,'),
      () => line.replace('"jsonrpc":"2.0",', ''),
      () => line.replace(/"id":[^,]*/, '"id":1.5'),
      () => `[${line}]`,
      () => `\ufeff${line}`,
      () => `${line}${line}`,
      () => line.replace('}', `,"deep":${'['.repeat(70)}${']'.repeat(70)}}`),
      () => ` ${line} `,
    ])();
  }

  private clientLine(): string {
    const id = this.id();
    const waiting = this.toServer.at(-1 - this.pick(10));
    const asked = this.toClient.findLast((line) => line.includes('"method":"roots'));
    return this.oneOf([
      ...Array<() => string>(6).fill(
        () =>
          `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":${JSON.stringify(this.oneOf(TOOLS))},"arguments":{"n":1.0}}}`,
      ),
      () => `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`,
      () => `{"method":"vendor/x","id":${id},"jsonrpc":"2.0","params":{"big":12345678901234567890}}`,
      () => '{"jsonrpc":"2.0","method":"notifications/x"}',
      () => '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"hidden"}}',
      () => `{"jsonrpc":"2.0","id":${/"id":("?[^,"]*"?)/.exec(asked ?? '')?.[1] ?? id},"result":{"roots":[]}}`,
      () => {
        const known = /"id":("[^"]*"|\d+)/.exec(waiting ?? '')?.[1] ?? id;
        return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${known}}}`;
      },
      () => waiting ?? '',
    ])();
  }

  private answerTo(request: string): string {
    const message = valid(request, 'client');
    const id = /"id":("[^"]*"|-?\d+)/.exec(request)?.[1] ?? '0';
    if (message?.get('method') !== 'tools/list') return `{"jsonrpc":"2.0","id":${id},"result":{"content":[],"n":1.0}}`;
    return `{"jsonrpc":"2.0","id":${id},"result":{"tools":${JSON.stringify(LISTED.map((name) => tool(name)))}}}`;
  }

  private serverLine(): string {
    const request = this.toServer.at(-1 - this.pick(20)) ?? '{"id":1}';
    return this.oneOf([
      ...Array<() => string>(8).fill(() => this.answerTo(request)),
      () => `{"jsonrpc":"2.0","id":${this.pick(50)},"method":"roots/list"}`,
      () => '{"jsonrpc":"2.0","method":"notifications/message","params":{"a":1,"a":2}}',
      () => '{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}',
      () => `{"jsonrpc":"2.0","id":${this.pick(100)},"result":{}}`,
      () => 'printed by mistake',
    ])();
  }

  private send(side: 'client' | 'server', lines: readonly string[]): void {
    this.sent[side].push(...lines);
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    for (let at = 0; at < bytes.length;) {
      const end = Math.min(bytes.length, at + 1 + this.pick(200));
      if (side === 'client') this.h.session.fromClient(bytes.subarray(at, end));
      else this.h.session.fromServer(bytes.subarray(at, end));
      at = end;
    }
  }

  collect(): void {
    this.toServer.push(...this.h.server.lines());
    this.toClient.push(...this.h.client.lines());
  }

  async step(): Promise<void> {
    const side = this.oneOf(['client', 'client', 'server'] as const);
    const lines = Array.from({ length: 1 + this.pick(4) }, () => {
      const line = side === 'client' ? this.clientLine() : this.serverLine();
      return (this.pick(5) === 0 ? this.mutate(line) : line).replaceAll('\n', ' ');
    });
    this.send(side, lines);
    if (this.pick(3) === 0) {
      const question = this.h.questions[this.answeredQuestions];
      if (question !== undefined) {
        this.answeredQuestions++;
        const yes = this.pick(2) === 0;
        question.answer(decision(yes ? 'allow' : 'deny', yes ? 'approval_granted' : 'approval_denied'));
      }
    }
    if (this.pick(2) === 0) await this.h.settle();
    this.collect();
  }

  /** The records say which calls a person approved. */
  approvals(): number {
    return this.h.records.filter((record) => record.kind === 'intent' && record.decision.code === 'approval_granted')
      .length;
  }
}

function count(lines: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

function idOf(line: string): unknown {
  return (JSON.parse(line) as { id?: unknown }).id;
}

/** One byte order mark may lead a stream. */
const withoutMark = (line: string, index: number): string =>
  index === 0 && line.startsWith('\ufeff') ? line.slice(1) : line;

function check(c: Conversation): { readonly forwarded: number; readonly answered: number } {
  const own = c.toServer.filter((line) => line.includes('"com.runlayer.companion:'));
  const refusals = c.toServer.filter((line) => line.includes('Not forwarded: '));
  const forwarded = c.toServer.filter((line) => !own.includes(line) && !refusals.includes(line));
  const fromClient = count(c.sent.client.map(withoutMark));
  let approved = 0;
  for (const [line, times] of count(forwarded)) {
    // Bytes that the client sent, no more often than it sent them, valid by the oracle, allowed by its policy.
    expect(fromClient.get(line) ?? 0, line).toBeGreaterThanOrEqual(times);
    const message = valid(line, 'client');
    expect(message, line).toBeDefined();
    if (message?.get('method') !== 'tools/call') continue;
    expect(message.has('id'), line).toBe(true);
    const params = message.get('params');
    const name = params instanceof Map ? params.get('name') : undefined;
    expect(['ok1', 'ok2', 'asked'], line).toContain(name);
    if (name === 'asked') approved += times;
  }
  expect(approved).toBe(c.approvals());

  const fromServer = count(c.sent.server.map(withoutMark));
  const answers = new Map<unknown, number>();
  for (const line of c.toClient) {
    const message = valid(line, 'server');
    // A null id answers what had none that could be read.
    if (message === undefined) expect(line).toMatch(/^\{"jsonrpc":"2\.0","id":null,"error":/);
    expect(line).not.toContain('"hidden2"');
    if (message?.has('method') === true) {
      expect(fromServer.get(line) ?? 0, line).toBeGreaterThan(0);
      continue;
    }
    const id = idOf(line);
    answers.set(id, (answers.get(id) ?? 0) + 1);
  }
  let answered = 0;
  const asked = c.sent.client.map(withoutMark);
  const cancelled = new Set<unknown>();
  for (const line of asked) {
    const message = valid(line, 'client');
    const params = message?.get('method') === 'notifications/cancelled' ? message.get('params') : undefined;
    if (params instanceof Map) cancelled.add(params.get('requestId'));
  }
  const requests = asked.filter((line) => {
    const message = valid(line, 'client');
    return message?.has('method') === true && message.has('id');
  });
  const sentWith = new Map<unknown, number>();
  for (const line of requests) sentWith.set(idOf(line), (sentWith.get(idOf(line)) ?? 0) + 1);
  for (const [id, times] of sentWith) {
    const got = answers.get(id) ?? 0;
    const digits = String(id).replace('s', '');
    const spelled = new RegExp(`"id":\\s*"?(?:s|\\\\u0073)?${digits}(?!\\d)`);
    // Lines that are no valid request, but from which this id may be read, may be answered under it too.
    const unclear = asked.filter((line) => !requests.includes(line) && spelled.test(line));
    expect(got, String(id)).toBeLessThanOrEqual(times + unclear.length);
    if (cancelled.has(id) || unclear.length > 0) continue;
    expect(got, String(id)).toBe(times);
    answered += got;
  }
  return { forwarded: forwarded.length, answered };
}

describe('random conversations', () => {
  it('forward nothing that the oracle forbids, and answer each request exactly once', async () => {
    let lines = 0;
    let forwarded = 0;
    let answered = 0;
    for (let seed = 1; lines < 20_000; seed++) {
      const c = new Conversation(seed);
      for (let step = 0; step < 150; step++) await c.step();
      // The last steps: whoever still waits is told when the server goes.
      for (const question of c.h.questions) question.answer(decision('deny', 'approval_denied'));
      await c.h.settle();
      c.h.session.serverEnded();
      await c.h.settle();
      c.collect();
      const seen = check(c);
      expect(c.h.session.openCalls, `seed ${seed}`).toBe(0);
      expect(c.h.fatal).toEqual([]);
      lines += c.sent.client.length + c.sent.server.length;
      forwarded += seen.forwarded;
      answered += seen.answered;
      // Both records of every call, and one outcome each.
      const outcomes = c.h.records.filter((record) => record.kind === 'outcome').map((record) => record.call);
      const intents = c.h.records.filter((record) => record.kind === 'intent').map((record) => record.call);
      expect([...outcomes].sort()).toEqual([...intents].sort());
      expect(new Set(outcomes).size).toBe(outcomes.length);
    }
    // The test says something only if much went through.
    expect(forwarded).toBeGreaterThan(2000);
    expect(answered).toBeGreaterThan(2000);
  });
});
