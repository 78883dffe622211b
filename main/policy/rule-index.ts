/**
 * Rules and chains, compiled once and found by name: what names one connector or one tool costs nothing for the others.
 * A condition is compiled when it is first needed and then shared by all connectors.
 */
import type { Chain, Effect, Rule } from '../../preload/contract/index.ts';
import type { ClientFacts, Taint } from './call-facts.ts';
import { compileCondition, type CompiledCondition } from './condition.ts';
import { foldName } from './fold.ts';
import { globMatches, hasWildcard } from './glob.ts';
import type { PathReader } from './path-test.ts';
import { and, FALSE, TRUE, truthOf, UNDECIDABLE, type Truth } from './truth.ts';

/** Deny and ask match wide: as it stands or as a person would read it. A letter that folds to two would slip by a `?`. */
function wide(glob: string, folded: string, name: string): boolean {
  return globMatches(folded, foldName(name)) || globMatches(glob, name);
}

export type RuleKind = 'tool' | 'resource' | 'prompt';

function kindOf(rule: Rule): RuleKind {
  if (rule.resource !== undefined) return 'resource';
  return rule.prompt === undefined ? 'tool' : 'prompt';
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
  private readonly paths: PathReader | undefined;
  private compiled: CompiledCondition | undefined;

  constructor(rule: Rule, paths: PathReader | undefined) {
    this.rule = rule;
    this.kind = kindOf(rule);
    this.effect = rule.effect;
    this.glob = rule.tool ?? rule.resource ?? rule.prompt ?? '*';
    this.folded = foldName(this.glob);
    this.foldedConnector = foldName(rule.connector);
    this.foldedClient = foldName(rule.client ?? '*');
    this.paths = paths;
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
    this.compiled ??= compileCondition(this.rule.when, { wide: this.isWide, paths: this.paths });
    return this.compiled;
  }

  says(client: ClientFacts, args: unknown): Truth {
    const about = this.ofClient(client);
    return about === FALSE || this.rule.when === undefined ? about : and(about, this.condition?.test(args) ?? TRUE);
  }

  /** Which value could not be evaluated, in words. */
  why(client: ClientFacts, args: unknown): string {
    if (this.ofClient(client) === UNDECIDABLE) {
      return client.name === undefined ? 'the client did not say its name' : 'the client only says that it is that one';
    }
    return this.condition?.why(args) ?? 'a value could not be evaluated';
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

/** What is about one connector, found by what it is about. */
export class ConnectorRules {
  readonly connector: string;
  readonly all: readonly CompiledRule[];
  readonly chains: readonly CompiledChain[];
  private readonly byKind: Readonly<Record<RuleKind, { exact: Map<string, CompiledRule[]>; others: CompiledRule[] }>>;

  constructor(connector: string, all: readonly CompiledRule[], chains: readonly CompiledChain[]) {
    this.connector = connector;
    this.all = all;
    this.chains = chains;
    const empty = (): { exact: Map<string, CompiledRule[]>; others: CompiledRule[] } => ({
      exact: new Map(),
      others: [],
    });
    this.byKind = { tool: empty(), resource: empty(), prompt: empty() };
    for (const rule of all) {
      const { exact, others } = this.byKind[rule.kind];
      if (rule.kind === 'resource' || hasWildcard(rule.folded) || hasWildcard(rule.glob)) others.push(rule);
      else push(exact, rule.folded, rule);
    }
  }

  /** Rules about this tool or prompt, whoever calls it with whatever. */
  about(kind: 'tool' | 'prompt', name: string): readonly CompiledRule[] {
    const { exact, others } = this.byKind[kind];
    return [...(exact.get(foldName(name)) ?? []), ...others].filter((rule) => rule.names(name));
  }

  get resources(): readonly CompiledRule[] {
    return this.byKind.resource.others;
  }
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

/** All rules and chains, found by connector. */
export class RuleIndex {
  private readonly exact = new Map<string, CompiledRule[]>();
  private readonly others: CompiledRule[] = [];
  private readonly chains: readonly CompiledChain[];
  readonly paths: PathReader | undefined;

  constructor(rules: readonly Rule[], chains: readonly Chain[], paths: PathReader | undefined) {
    this.paths = paths;
    this.chains = chains.map((chain) => new CompiledChain(chain));
    for (const rule of rules) {
      const compiled = new CompiledRule(rule, paths);
      if (hasWildcard(compiled.foldedConnector) || hasWildcard(rule.connector)) this.others.push(compiled);
      else push(this.exact, compiled.foldedConnector, compiled);
    }
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
