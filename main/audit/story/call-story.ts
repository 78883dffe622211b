/** The whole story of one call, in order: asked, decided and by what, found, sent, ended. Only what the journal holds. */
import type { CallStep } from '../../../preload/contract/activity.ts';
import type { IntentRecord, OutcomeRecord } from '../../../preload/contract/audit.ts';
import type { Decision, DecidedBy } from '../../../preload/contract/decision.ts';
import { findingNotes } from './finding-notes.ts';

export interface StoryParts {
  readonly intent: IntentRecord | undefined;
  /** Of the last attempt, where there was more than one. */
  readonly latest: IntentRecord | undefined;
  readonly outcome: OutcomeRecord | undefined;
  /** Of the rule or chain that decided, as it is now; undefined where it is gone. */
  readonly ruleSentence: string | undefined;
}

const EFFECTS = { allow: 'Allowed', ask: 'A person is asked', deny: 'Refused' } as const;

const DECIDERS: Readonly<Record<DecidedBy, { readonly kind: CallStep['kind']; readonly by: string }>> = {
  local: { kind: 'rule', by: 'by a rule or default of this machine' },
  tenant: { kind: 'tenant', by: 'by the tenant' },
  pin: { kind: 'pin', by: 'by a pin' },
  guard: { kind: 'guard', by: 'by the guard' },
  approval: { kind: 'approval', by: 'by a person’s answer, or for want of one' },
  engine: { kind: 'rule', by: 'by the companion itself' },
};

function decisionStep(decision: Decision, time: string, ruleSentence: string | undefined): CallStep {
  const { effect, decidedBy, reason, ruleId } = decision;
  const { kind, by } = DECIDERS[decidedBy];
  const rule =
    ruleId === undefined
      ? []
      : ruleSentence === undefined
        ? [`Rule ${ruleId} is not among the rules any more.`]
        : [`The rule, as it is now: ${ruleSentence}`];
  return { kind, time, title: `${EFFECTS[effect]} ${by}.`, details: [reason, ...rule] };
}

function tenantStep({ tenant }: IntentRecord): CallStep[] {
  if (tenant === undefined) return [];
  const { host, correlation_id: correlation } = tenant;
  const known = correlation === undefined ? [] : [`There it is known as ${correlation}.`];
  return [{ kind: 'tenant', title: `${host} was asked.`, details: known }];
}

const OUTCOMES: Readonly<Record<OutcomeRecord['outcome'], string>> = {
  ok: 'The server answered.',
  tool_error: 'The tool answered with an error of its own.',
  error: 'The server answered with an error.',
  refused: 'It never left this machine: the server was not asked.',
  failed: 'The server ended, or broke the protocol.',
  cancelled: 'It was taken back before it ended.',
  withheld: 'The server answered, and its answer was kept from the client.',
  unknown: 'The companion ended before it knew how the call did.',
};

function outcomeStep(outcome: OutcomeRecord): CallStep {
  const { time, duration_ms: durationMs, result_bytes: bytes } = outcome;
  const type = outcome['error.type'];
  return {
    kind: 'outcome',
    time,
    durationMs,
    title: OUTCOMES[outcome.outcome],
    details: [
      ...(type === undefined || outcome.outcome === 'ok' ? [] : [`Recorded as ${type}.`]),
      ...(outcome.outcome === 'refused' || bytes === 0 ? [] : [`The answer had ${bytes.toLocaleString('en')} bytes.`]),
      ...(outcome.result_from === 'tenant' ? ['The tenant gave or replaced the answer.'] : []),
      ...(outcome.masked === true ? ['What the guard found in the answer was masked.'] : []),
    ],
  };
}

function guardStep(title: string, findings: IntentRecord['findings'], time: string | undefined): CallStep[] {
  const notes = findingNotes(findings ?? []);
  return notes.length === 0 ? [] : [{ kind: 'guard', ...(time === undefined ? {} : { time }), title, details: notes }];
}

function askedStep(intent: IntentRecord): CallStep {
  const { claimed, connector, argument_bytes: bytes } = intent;
  return {
    kind: 'asked',
    time: intent.time,
    title: `${claimed.client ?? 'A client that gave no name'} asked "${connector}".`,
    details: [
      `The request had ${bytes.toLocaleString('en')} bytes.`,
      ...(claimed.pid === undefined
        ? []
        : [`It came from process ${claimed.pid}; client and process are its own words.`]),
    ],
  };
}

export function callSteps({ intent, latest, outcome, ruleSentence }: StoryParts): CallStep[] {
  if (intent === undefined) {
    const gone: CallStep = {
      kind: 'asked',
      title: 'The beginning of this call is not in the journal any more.',
      details: [],
    };
    return outcome === undefined ? [gone] : [gone, outcomeStep(outcome)];
  }
  const last = latest ?? intent;
  const { decision, attempt, definition, masked, arguments_from: from } = last;
  const wasSent = outcome !== undefined && outcome.outcome !== 'refused';
  return [
    askedStep(intent),
    ...(attempt === undefined
      ? []
      : [
          {
            kind: 'asked' as const,
            time: last.time,
            title: `The server asked for input; this is attempt ${attempt}.`,
            details: ['What was decided about the last attempt counts.'],
          },
        ]),
    ...guardStep('The guard looked at the request.', last.findings, last.time),
    ...(definition === undefined
      ? []
      : [
          {
            kind: 'pin' as const,
            title: 'The definition of the tool was known.',
            details: [`Its fingerprint begins with ${definition.slice(0, 16)}.`],
          },
        ]),
    ...tenantStep(last),
    decisionStep(decision, last.time, ruleSentence),
    ...(wasSent
      ? [
          {
            kind: 'sent' as const,
            time: last.time,
            title: 'It was sent to the server.',
            details: [
              ...(from === 'tenant' ? ['The tenant replaced the arguments; the ones shown are what left.'] : []),
              ...(masked === true ? ['The guard masked what it found; the arguments shown are what left.'] : []),
            ],
          },
        ]
      : []),
    ...guardStep('The guard looked at the answer.', outcome?.findings, outcome?.time),
    ...(outcome === undefined ? [] : [outcomeStep(outcome)]),
  ];
}
