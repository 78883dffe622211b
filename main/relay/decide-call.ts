/** What rules and the server's own list say about one attempt of a tools/call; asks nobody. What it throws is a block. */
import type { Decision, DecisionCode } from '../../preload/contract/index.ts';
import type { Policy } from '../policy/decide.ts';
import type { Asked } from './call-audit.ts';
import type { ToolCatalogue } from './tool-catalogue.ts';

/** What the person is told; the other codes are about names. */
const PROBLEMS: Partial<Record<DecisionCode, string>> = {
  unknown_tool: 'The server does not list this tool.',
  oversized_tool: 'The definition of this tool is too large to be looked at.',
  invalid_header_annotation: 'The definition of this tool asks for HTTP headers that cannot be sent.',
};

export function decideCall(tool: string, asked: Asked, catalogue: ToolCatalogue, policy: () => Policy): Decision {
  const facts = catalogue.get(tool);
  const code = catalogue.callProblem(tool) ?? (facts === undefined ? 'unknown_tool' : undefined);
  if (code !== undefined || facts === undefined) {
    const reason = PROBLEMS[code ?? 'unknown_tool'] ?? 'The name of this tool is not safe to use.';
    return { effect: 'deny', decidedBy: 'engine', code: code ?? 'unknown_tool', reason };
  }
  const current = policy();
  const decision = current.decideCall(facts, asked.arguments);
  if (decision.effect === 'deny' || asked.inputResponses === undefined) return decision;
  // What the client answers reaches the server as the arguments do: what is closed to these is closed to those.
  const answered = current.decideCall(facts, asked.inputResponses);
  return answered.effect === 'deny' ? answered : decision;
}
