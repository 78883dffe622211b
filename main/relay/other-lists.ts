/**
 * What one session knows of its server's prompts, resources and templates, and what of them its client may see. The lists
 * are cut as those of tools are.
 */
import type { DecisionCode } from '../../preload/contract/index.ts';
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import type { PinGate } from '../pin/pin-gate.ts';
import type { Policy, Subject } from '../policy/decide.ts';
import { foldName } from '../policy/fold.ts';
import { holdsValue, keepsBack, pinProblem } from './kept-back.ts';
import type { WireLimits } from './limits.ts';
import { HeldTemplates } from './held-templates.ts';
import { hasLookAlike } from './look-alikes.ts';
import { openList, type ListMethod } from './list-source.ts';
import type { FilteredList, Look } from './tool-catalogue.ts';

export type OtherListMethod = Exclude<ListMethod, 'tools/list'>;

/** By what an item is known. */
const NAMED_BY: Readonly<Record<OtherListMethod, string>> = {
  'prompts/list': 'name',
  'resources/list': 'uri',
  'resources/templates/list': 'uriTemplate',
};

const PINNED_AS = { 'prompts/list': 'prompt', 'resources/templates/list': 'resource_template' } as const;

/** Also the name of what cannot be listed safely. */
const MAX_NAME_CHARACTERS = 8192;

function subjectOf(method: OtherListMethod, name: string): Subject | undefined {
  if (method === 'prompts/list') return { kind: 'prompt', name, arguments: undefined };
  return method === 'resources/list' ? { kind: 'resource', uri: name } : undefined;
}

export class OtherLists {
  private readonly limits: WireLimits;
  private readonly pins: PinGate | undefined;
  private readonly prompts = new Set<string>();
  /** Prompts that the guard keeps back, and those whose name reads like another's. */
  private readonly refused = new Map<string, DecisionCode>();
  private readonly folded = new Map<string, string>();
  private readonly templates = new HeldTemplates();
  private asked = false;

  constructor(limits: WireLimits, pins: PinGate | undefined) {
    this.limits = limits;
    this.pins = pins;
  }

  /** The server announced other prompts. */
  forget(): void {
    this.prompts.clear();
    this.refused.clear();
    this.folded.clear();
    this.asked = false;
  }

  /**
   * Enough to decide about a prompt by: it was listed, the server was asked for its list, or nobody ever agreed to such a
   * prompt, so that there is nothing to compare it with.
   */
  knowsPrompt(name: string): boolean {
    if (this.asked || this.prompts.has(name) || this.refused.has(name)) return true;
    return this.pins?.fingerprint('prompt', name) === undefined && this.promptProblem(name) === undefined;
  }

  /** The server does not list its prompts, or not this one. */
  promptsAsked(): void {
    this.asked = true;
  }

  promptProblem(name: string): DecisionCode | undefined {
    return this.refused.get(name) ?? this.connectorProblem() ?? pinProblem(this.pins, 'prompt', name);
  }

  /** A resource is what its template says: of one that is held back nothing is read. */
  resourceProblem(uri: string): DecisionCode | undefined {
    return this.resourceProblems()(uri);
  }

  /** The same for all addresses of one message. */
  private resourceProblems(): (uri: string) => DecisionCode | undefined {
    const problem = this.connectorProblem();
    const isHeld = this.templates.check(this.pins?.heldBack('resource_template') ?? []);
    return (uri) => (isHeld(uri) ? 'pin_changed' : problem);
  }

  private connectorProblem(): DecisionCode | undefined {
    return this.pins?.problem() === undefined ? undefined : 'pin_changed';
  }

  filter(line: Buffer, result: unknown, method: OtherListMethod, policy: Policy, look: Look): FilteredList {
    const opened = openList(line, result, method, this.limits);
    if (opened.kind === 'refused') return opened;
    const { items, only } = opened.list;
    const names = items.map((item) => {
      const name = item[NAMED_BY[method]];
      return typeof name === 'string' && name.length <= MAX_NAME_CHARACTERS ? name : undefined;
    });
    if (method === 'prompts/list') {
      this.learn(names, look);
      items.forEach((item, index) => {
        const name = names[index];
        if (name !== undefined && hasLookAlike(item)) this.refused.set(name, 'guard_hidden');
      });
    }
    if (method !== 'resources/list') this.pin(method, names, items, look);
    const resourceProblem = this.resourceProblems();
    const codes = names.map((name, index) => {
      if (name === undefined) return 'invalid_tool_name' as const;
      const item = items[index];
      if (item === undefined || hasLookAlike(item)) return 'guard_hidden' as const;
      const verdict = look.verdicts?.[index];
      if (verdict !== undefined && keepsBack(verdict)) return 'guard_hidden' as const;
      const problem = method === 'resources/list' ? resourceProblem(name) : this.problem(method, name);
      return problem ?? this.hiddenBy(policy, method, name, look);
    });
    const hidden = codes.flatMap((code, index) => (code === undefined ? [] : [{ name: names[index] ?? '', code }]));
    if (hidden.length === 0) return { kind: 'unchanged', hidden };
    return { kind: 'changed', line: only(codes.map((code) => code === undefined)), hidden };
  }

  private learn(names: readonly (string | undefined)[], { verdicts }: Look): void {
    const onPage = new Set<string>();
    names.forEach((name, index) => {
      if (name === undefined || this.prompts.size >= this.limits.maxTools) return;
      if (onPage.has(name)) this.refused.set(name, 'ambiguous_tool_name');
      onPage.add(name);
      const verdict = verdicts?.[index];
      if (verdict !== undefined && keepsBack(verdict)) this.refused.set(name, 'guard_hidden');
      const key = foldName(name);
      const other = this.folded.get(key);
      // Two names that read alike are both refused: nobody could tell which one was agreed to.
      if (other !== undefined && other !== name)
        for (const alike of [name, other]) this.refused.set(alike, 'ambiguous_tool_name');
      else this.folded.set(key, name);
      this.prompts.add(name);
    });
  }

  private pin(
    method: keyof typeof PINNED_AS,
    names: readonly (string | undefined)[],
    items: readonly JsonObject[],
    { verdicts }: Look,
  ): void {
    const seen = new Set<string>();
    const listed = items.flatMap((definition, index) => {
      const name = names[index];
      // Of two of one name neither is what the name stands for.
      if (name === undefined || seen.has(name) || !isJsonObject(definition) || holdsValue(verdicts?.[index])) return [];
      seen.add(name);
      return [{ name, definition }];
    });
    if (listed.length > 0) this.pins?.listed(PINNED_AS[method], listed);
  }

  private problem(method: keyof typeof PINNED_AS, name: string): DecisionCode | undefined {
    if (method === 'prompts/list') return this.promptProblem(name);
    return this.connectorProblem() ?? pinProblem(this.pins, 'resource_template', name);
  }

  private hiddenBy(policy: Policy, method: OtherListMethod, name: string, look: Look): DecisionCode | undefined {
    const subject = subjectOf(method, name);
    if (subject === undefined) return undefined;
    const decision = policy.decideListed(subject, look.client);
    return decision.effect === 'deny' ? decision.code : undefined;
  }
}
