/**
 * What one session knows of its server's tools, and what of them its client may see. Fed by every tools/list result that
 * passes, the client's and the relay's own. A definition never becomes milder here than it was first seen, until the
 * server says that its list changed.
 */
import { isJsonObject, type DecisionCode, type JsonObject } from '../../preload/contract/index.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import type { PinGate } from '../pin/pin-gate.ts';
import type { ClientFacts } from '../policy/call-facts.ts';
import { hidesTool, type Policy } from '../policy/decide.ts';
import { foldName } from '../policy/fold.ts';
import { actingWord, toolFacts, type ToolFacts } from '../policy/read-only.ts';
import { holdsValue, keepsBack, pinProblem } from './kept-back.ts';
import type { WireLimits } from './limits.ts';
import { hasLookAlike } from './look-alikes.ts';
import { openList } from './list-source.ts';
import type { SessionOptions } from './session-options.ts';

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

/** What else is known of a list, or wanted of it. */
export interface Look {
  /** What else keeps a tool back. */
  readonly hides?: ((name: string) => DecisionCode | undefined) | undefined;
  /** What the guard says of each item, in their order. */
  readonly verdicts?: readonly ScanResult[] | undefined;
  /** It is the server's own, so its items are compared with what was agreed to; a tenant writes others. */
  readonly isServers?: boolean;
  readonly client?: ClientFacts;
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
  /** Tools whose definition the guard keeps back. */
  private readonly poisoned = new Set<string>();
  private readonly pins: PinGate | undefined;
  private readonly limits: WireLimits;
  private readonly toolProblem: SessionOptions['toolProblem'];

  constructor(limits: WireLimits, toolProblem?: SessionOptions['toolProblem'], pins?: PinGate) {
    this.limits = limits;
    this.toolProblem = toolProblem;
    this.pins = pins;
  }

  /** The server announced a new list: everything is looked at afresh. */
  forget(): void {
    this.facts.clear();
    this.folded.clear();
    this.oversized.clear();
    this.takesSessionId.clear();
    this.unfit.clear();
    this.poisoned.clear();
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
    return this.namingProblem(name) ?? (this.poisoned.has(name) ? 'guard_hidden' : pinProblem(this.pins, 'tool', name));
  }

  private namingProblem(name: string): DecisionCode | undefined {
    if (!TOOL_NAME.test(name)) return 'invalid_tool_name';
    if (this.oversized.has(name)) return 'oversized_tool';
    return this.isAmbiguous(name) ? 'ambiguous_tool_name' : this.unfit.get(name);
  }

  private learn(
    name: string,
    definition: JsonObject,
    bytes: number,
    seenOnPage: Set<string>,
    verdict: ScanResult | undefined,
  ): void {
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
    const isKept = (verdict !== undefined && keepsBack(verdict)) || hasLookAlike(definition);
    if (isKept && this.poisoned.size < this.limits.maxTools) this.poisoned.add(name);
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
   * Learns one tools/list result and takes out what may not be seen, by cutting the hidden elements out of the source
   * text: everything that stays keeps its bytes, numbers included.
   */
  filter(line: Buffer, result: unknown, policy: Policy, look: Look = {}): FilteredList {
    const opened = openList(line, result, 'tools/list', this.limits);
    if (opened.kind === 'refused') return opened;
    const { list } = opened;
    const seen = new Set<string>();
    list.items.forEach((tool, index) => {
      const bytes = list.sources[index]?.length;
      if (bytes === undefined) throw new Error('the source of a tool was not found');
      if (typeof tool['name'] === 'string') this.learn(tool['name'], tool, bytes, seen, look.verdicts?.[index]);
    });
    // What was hidden already is pinned all the same, but for names that cannot be told apart or are not shown at all.
    if (look.isServers === true) this.pin(list.items, look.verdicts);
    const codes = list.items.map(({ name }) =>
      typeof name === 'string'
        ? (this.structuralProblem(name) ?? look.hides?.(name) ?? this.hiddenBy(policy, name, look.client))
        : ('invalid_tool_name' as const),
    );
    const hidden = codes.flatMap((code, index) => {
      const name = list.items[index]?.['name'];
      return code === undefined ? [] : [{ name: typeof name === 'string' ? name : '', code }];
    });
    if (hidden.length === 0) return { kind: 'unchanged', hidden };
    return { kind: 'changed', line: list.only(codes.map((code) => code === undefined)), hidden };
  }

  private pin(tools: readonly JsonObject[], verdicts: Look['verdicts']): void {
    const items = tools.flatMap((definition, index) => {
      const { name } = definition;
      const isKnown = typeof name === 'string' && this.facts.has(name) && this.namingProblem(name) === undefined;
      return isKnown && !holdsValue(verdicts?.[index]) ? [{ name, definition }] : [];
    });
    if (items.length > 0) this.pins?.listed('tool', items);
  }

  private hiddenBy(policy: Policy, name: string, client: ClientFacts | undefined): DecisionCode | undefined {
    const facts = this.facts.get(name);
    if (facts === undefined) return 'oversized_tool';
    const decision = policy.decideTool(facts, client);
    return hidesTool(decision) ? decision.code : undefined;
  }

  /** Enough to decide a call by. */
  knows(name: string): boolean {
    // That pins hold it back may be another session's doing; what it is here is known once it was listed here.
    return this.facts.has(name) || this.namingProblem(name) !== undefined || this.poisoned.has(name);
  }

  /** Why a call to a known tool is refused whatever the rules say. */
  callProblem(name: string): DecisionCode | undefined {
    // Of a tool that was not listed here pins say nothing: it is unknown.
    return this.facts.has(name) ? this.structuralProblem(name) : this.namingProblem(name);
  }
}
