/**
 * Rules and chains, compiled once and found by name: what names one connector or one tool costs nothing for the others.
 * A condition is compiled when it is first needed and then shared by all connectors.
 */
import type { Chain, Effect, Rule } from '../../preload/contract/index.ts';
import type { ClientFacts, Taint } from './call-facts.ts';
import { compileCondition, type CompiledCondition, type ConditionOptions } from './condition.ts';
import { expressionsSize, MAX_SET_SIZE } from './expressions.ts';
import { foldName } from './fold.ts';
import { globMatches, hasWildcard } from './glob.ts';
import type { PathReader } from './path-test.ts';
import { and, FALSE, TRUE, truthOf, UNDECIDABLE, type Truth } from './truth.ts';
import type { Work } from './work.ts';

/** Deny and ask match wide: as it stands or as a person would read it. A letter that folds to two would slip by a `?`. */
function wide(glob: string, folded: string, name: string): boolean {
  return globMatches(folded, foldName(name)) || globMatches(glob, name);
}

export type RuleKind = 'tool' | 'resource' | 'prompt';

function kindOf(rule: Rule): RuleKind {
  if (rule.resource !== undefined) return 'resource';
  return rule.prompt === undefined ? 'tool' : 'prompt';
}

/** What a condition has to know of the set that it is part of. */
interface SetFacts {
  facts(): Pick<ConditionOptions, 'paths' | 'usesExpressions'>;
}

export class CompiledRule {
  readonly rule: Rule;
  readonly kind: RuleKind;
  readonly effect: Effect;
  /** Of the tool, the resource or the prompt. A rule that names none is about every tool. */
  readonly glob: string;
  readonly folded: string;
  readonly foldedConnector: string;
  private readonly foldedClient: string;
  private readonly set: SetFacts;
  private compiled: CompiledCondition | undefined;

  constructor(rule: Rule, set: SetFacts) {
    this.rule = rule;
    this.kind = kindOf(rule);
    this.effect = rule.effect;
    this.glob = rule.tool ?? rule.resource ?? rule.prompt ?? '*';
    this.folded = foldName(this.glob);
    this.foldedConnector = foldName(rule.connector);
    this.foldedClient = foldName(rule.client ?? '*');
    this.set = set;
  }

  get isWide(): boolean {
    return this.effect !== 'allow';
  }

  get hasCondition(): boolean {
    return this.rule.when !== undefined;
  }

  /** Nothing about the call but its name decides. */
  get isPlain(): boolean {
    return this.rule.when === undefined && this.rule.client === undefined;
  }

  isOf(connector: string): boolean {
    const { rule } = this;
    return this.isWide ? wide(rule.connector, this.foldedConnector, connector) : globMatches(rule.connector, connector);
  }

  /** Of a tool's or a prompt's name; addresses are matched by their readings. */
  names(name: string): boolean {
    return this.isWide ? wide(this.glob, this.folded, name) : globMatches(this.glob, name);
  }

  /** A client's own word may close something, so it counts for deny and ask; for allow it must be proven. */
  ofClient({ name, isProven }: ClientFacts): Truth {
    const { client } = this.rule;
    if (client === undefined) return TRUE;
    if (name === undefined) return UNDECIDABLE;
    if (this.isWide) return truthOf(wide(client, this.foldedClient, name));
    if (!globMatches(client, name)) return FALSE;
    return isProven ? TRUE : UNDECIDABLE;
  }

  get condition(): CompiledCondition | undefined {
    if (this.rule.when === undefined) return undefined;
    this.compiled ??= compileCondition(this.rule.when, { wide: this.isWide, ...this.set.facts() });
    return this.compiled;
  }

  says(client: ClientFacts, args: unknown, work?: Work): Truth {
    const about = this.ofClient(client);
    return about === FALSE || this.rule.when === undefined
      ? about
      : and(about, this.condition?.test(args, work) ?? TRUE);
  }

  /** Which value could not be evaluated, in words. */
  why(client: ClientFacts, args: unknown): string {
    if (this.ofClient(client) === UNDECIDABLE) {
      return client.name === undefined ? 'the client did not say its name' : 'the client only says that it is that one';
    }
    return this.condition?.why(args) ?? 'the rules would take too long for these arguments';
  }
}

export class CompiledChain {
  readonly chain: Chain;
  private readonly after: { readonly connector: string; readonly tool: string };
  private readonly before: { readonly connector: string; readonly tool: string };

  constructor(chain: Chain) {
    this.chain = chain;
    this.after = { connector: foldName(chain.after.connector), tool: foldName(chain.after.tool) };
    this.before = { connector: foldName(chain.before.connector), tool: foldName(chain.before.tool) };
  }

