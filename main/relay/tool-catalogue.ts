/**
 * What one session knows of its server's tools, and what of them its client may see. Fed by every tools/list result that
 * passes, the client's and the relay's own. A definition never becomes milder here than it was first seen, until the
 * server says that its list changed.
 */
import { isJsonObject, type DecisionCode, type JsonObject } from '../../preload/contract/index.ts';
import { hidesTool, type Policy } from '../policy/decide.ts';
import { foldName } from '../policy/fold.ts';
import { actingWord, toolFacts, type ToolFacts } from '../policy/read-only.ts';
import type { WireLimits } from './limits.ts';
import { elementSpans, scanJson, type Span } from './scan-json.ts';
import type { SessionOptions } from './session-options.ts';
import { splice } from './splice-json.ts';

const MAX_NAME_CHARACTERS = 128;
/** MCP tool names that we show; anything else could look like another name. */
const TOOL_NAME = /^[A-Za-z0-9_./-]{1,128}$/;

/** An argument that a hook of a client adds to every call, for a tenant. */
export const SESSION_ID_ARGUMENT = '_runlayer_session_id';

function declaresSessionId(definition: JsonObject): boolean {
  const schema = definition['inputSchema'];
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  return isJsonObject(properties) && Object.hasOwn(properties, SESSION_ID_ARGUMENT);
}

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
  /** Names whose definition was too large to look at. */
  private readonly oversized = new Set<string>();
  private forgotten = 0;
  /** Tools that declare the argument themselves by which a hook names the client's session; others must not be sent it. */
  private readonly takesSessionId = new Set<string>();
  /** Tools that the transport cannot carry, and why. */
  private readonly unfit = new Map<string, DecisionCode>();
  private readonly limits: WireLimits;
  private readonly toolProblem: SessionOptions['toolProblem'];

  constructor(limits: WireLimits, toolProblem?: SessionOptions['toolProblem']) {
    this.limits = limits;
    this.toolProblem = toolProblem;
  }

  /** The server announced a new list: everything is looked at afresh. */
  forget(): void {
    this.facts.clear();
    this.folded.clear();
    this.oversized.clear();
    this.takesSessionId.clear();
    this.unfit.clear();
    this.forgotten++;
  }

  /** Changes each time that what was learned before is forgotten. */
  get generation(): number {
    return this.forgotten;
  }

  get(name: string): ToolFacts | undefined {
    return this.facts.get(name);
  }

  /** Every definition of the tool that was seen takes {@link SESSION_ID_ARGUMENT}. */
  declaresSessionId(name: string): boolean {
    return this.takesSessionId.has(name);
  }

  isAmbiguous(name: string): boolean {
    const key = foldName(name);
    return this.folded.has(key) && this.folded.get(key) === undefined;
  }

  /** Why a tool may not be seen or called whatever the rules say, or undefined. */
  private structuralProblem(name: string): DecisionCode | undefined {
    if (!TOOL_NAME.test(name)) return 'invalid_tool_name';
    if (this.oversized.has(name)) return 'oversized_tool';
    return this.isAmbiguous(name) ? 'ambiguous_tool_name' : this.unfit.get(name);
  }

  private learn(name: string, definition: JsonObject, bytes: number, seenOnPage: Set<string>): void {
    // Hidden for its name in any case; remembering what a server makes up would let it fill the memory.
    if (name.length > MAX_NAME_CHARACTERS) return;
    const key = foldName(name);
    if (seenOnPage.has(name) || (this.folded.has(key) && this.folded.get(key) !== name))
      this.folded.set(key, undefined);
    else if (!this.folded.has(key) && this.folded.size < this.limits.maxTools) this.folded.set(key, name);
    seenOnPage.add(name);
    // A name that cannot be told apart from others, or a definition that was not looked at, has no facts to decide by.
    if (!this.folded.has(key)) return;
    if (bytes > this.limits.maxToolBytes) {
      if (this.oversized.size < this.limits.maxTools) this.oversized.add(name);
      return;
    }
    const unfit = this.toolProblem?.(definition);
    if (unfit !== undefined && this.unfit.size < this.limits.maxTools) this.unfit.set(name, unfit);
    const before = this.facts.get(name);
    const takesSessionId = declaresSessionId(definition);
    if (before === undefined) {
      if (this.facts.size >= this.limits.maxTools) return;
      this.facts.set(name, toolFacts(name, definition));
      if (takesSessionId) this.takesSessionId.add(name);
      return;
    }
    if (!takesSessionId) this.takesSessionId.delete(name);
    if (!before.claimsReadOnly) return;
    const now = toolFacts(name, definition);
    if (!now.claimsReadOnly || actingWord(now) !== undefined) this.facts.set(name, now);
  }

  /**
   * Learns one tools/list result and takes out what `policy` hides, by cutting the hidden elements out of the source
   * text: everything that stays keeps its bytes, numbers included. `hides`: what else keeps a tool back.
   */
  filter(
    line: Buffer,
    result: unknown,
    policy: Policy,
    hides?: (name: string) => DecisionCode | undefined,
  ): FilteredList {
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

    if (!tools.every(isJsonObject))
      return { kind: 'refused', reason: 'its list of tools holds something that is no tool' };
    const seen = new Set<string>();
    tools.forEach((tool, index) => {
      const span = spans[index];
      if (span === undefined) throw new Error('tool span not found');
      if (typeof tool['name'] === 'string') this.learn(tool['name'], tool, span.end - span.start, seen);
    });
    const hidden: HiddenTool[] = [];
    const kept: Span[] = [];
    tools.forEach((tool, index) => {
      const span = spans[index];
      if (span === undefined) throw new Error('tool span not found');
      const name = tool['name'];
      const code =
        typeof name === 'string'
          ? (this.structuralProblem(name) ?? hides?.(name) ?? this.hiddenBy(policy, name))
          : ('invalid_tool_name' as const);
      if (code === undefined) kept.push(span);
      else hidden.push({ name: typeof name === 'string' ? name : '', code });
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

  /** Enough to decide a call by. */
  knows(name: string): boolean {
    return this.facts.has(name) || this.structuralProblem(name) !== undefined;
  }

  /** Why a call to a known tool is refused whatever the rules say. */
  callProblem(name: string): DecisionCode | undefined {
    return this.structuralProblem(name);
  }
}
