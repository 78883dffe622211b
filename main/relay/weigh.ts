/**
 * What everything on this machine says about one attempt: what the server lists, pins, rules, chains and the guard; the
 * strictest word counts. Asks nobody. What it throws is a block.
 */
import type { Decision, DecisionCode, JsonObject } from '../../preload/contract/index.ts';
import type { CallFacts } from '../policy/call-facts.ts';
import type { Policy, Subject } from '../policy/decide.ts';
import type { Candidate } from './candidate.ts';
import { engineError } from './denial.ts';
import { guardDecision } from './kept-back.ts';
import type { OtherLists } from './other-lists.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

/** What the person is told; the other codes are about names. */
const PROBLEMS: Partial<Record<DecisionCode, string>> = {
  unknown_tool: 'The server does not list this tool.',
  oversized_tool: 'The definition of this tool is too large to be looked at.',
  invalid_header_annotation: 'The definition of this tool asks for HTTP headers that cannot be sent.',
  guard_hidden: 'The guard keeps its definition back.',
  pin_changed: 'It is not what was agreed to. See "runlayer pins diff".',
  pin_new: 'Nobody agreed to it yet. See "runlayer pins diff".',
};

export interface Scales {
  readonly catalogue: ToolCatalogue;
  readonly others: OtherLists;
  readonly policy: () => Policy;
  readonly facts: (candidate: Candidate) => CallFacts;
  /** Why the tenant keeps a tool from the client, or undefined. */
  readonly tenantHides: ((tool: string) => Decision | undefined) | undefined;
}

export function weigh(candidate: Candidate, scales: Scales): Decision {
  try {
    const local = candidate.target === 'tool' ? weighTool(candidate, scales) : weighRead(candidate, scales);
    const guard = guardDecision(candidate.found);
    if (guard === undefined || local.effect === 'deny') return local;
    // A person who is asked for two reasons is told both.
    if (guard.effect === 'ask' && local.effect === 'ask')
      return { ...guard, reason: `${guard.reason} ${local.reason}` };
    return guard;
  } catch (error) {
    return engineError(error);
  }
}

function problem(code: DecisionCode): Decision {
  const decidedBy = code.startsWith('pin_') ? 'pin' : code.startsWith('guard_') ? 'guard' : 'engine';
  const reason = PROBLEMS[code] ?? 'The name of this tool is not safe to use.';
  return { effect: 'deny', decidedBy, code, reason };
}

function weighTool(candidate: Candidate, { catalogue, policy, facts, tenantHides }: Scales): Decision {
  const { name, asked } = candidate;
  const hidden = tenantHides?.(name);
  if (hidden !== undefined) return hidden;
  const tool = catalogue.get(name);
  const code = catalogue.callProblem(name) ?? (tool === undefined ? 'unknown_tool' : undefined);
  if (code !== undefined || tool === undefined) return problem(code ?? 'unknown_tool');
  const current = policy();
  const known = facts(candidate);
  const decision = current.decideCall(tool, asked.arguments, known);
  const beside = decision.effect === 'deny' ? undefined : besideArguments(candidate);
  if (beside === undefined) return decision;
  // What else is sent reaches the server as the arguments do: what is closed to these is closed to that.
  const other = current.decideRequest(beside, undefined, known);
  return other.effect === 'deny' && other.code === 'protected_path' ? other : decision;
}

/** Members of a call that are neither its name nor its arguments; undefined where there are none, as almost always. */
function besideArguments({ message }: Candidate): JsonObject | undefined {
  const others = Object.entries(message.params).filter(
    ([key]) => key !== 'name' && key !== 'arguments' && key !== '_meta',
  );
  return others.length === 0 ? undefined : Object.fromEntries(others);
}

function weighRead(candidate: Candidate, { others, policy, facts }: Scales): Decision {
  const { target, name, message, asked } = candidate;
  const code = target === 'prompt' ? others.promptProblem(name) : others.resourceProblem(target === 'task' ? '' : name);
  if (code !== undefined) return problem(code);
  const subject: Subject | undefined =
    target === 'task'
      ? undefined
      : target === 'prompt'
        ? { kind: 'prompt', name, arguments: asked.arguments }
        : { kind: 'resource', uri: name };
  return policy().decideRequest(message.params, subject, facts(candidate));
}
