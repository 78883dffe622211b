/** A rule drafted from a call: one that the journal has, or one that waits for an answer. Nothing is stored. */
import {
  CompanionError,
  DecisionCode,
  Effect,
  type ApprovalView,
  type Decision,
  type LogEntry,
  type RuleDraft,
} from '../../preload/contract/index.ts';
import type { JsonObject } from '../../preload/contract/json.ts';
import type { Approvals } from '../approval/approvals.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { draftChoices, type DraftedCall } from '../policy/draft/draft-choices.ts';
import { draftNotes } from '../policy/draft/draft-notes.ts';
import type { PathReader } from '../policy/path-test.ts';
import { outcomeUnder } from '../policy/draft/outcome-under.ts';
import { toolFacts } from '../policy/read-only.ts';
import { ruleSentence } from '../policy/sentence.ts';
import type { Settings } from '../settings/schema.ts';
import type { Handlers } from './dispatch.ts';
import { shownRule } from './policy-view.ts';

export interface DraftParts {
  readonly settings: { read(): Settings };
  readonly index: Pick<AuditIndex, 'call'>;
  readonly approvals: Pick<Approvals, 'list'>;
  readonly clock: () => Date;
  readonly home: string | undefined;
  readonly paths: PathReader | undefined;
  readonly definitionOf: (connector: string, tool: string) => JsonObject | undefined;
}

export type DraftHandlers = Pick<Handlers, 'policy.fromCall' | 'policy.fromApproval'>;

const METHODS: Readonly<Record<string, DraftedCall['kind']>> = {
  'tools/call': 'tool',
  'resources/read': 'resource',
  'prompts/get': 'prompt',
};

interface Source {
  readonly about: RuleDraft['about'];
  readonly call: DraftedCall;
  readonly decided: Pick<Decision, 'effect' | 'code'> | undefined;
  readonly lost: string | undefined;
}

function refused(code: string, message: string, next: string): CompanionError {
  return new CompanionError(code, message, next, { exitCode: 2 });
}

function decidedOf(entry: LogEntry): Source['decided'] {
  const effect = Effect.safeParse(entry.effect);
  const code = DecisionCode.safeParse(entry.code);
  return effect.success && code.success ? { effect: effect.data, code: code.data } : undefined;
}

/** Throws `E_NO_RULE` for what no rule can be about. */
function fromEntry(entry: LogEntry): Source {
  const { id, time, connector, client, tool: name } = entry;
  const kind = METHODS[entry.method ?? ''];
  if (kind === undefined || connector === undefined || name === undefined)
    throw refused('E_NO_RULE', 'No rule can be made of this.', 'Choose a call of a tool, a resource or a prompt.');
  const decided = decidedOf(entry);
  return {
    about: {
      kind: 'call',
      id,
      time,
      connector,
      ...(client === undefined ? {} : { client }),
      subject: kind,
      name,
      ...(decided === undefined ? {} : { effect: decided.effect }),
      reason: entry.reason ?? '',
      arguments: entry.arguments === undefined ? '' : JSON.stringify(entry.arguments, undefined, 2),
    },
    call: { connector, client, kind, name, arguments: entry.arguments },
    decided,
    lost: undefined,
  };
}

const UNREADABLE =
  'The arguments hold something that cannot be seen or was taken out, so they cannot be used for a rule.';

/** What is shown of a waiting call is safe to look at, and for that no JSON any more where something in it was escaped. */
function shownArguments(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function fromApproval(approval: ApprovalView): Source {
  const { id, connector, client, tool, about, reason, createdAt } = approval;
  // An answer's text is no argument of a call.
  const args = about === 'call' ? shownArguments(approval.arguments) : { value: undefined };
  return {
    about: {
      kind: 'approval',
      id,
      time: createdAt,
      connector,
      client,
      subject: 'tool',
      name: tool,
      reason,
      arguments: about === 'call' ? approval.arguments : '',
    },
    call: { connector, client, kind: 'tool', name: tool, arguments: args === undefined ? LOST : args.value },
    decided: undefined,
    lost: args === undefined ? UNREADABLE : undefined,
  };
}

/** No rule has this id. */
const DRAFT = '';

/** Arguments of which nothing is known, as the journal writes it. */
const LOST = { $more: 1 };

export function draftHandlers(parts: DraftParts): DraftHandlers {
  const { settings, index, approvals, clock, home, paths, definitionOf } = parts;
  const draft = ({ about, call, decided, lost }: Source, effect: Effect): RuleDraft => {
    const { rules, connectors } = settings.read();
    const mode = connectors.find(({ name }) => name === call.connector)?.default ?? 'deny';
    const definition = call.kind === 'tool' ? definitionOf(call.connector, call.name) : undefined;
    const facts = definition === undefined ? undefined : toolFacts(call.name, definition);
    const at = clock().toISOString();
    const choices = draftChoices(call, effect, home).map((choice) => ({
      ...choice,
      would: outcomeUnder(
        { rules: [...rules, { id: DRAFT, ...choice.rule, createdAt: at }], mode, paths },
        call,
        facts,
      ),
    }));
    // The last choice reaches furthest: what still decides then decides in any case.
    const last = choices.at(-1)?.would;
    const stops = last === undefined || last.effect === effect ? undefined : rules.find(({ id }) => id === last.ruleId);
    return {
      about,
      choices: choices.map(({ width, rule, leavesOpen, would }) => ({
        width,
        rule,
        ...shownRule(rule),
        outcome: would.effect,
        leavesOpen: [...leavesOpen],
      })),
      ...(stops === undefined ? {} : { stoppedBy: { rule: stops, sentence: ruleSentence(stops) } }),
      notes: [...draftNotes(call, { effect, decided, lost, hasChoices: choices.length > 0 })],
    };
  };
  return {
    'policy.fromCall': async ({ id, effect }) => {
      const entry = await index.call(id);
      if (entry === undefined)
        throw refused('E_CALL_UNKNOWN', 'There is no such call in the journal.', 'Choose one on the activity page.');
      return draft(fromEntry(entry), effect);
    },
    'policy.fromApproval': ({ id, effect }) => {
      const approval = approvals.list().find((one) => one.id === id);
      if (approval === undefined)
        throw refused(
          'E_APPROVAL_UNKNOWN',
          'This call waits no longer.',
          'Find it on the activity page and make a rule of it there.',
        );
      return draft(fromApproval(approval), effect);
    },
  };
}
