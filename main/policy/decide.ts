/**
 * Decides about a tool of one connector from local rules: deny if any deny rule matches; else ask if any ask rule does;
 * else allow if an allow rule surely does; else the connector's default. Deny and ask match wide (also look-alike
 * names), allow matches the exact name only. The order of rules never matters.
 * Owns no state and no time; anything thrown here is a block (the relay turns it into `engine_error`).
 */
import type { Decision, DefaultMode, Rule } from '../../preload/contract/index.ts';
import { foldName } from './fold.ts';
import { globMatches } from './glob.ts';
import { protectedPathIn, type ProtectedPaths } from './protected-paths.ts';
import { actingWord, type ToolFacts } from './read-only.ts';

export interface Policy {
  readonly connector: string;
  readonly default: DefaultMode;
  /** What tools/list shows and what a call gets before its arguments are known. */
  decideTool(tool: ToolFacts): Decision;
  /** The decision about one call; `args` is the decoded `params.arguments`. */
  decideCall(tool: ToolFacts, args: unknown): Decision;
  /** The decision about a request that calls no tool; rules do not name it. `params` is decoded. */
  decideRequest(params: unknown): Decision;
}

/** True for decisions that hide a tool from tools/list: they hold for every call of it. */
export function hidesTool(decision: Decision): boolean {
  return decision.effect === 'deny' && decision.code !== 'protected_path';
}

function ruleDecision(rule: Rule): Decision {
  const verb = rule.effect === 'deny' ? 'denies' : rule.effect === 'ask' ? 'asks before' : 'allows';
  return {
    effect: rule.effect,
    decidedBy: 'local',
    code: `rule_${rule.effect}`,
    reason: `Rule ${rule.id} ${verb} "${rule.tool}" on "${rule.connector}".`,
    ruleId: rule.id,
  };
}

function defaultDecision(mode: DefaultMode, tool: ToolFacts): Decision {
  const base = { decidedBy: 'local' } as const;
  switch (mode) {
    case 'allow':
      return { ...base, effect: 'allow', code: 'default_allow', reason: "The connector's default is allow." };
    case 'deny':
      return {
        ...base,
        effect: 'deny',
        code: 'default_deny',
        reason: "No rule allows it and the connector's default is deny.",
      };
    case 'ask':
      return {
        ...base,
        effect: 'ask',
        code: 'default_ask',
        reason: "No rule allows it and the connector's default is ask.",
      };
    case 'read-only': {
      if (!tool.claimsReadOnly) {
        return {
          ...base,
          effect: 'ask',
          code: 'default_ask',
          reason: 'The default is read-only, and the server does not call this tool read-only.',
        };
      }
      const word = actingWord(tool);
      return word === undefined
        ? {
            ...base,
            effect: 'allow',
            code: 'default_read_only',
            reason: 'The server itself calls this tool read-only.',
          }
        : {
            ...base,
            effect: 'ask',
            code: 'default_ask',
            reason: `The server calls this tool read-only, but its name or arguments speak of "${word}".`,
          };
    }
  }
}

/** Compiles the rules that can concern one connector; `protectedPaths` is the built-in deny on arguments. */
export function compilePolicy(options: {
  readonly connector: string;
  readonly default: DefaultMode;
  readonly rules: readonly Rule[];
  readonly protectedPaths?: ProtectedPaths;
}): Policy {
  const { connector, protectedPaths } = options;
  const foldedConnector = foldName(connector);
  const wide = (effect: 'deny' | 'ask'): { rule: Rule; tool: string }[] =>
    options.rules
      .filter(
        (rule) =>
          rule.effect === effect &&
          (globMatches(foldName(rule.connector), foldedConnector) || globMatches(rule.connector, connector)),
      )
      .map((rule) => ({ rule, tool: foldName(rule.tool) }));
  const denies = wide('deny');
  const asks = wide('ask');
  const allows = options.rules.filter((rule) => rule.effect === 'allow' && globMatches(rule.connector, connector));

  // The facts of one listing are one object, so a decision is computed once per tool and listing.
  const known = new WeakMap<ToolFacts, Decision>();
  const evaluate = (tool: ToolFacts): Decision => {
    const folded = foldName(tool.name);
    // Wide is folded or as it stands: a letter that folds to two would slip through a `?`.
    const matches = (candidate: { rule: Rule; tool: string }): boolean =>
      globMatches(candidate.tool, folded) || globMatches(candidate.rule.tool, tool.name);
    const rule =
      denies.find(matches)?.rule ??
      asks.find(matches)?.rule ??
      allows.find((candidate) => globMatches(candidate.tool, tool.name));
    return rule === undefined ? defaultDecision(options.default, tool) : ruleDecision(rule);
  };
  const decideTool = (tool: ToolFacts): Decision => {
    let decision = known.get(tool);
    if (decision === undefined) {
      decision = evaluate(tool);
      known.set(tool, decision);
    }
    return decision;
  };

  const protect = (decision: Decision, args: unknown): Decision => {
    if (decision.effect === 'deny' || protectedPaths === undefined || args === undefined) return decision;
    const root = protectedPathIn(args, protectedPaths);
    return root === undefined
      ? decision
      : {
          effect: 'deny',
          decidedBy: 'local',
          code: 'protected_path',
          reason: `An argument points into ${root}, which is never open to agents.`,
        };
  };

  return {
    connector,
    default: options.default,
    decideTool,
    decideCall: (tool, args) => protect(decideTool(tool), args),
    decideRequest: (params) => {
      const base = { decidedBy: 'local' } as const;
      return options.default === 'deny'
        ? { ...base, effect: 'deny', code: 'method_denied', reason: "The connector's default is deny." }
        : protect(
            { ...base, effect: 'allow', code: 'default_allow', reason: 'Rules are about tools; this is not one.' },
            params,
          );
    },
  };
}
