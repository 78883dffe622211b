/**
 * What one session knows of its server's tools, and what of them its client may see. Fed by every tools/list result that
 * passes, the client's and the relay's own. A definition never becomes milder here than it was first seen, until the
 * server says that its list changed.
 */
import { isJsonObject, type DecisionCode, type JsonObject } from '../../preload/contract/index.ts';
import { hidesTool, type Policy } from '../policy/decide.ts';
import { foldName } from '../policy/fold.ts';
import { toolFacts, type ToolFacts } from '../policy/read-only.ts';
import type { WireLimits } from './limits.ts';
import { elementSpans, scanJson, type Span } from './scan-json.ts';

/** MCP tool names that we show; anything else could look like another name. */
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;

export interface HiddenTool {
  readonly name: string;
  readonly code: DecisionCode;
}

export type FilteredList =
  | { readonly kind: 'unchanged'; readonly hidden: readonly HiddenTool[] }
  | { readonly kind: 'changed'; readonly line: Buffer; readonly hidden: readonly HiddenTool[] }
  | { readonly kind: 'refused'; readonly reason: string };

export class ToolCatalogue {
  private readonly facts = new Map<string, ToolFacts>();
  /** Folded name → the name first seen with it; `undefined` once a second one came. */
  private readonly folded = new Map<string, string | undefined>();
  private readonly limits: WireLimits;

  constructor(limits: WireLimits) {
    this.limits = limits;
  }

  /** The server announced a new list: everything is looked at afresh. */
  forget(): void {
    this.facts.clear();
    this.folded.clear();
  }

  get(name: string): ToolFacts | undefined {
    return this.facts.get(name);
  }

  isAmbiguous(name: string): boolean {
    const key = foldName(name);
    return this.folded.has(key) && this.folded.get(key) === undefined;
  }

  /** Why a tool may not be seen or called whatever the rules say, or undefined. */
  private structuralProblem(name: unknown, bytes: number): DecisionCode | undefined {
    if (typeof name !== 'string' || !TOOL_NAME.test(name)) return 'invalid_tool_name';
    if (bytes > this.limits.maxToolBytes) return 'oversized_tool';
    return this.isAmbiguous(name) ? 'ambiguous_tool_name' : undefined;
  }

  private learn(name: string, definition: JsonObject, seenOnPage: Set<string>): void {
    const key = foldName(name);
    if (seenOnPage.has(name) || (this.folded.has(key) && this.folded.get(key) !== name))
      this.folded.set(key, undefined);
    else if (!this.folded.has(key)) this.folded.set(key, name);
    seenOnPage.add(name);
    const now = toolFacts(name, definition);
    const before = this.facts.get(name);
    if (before === undefined) {
      if (this.facts.size < this.limits.maxTools) this.facts.set(name, now);
    } else if (before.claimsReadOnly && !now.claimsReadOnly) this.facts.set(name, now);
  }

  /**
   * Learns one tools/list result and takes out what `policy` hides, by cutting the hidden elements out of the source
   * text: everything that stays keeps its bytes, numbers included.
   */
  filter(line: Buffer, result: unknown, policy: Policy): FilteredList {
    const tools = isJsonObject(result) ? result['tools'] : undefined;
    if (!isJsonObject(result) || !Array.isArray(tools))
      return { kind: 'refused', reason: 'its tools/list result holds no list of tools' };
    if (tools.length > this.limits.maxTools)
      return { kind: 'refused', reason: `it lists more than ${this.limits.maxTools} tools` };
    if (line.length > this.limits.maxToolListBytes)
      return { kind: 'refused', reason: 'its list of tools is too large' };
    const whole = scanJson(line, 0, line.length, this.limits, true);
    // JSON.parse keeps the last of two equal keys, other readers the first: such a list has no single meaning.
    if (whole.kind !== 'object' || whole.duplicateKey !== undefined) {
      return { kind: 'refused', reason: 'its list of tools holds a key twice' };
    }
    if (Object.keys(result).some((key) => key !== 'tools' && foldName(key) === 'tools')) {
      return { kind: 'refused', reason: 'its list of tools holds a look-alike of "tools"' };
    }
    const resultSpan = whole.members.find((member) => member.key === 'result')?.value;
    const members =
      resultSpan === undefined ? undefined : scanJson(line, resultSpan.start, resultSpan.end, this.limits, false);
    const toolsSpan =
      members?.kind === 'object' ? members.members.find((member) => member.key === 'tools')?.value : undefined;
    if (members?.kind !== 'object' || toolsSpan === undefined) throw new Error('tools span not found');
    const spans = elementSpans(line, toolsSpan);
    if (spans.length !== tools.length) throw new Error('tool spans do not match the list');

    const seen = new Set<string>();
    for (const tool of tools) {
      if (!isJsonObject(tool)) return { kind: 'refused', reason: 'its list of tools holds something that is no tool' };
      if (typeof tool['name'] === 'string') this.learn(tool['name'], tool, seen);
    }
    const hidden: HiddenTool[] = [];
    const kept: Span[] = [];
    tools.forEach((tool: JsonObject, index) => {
      const span = spans[index];
      if (span === undefined) throw new Error('tool span not found');
      const name = tool['name'];
      const code = this.structuralProblem(name, span.end - span.start) ?? this.hiddenBy(policy, String(name));
      if (code === undefined) kept.push(span);
      else hidden.push({ name: String(name), code });
    });
    if (hidden.length === 0) return { kind: 'unchanged', hidden };

    const parts: Buffer[] = [];
    kept.forEach((span, index) => {
      if (index > 0) parts.push(Buffer.from(','));
      parts.push(line.subarray(span.start, span.end));
    });
    const edits = [{ span: { start: toolsSpan.start + 1, end: toolsSpan.end - 1 }, bytes: Buffer.concat(parts) }];
    // A list that we filtered is this person's, not everyone's.
    const scope = members.members.find((member) => member.key === 'cacheScope')?.value;
    if (scope !== undefined && result['cacheScope'] === 'public')
      edits.push({ span: scope, bytes: Buffer.from('"private"') });
    return { kind: 'changed', line: splice(line, edits), hidden };
  }

  private hiddenBy(policy: Policy, name: string): DecisionCode | undefined {
    const facts = this.facts.get(name);
    if (facts === undefined) return 'oversized_tool';
    const decision = policy.decideTool(facts);
    return hidesTool(decision) ? decision.code : undefined;
  }

  /** Why a call to a known tool is refused whatever the rules say. */
  callProblem(name: string): DecisionCode | undefined {
    return this.structuralProblem(name, 0);
  }
}

function splice(line: Buffer, edits: readonly { readonly span: Span; readonly bytes: Buffer }[]): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (const edit of [...edits].sort((a, b) => a.span.start - b.span.start)) {
    parts.push(line.subarray(from, edit.span.start), edit.bytes);
    from = edit.span.end;
  }
  parts.push(line.subarray(from));
  return Buffer.concat(parts);
}
