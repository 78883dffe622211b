/**
 * Decides recorded calls anew under a candidate. The journal keeps only the shape of what was long or secret: where that
 * would decide, the outcome is unknown, never guessed. Pure; whoever calls it reads the journal.
 */
import type {
  Chain,
  Decision,
  DecisionCode,
  DefaultMode,
  Effect,
  ReplayChange,
  ReplayReport,
  Rule,
} from '../../preload/contract/index.ts';
import type { ClientFacts, Taint } from './call-facts.ts';
import { toolDefault } from './decisions.ts';
import type { PathReader } from './path-test.ts';
import { Plan } from './plan.ts';
import type { ToolFacts } from './read-only.ts';
import { revive } from './recorded-value.ts';
import { RuleIndex, type ConnectorRules } from './rule-index.ts';
import { chainSentence, ruleSentence } from './sentence.ts';

/** A tools/call as the journal has it. */
export interface RecordedCall {
  readonly time: string;
  readonly connector: string;
  readonly client: ClientFacts;
  readonly tool: string;
  /** What was decided, of the last attempt. */
  readonly decision: Pick<Decision, 'effect' | 'code'>;
  /** The recorded shape; undefined where there were no arguments. */
  readonly arguments: unknown;
  /** What is known of the tool now; without it the `read-only` default is unknown. */
  readonly facts?: ToolFacts | undefined;
  /** What the session had got before; without it nobody knows whether a chain held. */
  readonly taints?: readonly Taint[] | undefined;
}

export interface Candidate {
  readonly rules: readonly Rule[];
  readonly chains: readonly Chain[];
  defaultOf(connector: string): DefaultMode;
  readonly paths?: PathReader | undefined;
}

/** Decisions that local rules do not make and a candidate does not change. */
const NOT_RULES: ReadonlySet<DecisionCode> = new Set([
  'protected_path',
  'unknown_tool',
  'invalid_tool_name',
  'ambiguous_tool_name',
  'oversized_tool',
  'invalid_header_annotation',
  'outside_binding',
  'method_denied',
  'audit_unavailable',
  'pin_changed',
  'pin_new',
  'guard_block',
  'guard_ask',
  'guard_unscannable',
  'lockdown',
  'engine_error',
]);

/** What local rules had said of a call that was decided so; undefined where something else had decided. */
export function ruledBefore({ effect, code }: Pick<Decision, 'effect' | 'code'>): Effect | undefined {
  if (NOT_RULES.has(code)) return undefined;
  // A question was put, whatever came of it; and a tenant is asked only about what is allowed here.
  if (code.startsWith('approval_') || code === 'grant_allow') return 'ask';
  return code.startsWith('tenant_') ? 'allow' : effect;
}

interface AboutTool {
  readonly about: ReturnType<ConnectorRules['about']>;
  readonly chains: ConnectorRules['chains'];
}

/** Each holds as many rules as are about it. */
const MAX_TOOLS = 500;

/** Compiled once for any number of calls. */
export class Replayer {
  private readonly candidate: Candidate;
  private readonly index: RuleIndex;
  private readonly connectors = new Map<string, ConnectorRules>();
  private readonly tools = new Map<string, AboutTool>();
  private readonly sentences: ReadonlyMap<string, string>;

  constructor(candidate: Candidate) {
    this.candidate = candidate;
    this.index = new RuleIndex(candidate.rules, candidate.chains, candidate.paths);
    this.sentences = new Map([
      ...candidate.rules.map((rule) => [rule.id, ruleSentence(rule)] as const),
      ...candidate.chains.map((chain) => [chain.id, chainSentence(chain)] as const),
    ]);
  }

  private rulesOf(connector: string): ConnectorRules {
    let rules = this.connectors.get(connector);
    if (rules === undefined) {
      rules = this.index.of(connector);
      this.connectors.set(connector, rules);
    }
    return rules;
  }

  /** Most calls are of a few tools. */
  private toolOf({ connector, tool }: RecordedCall): AboutTool {
    const key = JSON.stringify([connector, tool]);
    let about = this.tools.get(key);
    if (about === undefined) {
      const rules = this.rulesOf(connector);
      about = {
        about: rules.about('tool', tool),
        chains: rules.chains.filter((chain) => chain.isBefore(connector, tool)),
      };
      if (this.tools.size >= MAX_TOOLS) this.tools.clear();
      this.tools.set(key, about);
    }
    return about;
  }

  possible(call: RecordedCall): readonly Decision[] {
    const mode = this.candidate.defaultOf(call.connector);
    const { about, chains } = this.toolOf(call);
    const args = revive(call.arguments);
    const unknown: ToolFacts = { name: call.tool, claimsReadOnly: false, schemaWords: [] };
    const isGuess = mode === 'read-only' && call.facts === undefined;
    // What a server says of its tools is not in the journal: such a call was asked about or allowed.
    const fallbacks = isGuess
      ? [toolDefault('ask', unknown), toolDefault('allow', unknown)]
      : [toolDefault(mode, call.facts ?? unknown)];
    return fallbacks.flatMap((fallback) => new Plan(about, chains, fallback).possible(call.client, args, call.taints));
  }

  because(decisions: readonly Decision[]): string {
    const [first] = decisions;
    if (first === undefined) return '';
    const rule = first.ruleId === undefined ? undefined : this.sentences.get(first.ruleId);
    const words = rule ?? first.reason;
    return new Set(decisions.map(({ effect }) => effect)).size === 1
      ? words
      : `What was recorded does not tell: ${words}`;
  }
}

const MAX_CHANGES = 1000;

export type Replay = (calls: Iterable<RecordedCall>, maxChanges?: number) => Omit<ReplayReport, 'since'>;

/** A candidate that is compiled once, for calls that come in several parts. */
export function replayOf(candidate: Candidate): Replay {
  const replayer = new Replayer(candidate);
  return (calls, maxChanges = MAX_CHANGES) => replayed(replayer, calls, maxChanges);
}

/** What would have been decided otherwise: changes in the order of the calls, those that are unknown after them. */
export function replay(candidate: Candidate, calls: Iterable<RecordedCall>, maxChanges?: number): ReturnType<Replay> {
  return replayOf(candidate)(calls, maxChanges);
}

function replayed(replayer: Replayer, calls: Iterable<RecordedCall>, maxChanges: number): ReturnType<Replay> {
  const changes: ReplayChange[] = [];
  const unsure: ReplayChange[] = [];
  const count = { calls: 0, same: 0, unknown: 0, changed: 0 };
  for (const call of calls) {
    count.calls++;
    const before = ruledBefore(call.decision);
    const possible = before === undefined ? [] : replayer.possible(call);
    const effects = new Set(possible.map(({ effect }) => effect));
    const [only] = effects;
    if (before === undefined || (effects.size === 1 && only === before)) {
      count.same++;
      continue;
    }
    const isKnown = effects.size === 1 && only !== undefined;
    if (isKnown) count.changed++;
    else count.unknown++;
    const list = isKnown ? changes : unsure;
    if (list.length >= maxChanges) continue;
    list.push({
      time: call.time,
      connector: call.connector,
      client: call.client.name ?? '',
      tool: call.tool,
      before,
      after: isKnown ? only : 'unknown',
      because: replayer.because(possible),
      arguments: call.arguments === undefined ? '' : JSON.stringify(call.arguments),
    });
  }
  const listed = [...changes, ...unsure].slice(0, maxChanges);
  return {
    calls: count.calls,
    same: count.same,
    unknown: count.unknown,
    changes: listed,
    isCut: count.changed + count.unknown > listed.length,
  };
}
