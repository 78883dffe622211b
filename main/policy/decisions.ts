/** The words and codes of local decisions. They are for the person: an agent never sees a reason. */
import type { Decision, DefaultMode } from '../../preload/contract/index.ts';
import type { Taint } from './call-facts.ts';
import { actingWord, type ToolFacts } from './read-only.ts';
import type { CompiledChain, CompiledRule } from './rule-index.ts';

const VERBS = { deny: 'denies', ask: 'asks before', allow: 'allows' } as const;

function sentence({ rule, glob }: CompiledRule, more: string): string {
  return `Rule ${rule.id} ${VERBS[rule.effect]} "${glob}" on "${rule.connector}"${more}.`;
}

/** Of a rule that surely holds; the same for every call, so it is made once. */
export function ruleHolds(compiled: CompiledRule): Decision {
  const { rule, effect, hasCondition } = compiled;
  return {
    effect,
    decidedBy: 'local',
    code: effect === 'deny' && hasCondition ? 'argument_deny' : `rule_${effect}`,
    reason: sentence(compiled, hasCondition ? ' with these arguments' : ''),
    ruleId: rule.id,
  };
}

/** Of a deny or ask rule that counts because it could not be evaluated. Its tool stays listed, whatever was unknown. */
export function ruleUnsure(compiled: CompiledRule, why: string): Decision {
  const { rule, effect } = compiled;
  return {
    effect,
    decidedBy: 'local',
    code: effect === 'deny' ? 'argument_deny' : `rule_${effect}`,
    reason: sentence(compiled, `, and counts because it could not be evaluated: ${why}`),
    ruleId: rule.id,
  };
}

export function chainHolds({ chain }: CompiledChain, taint: Taint): Decision {
  const what = { anything: 'a result', secret: 'a secret', injection: 'injected instructions' }[chain.after.holding];
  return {
    effect: chain.effect,
    decidedBy: 'local',
    code: `chain_${chain.effect}`,
    reason: `Chain ${chain.id} ${VERBS[chain.effect]} this call, because ${what} came from "${taint.tool}" on "${taint.connector}".`,
    ruleId: chain.id,
  };
}

const base = { decidedBy: 'local' } as const;

export function protectedDecision(root: string): Decision {
  const reason = `An argument points into ${root}, which is never open to agents.`;
  return { ...base, effect: 'deny', code: 'protected_path', reason };
}

/** Of what is no tool: defaults are about tools, and only `deny` closes everything. */
export function requestDefault(mode: DefaultMode): Decision {
  return mode === 'deny'
    ? { ...base, effect: 'deny', code: 'method_denied', reason: "The connector's default is deny." }
    : {
        ...base,
        effect: 'allow',
        code: 'default_allow',
        reason: 'No rule is about it, and the default is about tools.',
      };
}

export function toolDefault(mode: DefaultMode, tool: ToolFacts): Decision {
  const noRule = `No rule allows it and the connector's default is ${mode}.`;
  switch (mode) {
    case 'allow':
      return { ...base, effect: 'allow', code: 'default_allow', reason: "The connector's default is allow." };
    case 'deny':
      return { ...base, effect: 'deny', code: 'default_deny', reason: noRule };
    case 'ask':
      return { ...base, effect: 'ask', code: 'default_ask', reason: noRule };
    case 'read-only':
      return readOnlyDefault(tool);
  }
}

/** Of a tool whose definition was never seen; for explanations, since no such tool is called. */
export const UNSEEN_TOOL =
  'The default is read-only, and it is not known here yet whether the server calls this tool read-only.';

function readOnlyDefault(tool: ToolFacts): Decision {
  const ask = { ...base, effect: 'ask', code: 'default_ask' } as const;
  if (!tool.claimsReadOnly) {
    return { ...ask, reason: 'The default is read-only, and the server does not call this tool read-only.' };
  }
  const word = actingWord(tool);
  return word === undefined
    ? {
        ...base,
        effect: 'allow',
        code: 'default_read_only',
        reason: 'The server itself calls this tool read-only.',
      }
    : { ...ask, reason: `The server calls this tool read-only, but its name or arguments speak of "${word}".` };
}