  isBefore(connector: string, tool: string): boolean {
    const { before } = this.chain;
    return wide(before.connector, this.before.connector, connector) && wide(before.tool, this.before.tool, tool);
  }

  isBeforeSomeToolOf(connector: string): boolean {
    return wide(this.chain.before.connector, this.before.connector, connector);
  }

  /** The result before that makes it hold. */
  heldBy(taints: readonly Taint[]): Taint | undefined {
    const { after } = this.chain;
    return taints.find(
      (taint) =>
        taint.labels.includes(after.holding) &&
        wide(after.connector, this.after.connector, taint.connector) &&
        wide(after.tool, this.after.tool, taint.tool),
    );
  }
}

/** Rules by the name that they name, or by what stands before its first wildcard. */
class ByName {
  readonly all: CompiledRule[] = [];
  private readonly exact = new Map<string, CompiledRule[]>();
  private readonly starting = new Map<string, CompiledRule[]>();
  private longest = 0;

  add(rule: CompiledRule): void {
    this.all.push(rule);
    if (rule.kind === 'resource') return;
    if (!hasWildcard(rule.folded) && !hasWildcard(rule.glob)) {
      push(this.exact, rule.folded, rule);
      return;
    }
    // A name is looked up as it stands and as it reads, so each is found by both.
    for (const start of new Set([rule.glob, rule.folded].map((glob) => glob.split(/[*?]/, 1)[0] ?? ''))) {
      push(this.starting, start, rule);
      this.longest = Math.max(this.longest, start.length);
    }
  }

  /** All that can be about this name, and some more. */
  near(name: string): readonly CompiledRule[] {
    const folded = foldName(name);
    const exact = this.exact.get(folded) ?? [];
    if (this.starting.size === 0) return exact;
    const found = new Set(exact);
    for (const text of name === folded ? [name] : [name, folded]) {
      for (let length = 0; length <= Math.min(text.length, this.longest); length++) {
        for (const rule of this.starting.get(text.slice(0, length)) ?? []) found.add(rule);
      }
    }
    return [...found];
  }
}

/** What is about one connector, found by what it is about. */
export class ConnectorRules {
  readonly connector: string;
  readonly all: readonly CompiledRule[];
  readonly chains: readonly CompiledChain[];
  private readonly byKind: Readonly<Record<RuleKind, ByName>>;

  constructor(connector: string, all: readonly CompiledRule[], chains: readonly CompiledChain[]) {
    this.connector = connector;
    this.all = all;
    this.chains = chains;
    this.byKind = { tool: new ByName(), resource: new ByName(), prompt: new ByName() };
    for (const rule of all) this.byKind[rule.kind].add(rule);
  }

  /** Rules about this tool or prompt, whoever calls it with whatever. */
  about(kind: 'tool' | 'prompt', name: string): readonly CompiledRule[] {
    return this.byKind[kind].near(name).filter((rule) => rule.names(name));
  }

  get resources(): readonly CompiledRule[] {
    return this.byKind.resource.all;
  }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

/** All rules and chains, found by connector. */
export class RuleIndex implements SetFacts {
  private readonly exact = new Map<string, CompiledRule[]>();
  private readonly others: CompiledRule[] = [];
  private readonly chains: readonly CompiledChain[];
  readonly paths: PathReader | undefined;
  private readonly rules: readonly Rule[];
  private known: ReturnType<SetFacts['facts']> | undefined;

  constructor(rules: readonly Rule[], chains: readonly Chain[], paths: PathReader | undefined) {
    this.paths = paths;
    this.rules = rules;
    this.chains = chains.map((chain) => new CompiledChain(chain));
    for (const rule of rules) {
      const compiled = new CompiledRule(rule, this);
      if (hasWildcard(compiled.foldedConnector) || hasWildcard(rule.connector)) this.others.push(compiled);
      else push(this.exact, compiled.foldedConnector, compiled);
    }
  }

  facts(): ReturnType<SetFacts['facts']> {
    this.known ??= {
      paths: this.paths,
      usesExpressions: expressionsSize(this.rules.map(({ when }) => when ?? {})) <= MAX_SET_SIZE,
    };
    return this.known;
  }

  of(connector: string): ConnectorRules {
    const rules = [...(this.exact.get(foldName(connector)) ?? []), ...this.others].filter((rule) =>
      rule.isOf(connector),
    );
    return new ConnectorRules(
      connector,
      rules,
      this.chains.filter((chain) => chain.isBeforeSomeToolOf(connector)),
    );
  }
}
