/**
 * Decides about the calls and requests of one connector from local rules, chains and its default. Deny and ask match wide
 * (also look-alike names), allow matches the exact name only. The order of rules never matters.
 * Owns no state and no time; anything thrown here is a block (the relay turns it into `engine_error`).
 */
import { createHash } from 'node:crypto';
import type { Chain, Decision, DefaultMode, Rule } from '../../preload/contract/index.ts';
import type { CallFacts, ClientFacts } from './call-facts.ts';
import { protectedDecision, requestDefault, toolDefault } from './decisions.ts';
import type { PathReader } from './path-test.ts';
import { Plan } from './plan.ts';
import { protectedPathIn, type ProtectedPaths } from './protected-paths.ts';
import type { ToolFacts } from './read-only.ts';
import { fitsNarrow, fitsWide, readAddress } from './resource-names.ts';
import { RuleIndex, type CompiledRule, type ConnectorRules } from './rule-index.ts';

/** What a request that calls no tool is about, where rules can name it. */
export type Subject =
  | { readonly kind: 'resource'; readonly uri: string }
  | { readonly kind: 'prompt'; readonly name: string; readonly arguments: unknown };

export interface Policy {
  readonly connector: string;
  readonly default: DefaultMode;
  /** Another one whenever anything that decides is another; a person's yes is bound to it. */
  readonly version: string;
  /** What tools/list shows: `deny` only where every call is denied, whatever its arguments. */
  decideTool(tool: ToolFacts, client?: ClientFacts): Decision;
  /** The decision about one call; `args` is the decoded `params.arguments`. */
  decideCall(tool: ToolFacts, args: unknown, facts: CallFacts): Decision;
  /** The decision about a request that calls no tool. `params` is decoded; `subject`: what rules can name in it. */
  decideRequest(params: unknown, subject: Subject | undefined, facts: CallFacts): Decision;
  /** What a list of resources or prompts shows: `deny` only where each use of it is denied. */
  decideListed(subject: Subject, client?: ClientFacts): Decision;
}

/** Denials that depend on what is called with, or after what. */
const OF_ONE_CALL: ReadonlySet<string> = new Set(['protected_path', 'argument_deny', 'chain_deny']);

/** True for decisions that hide a tool from tools/list: they hold for every call of it. */
export function hidesTool(decision: Decision): boolean {
  return decision.effect === 'deny' && !OF_ONE_CALL.has(decision.code);
}

/** Rules about this subject, whoever asks for it with whatever. */
export function rulesAbout(rules: ConnectorRules, subject: Subject, paths?: PathReader): readonly CompiledRule[] {
  if (subject.kind === 'prompt') return rules.about('prompt', subject.name);
  if (rules.resources.length === 0) return [];
  const address = readAddress(subject.uri, paths);
  return rules.resources.filter((rule) =>
    rule.isWide ? fitsWide(rule.glob, rule.folded, address) : fitsNarrow(rule.glob, address),
  );
}

/** Of what decides for this connector: a note or another connector's rule makes no other version. */
function digest(rules: ConnectorRules, mode: DefaultMode): string {
  const parts = [
    ...rules.all.map(({ rule: { note: _note, createdAt: _createdAt, ...decides } }) => JSON.stringify(decides)),
    ...rules.chains.map(({ chain: { note: _note, createdAt: _createdAt, ...decides } }) => JSON.stringify(decides)),
  ].toSorted();
  return createHash('sha256')
    .update(JSON.stringify([rules.connector, mode, parts]))
    .digest('hex');
}

class ConnectorPolicy implements Policy {
  readonly connector: string;
  readonly default: DefaultMode;
  private readonly index: RuleIndex;
  private readonly protectedPaths: ProtectedPaths | undefined;
  private known: ConnectorRules | undefined;
  private digest: string | undefined;
  /** The facts of one listing are one object, so what rules say of a name is looked up once per tool and listing. */
  private readonly plans = new WeakMap<ToolFacts, Plan>();

  constructor(index: RuleIndex, connector: string, mode: DefaultMode, protectedPaths: ProtectedPaths | undefined) {
    this.index = index;
    this.connector = connector;
    this.default = mode;
    this.protectedPaths = protectedPaths;
  }

  private get rules(): ConnectorRules {
    this.known ??= this.index.of(this.connector);
    return this.known;
  }

  get version(): string {
    this.digest ??= digest(this.rules, this.default);
    return this.digest;
  }

  private planOf(tool: ToolFacts): Plan {
    let plan = this.plans.get(tool);
    if (plan === undefined) {
      const chains = this.rules.chains.filter((chain) => chain.isBefore(this.connector, tool.name));
      plan = new Plan(this.rules.about('tool', tool.name), chains, toolDefault(this.default, tool));
      this.plans.set(tool, plan);
    }
    return plan;
  }

  private planOfSubject(subject: Subject): Plan {
    return new Plan(rulesAbout(this.rules, subject, this.index.paths), [], requestDefault(this.default));
  }

  private protect(decision: Decision, args: unknown): Decision {
    if (decision.effect === 'deny' || this.protectedPaths === undefined || args === undefined) return decision;
    const root = protectedPathIn(args, this.protectedPaths);
    return root === undefined ? decision : protectedDecision(root);
  }

  decideTool(tool: ToolFacts, client?: ClientFacts): Decision {
    return this.planOf(tool).decideAll(client);
  }

  decideCall(tool: ToolFacts, args: unknown, facts: CallFacts): Decision {
    return this.protect(this.planOf(tool).decide(facts.client, args, facts.taints), args);
  }

  decideRequest(params: unknown, subject: Subject | undefined, { client }: CallFacts): Decision {
    if (subject === undefined) return this.protect(requestDefault(this.default), params);
    const args = subject.kind === 'prompt' ? subject.arguments : undefined;
    const decision = this.planOfSubject(subject).decide(client, args, []);
    return this.protect(this.protect(decision, subject.kind === 'resource' ? subject.uri : args), params);
  }

  decideListed(subject: Subject, client?: ClientFacts): Decision {
    return this.planOfSubject(subject).decideAll(client);
  }
}

export interface PolicyOptions {
  readonly connector: string;
  readonly default: DefaultMode;
  /** The built-in deny on arguments. */
  readonly protectedPaths?: ProtectedPaths | undefined;
}

export interface CompiledRuleSet {
  readonly index: RuleIndex;
  /** Cheap; what concerns the connector is looked up at its first decision. */
  ofConnector(options: PolicyOptions): Policy;
}

/** Compiles rules and chains once, for any number of connectors. `paths`: how conditions read paths on this machine. */
export function compileRuleSet(rules: readonly Rule[], chains: readonly Chain[], paths?: PathReader): CompiledRuleSet {
  const index = new RuleIndex(rules, chains, paths);
  return {
    index,
    ofConnector: (options) => new ConnectorPolicy(index, options.connector, options.default, options.protectedPaths),
  };
}

/** The same for one connector; `paths` is by default how the built-in deny reads them. */
export function compilePolicy(
  options: PolicyOptions & {
    readonly rules: readonly Rule[];
    readonly chains?: readonly Chain[];
    readonly paths?: PathReader;
  },
): Policy {
  const paths = options.paths ?? options.protectedPaths;
  return compileRuleSet(options.rules, options.chains ?? [], paths).ofConnector(options);
}
