/** A session of a tenant's connector with a scripted gate: each question waits until the test answers it. */
import type {
  GovernedRequest,
  GovernedResult,
  Inventory,
  JsonSource,
  PostVerdict,
  PreVerdict,
  TenantGate,
} from '../../main/relay/tenant-gate.ts';
import type { SessionOptions } from '../../main/relay/session-options.ts';
import { harness, type Harness } from './harness.ts';

export const HOST = 'https://acme.example';
export const SERVER = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';

export interface Asked<Q, V> {
  readonly question: Q;
  readonly signal: AbortSignal;
  answer(verdict: V): void;
  fail(error: unknown): void;
}

interface NotMade {
  readonly request: GovernedRequest;
  readonly correlation: string | undefined;
  readonly type: string;
  readonly message: string;
}

export class FakeGate implements TenantGate {
  readonly host = HOST;
  readonly server = SERVER;
  readonly pres: Asked<GovernedRequest, PreVerdict>[] = [];
  readonly posts: Asked<GovernedResult, PostVerdict>[] = [];
  readonly unmade: NotMade[] = [];
  readonly inventories: Inventory[] = [];
  readonly recovered = new Set<() => void>();
  wantsInventory = false;
  /** What is thrown at once instead of asking. */
  throws: Error | undefined;

  pre(question: GovernedRequest, signal: AbortSignal): Promise<PreVerdict> {
    return this.ask(this.pres, question, signal);
  }
  post(question: GovernedResult, signal: AbortSignal): Promise<PostVerdict> {
    return this.ask(this.posts, question, signal);
  }
  private ask<Q, V>(all: Asked<Q, V>[], question: Q, signal: AbortSignal): Promise<V> {
    if (this.throws !== undefined) throw this.throws;
    return new Promise((resolve, reject) => {
      all.push({ question, signal, answer: resolve, fail: reject });
    });
  }
  notMade(request: GovernedRequest, correlation: string | undefined, why: { type: string; message: string }): void {
    this.unmade.push({ request, correlation, ...why });
  }
  inventory(inventory: Inventory): void {
    this.inventories.push(inventory);
  }
  onRecovered(listener: () => void): () => void {
    this.recovered.add(listener);
    return () => this.recovered.delete(listener);
  }
}

export function json(source: string): JsonSource {
  return { value: JSON.parse(source), source: Buffer.from(source) };
}

export const allow = (
  correlation: string,
  extra: Partial<Extract<PreVerdict, { kind: 'allow' }>> = {},
): PreVerdict => ({
  kind: 'allow',
  correlation,
  ...extra,
});

export const DENY: PreVerdict = { kind: 'deny', code: 'tenant_deny', reason: 'no means no, says the secret rule' };

export interface TenantHarness extends Harness {
  readonly gate: FakeGate;
  /** Answers the oldest question that waits, and lets what follows happen. */
  pre(verdict: PreVerdict): Promise<GovernedRequest>;
  post(verdict: PostVerdict): Promise<GovernedResult>;
}

export function tenantHarness(
  options: Omit<NonNullable<Parameters<typeof harness>[0]>, 'session'> & {
    readonly session?: Partial<SessionOptions>;
  } = {},
): TenantHarness {
  const gate = new FakeGate();
  const h = harness({ ...options, session: { ...options.session, tenant: gate } });
  const next = async <Q, V>(all: Asked<Q, V>[], verdict: V): Promise<Q> => {
    const asked = all.shift();
    if (asked === undefined) throw new Error('the tenant was not asked');
    asked.answer(verdict);
    await h.settle();
    return asked.question;
  };
  // Not spread: what the harness counts must stay its own.
  return Object.assign(h, {
    gate,
    pre: (verdict: PreVerdict) => next(gate.pres, verdict),
    post: (verdict: PostVerdict) => next(gate.posts, verdict),
  });
}

/** Lets the client list the tools, all of them shown. Takes what was written on both sides. */
export async function listAll(h: TenantHarness, tools: readonly object[]): Promise<void> {
  h.fromClient({ id: 'list', method: 'tools/list' });
  await h.pre(allow('c-list'));
  h.fromServer({ id: 'list', result: { tools } });
  await h.post({ kind: 'replace', value: json(JSON.stringify(tools)) });
  h.client.take();
  h.server.take();
}

export function argumentsOf(request: GovernedRequest): string | undefined {
  return request.params?.arguments.toString();
}

/** Codes that refusals carry, of what the client got since the last look. */
export function codes(h: Harness): (string | number | undefined)[] {
  return h.client
    .messages()
    .map((answer) => answer.result?._meta?.['com.runlayer/decision'].code ?? answer.error?.code);
}
