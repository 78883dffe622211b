/**
 * Detectors of injected instructions: text that speaks to the model instead of about its subject. All soft: each rule adds its
 * weight once to the message, and the pipeline decides. Nothing here is proof; structure that is proof belongs to poisoning.
 */
import type { ScanKind } from '../../../preload/contract/index.ts';
import type { Detector, Match } from '../match.ts';
import { ADDRESSED } from './addressed.ts';
import { AGENT_COMMAND } from './agent-command.ts';
import { ANSWER_SHAPING } from './answer-shaping.ts';
import { AWAY } from './away.ts';
import { BOUNDARY } from './boundary.ts';
import { disguisedRegions, type Region } from './disguise.ts';
import { ENCODED_TASK } from './encoded-task.ts';
import { EXTRACTION } from './extraction.ts';
import { findHiddenWords } from './hidden-words.ts';
import { ORDERS_IN_LANGUAGES } from './languages-orders.ts';
import { OTHER_LANGUAGES } from './languages.ts';
import { isMention } from './mention.ts';
import { OVER_THE_PERSON } from './over-the-person.ts';
import { OVERRIDE } from './override.ts';
import { findRepetition } from './repetition.ts';
import { ROLE } from './role.ts';
import type { PhraseRule } from './rule.ts';
import { lowerCase, prepareRules } from './run-rules.ts';
import { readings } from './undisguised.ts';

const ALL: readonly PhraseRule[] = [
  ...OVERRIDE,
  ...ROLE,
  ...BOUNDARY,
  ...EXTRACTION,
  ...AGENT_COMMAND,
  ...ADDRESSED,
  ...OVER_THE_PERSON,
  ...AWAY,
  ...ANSWER_SHAPING,
  ...ENCODED_TASK,
  ...OTHER_LANGUAGES,
  ...ORDERS_IN_LANGUAGES,
];

const rulesFor = (kind: ScanKind): readonly PhraseRule[] =>
  ALL.filter((rule) => rule.kinds === undefined || rule.kinds.includes(kind));

function detectorFor(kind: ScanKind): Detector {
  const run = prepareRules(rulesFor(kind));
  return (text: string): readonly Match[] => {
    const lower = lowerCase(text);
    const regions = disguisedRegions(lower);
    const found = [...run(lower), ...findHiddenWords(lower, regions), ...undisguised(lower, regions, run)];
    if (kind === 'output') found.push(...findRepetition(lower));
    return found.filter((match) => !isMention(kind, lower, match.start, match.end));
  };
}

function undisguised(
  lower: string,
  regions: readonly Region[],
  run: (lower: string) => readonly Match[],
): readonly Match[] {
  return readings(lower, regions).flatMap((reading) =>
    run(reading.text).map((match) => {
      const [first, last] = [reading.place(match.start), reading.place(match.end - 1)];
      return { ...match, start: Math.min(first, last), end: Math.max(first, last) + 1 };
    }),
  );
}

const DETECTORS: Readonly<Record<ScanKind, readonly Detector[]>> = {
  'tool-definition': [detectorFor('tool-definition')],
  input: [detectorFor('input')],
  output: [detectorFor('output')],
};

export function injectionDetectors(kind: ScanKind): readonly Detector[] {
  return DETECTORS[kind];
}

/**
 * Lower-case literals of which every phrase match holds one. A text without any of them, and of which `mayHideWords` says no, holds
 * no phrase.
 */
export const INJECTION_TRIGGERS: readonly string[] = [...new Set(ALL.flatMap((rule) => rule.anchors))].sort();
