/**
 * What a person is asked before rules are weakened: each rule that comes, goes or comes back, as a sentence and, where it has a
 * condition, with the whole of it as it is kept. Nothing is summed up, everything is escaped.
 */
import type { Chain, DefaultMode, NewChain, NewRule, Rule, Suggestion } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';
import { chainSentence, ruleSentence } from '../policy/sentence.ts';
import type { Settings } from '../settings/schema.ts';
import type { Descriptions } from './describe.ts';
import { inFull } from './policy-in-full.ts';
import { importChanges } from './policy-rules.ts';
import { opens } from './policy-weakening.ts';
import { undone } from './policy-suggestions.ts';

export interface PolicyDescriptionParts {
  readonly settings: { read(): Settings };
  /** One that was shown lately; see policy-suggestions.ts. */
  readonly suggestion: (id: string) => Suggestion | undefined;
}

function ruleLines(mark: string, rule: NewRule | Rule): string[] {
  const id = 'id' in rule ? `${rule.id} ` : '';
  const { when: _when, ...names } = rule;
  // A long address or name is cut in the sentence.
  const full = inFull(ruleSentence(names), names);
  return [
    displayText(`${mark}${id}${ruleSentence(rule)}`),
    ...(full === undefined ? [] : [displayText(`    in full: ${full}`)]),
    ...(rule.when === undefined ? [] : [displayText(`    when ${JSON.stringify(rule.when)}`)]),
  ];
}

/** After everything that is ours to say: a note says nothing of what the rule does, and may be anybody's. */
function noteLines(rules: readonly (NewRule | Rule)[]): string[] {
  const notes = new Set(rules.flatMap(({ note }) => (note === undefined || note === '' ? [] : [note])));
  if (notes.size === 0) return [];
  return ['', ...[...notes].map((note) => displayText(`note (written by whoever made the rule): ${note}`))];
}

function chainLine(mark: string, chain: NewChain | Chain): string {
  const id = 'id' in chain ? `${chain.id} ` : '';
  const sentence = chainSentence(chain);
  const full = inFull(sentence, chain);
  return displayText(`${mark}${id}${sentence}${full === undefined ? '' : ` In full: ${full}`}`);
}

const DEFAULT_WORDS: Readonly<Record<DefaultMode, string>> = {
  allow: 'allow. Every call of such a tool goes through.',
  'read-only': 'read-only. What the server itself calls read-only goes through, the rest is asked about.',
  ask: 'ask. Each call of such a tool waits for you.',
  deny: 'deny. Such a tool is hidden and refused.',
};

const counted = (count: number, one: string, many: string): string =>
  `${count} ${count === 1 ? `change ${one}` : `changes ${many}`}`;

const byId = <T extends { readonly id: string }>(all: readonly T[]): ReadonlyMap<string, T> =>
  new Map(all.map((one) => [one.id, one]));

/** What is in one list and not in the other. */
function without<T extends { readonly id: string }>(all: readonly T[], others: readonly T[]): T[] {
  const known = byId(others);
  return all.filter(({ id }) => !known.has(id));
}

/** From one state of the settings to another, line by line. */
function changeLines(from: Settings, to: Settings): string[] {
  const modes = new Map(from.connectors.map((connector) => [connector.name, connector.default]));
  const added = without(to.rules, from.rules);
  const removed = without(from.rules, to.rules);
  return [
    ...added.flatMap((rule) => ruleLines('+ ', rule)),
    ...removed.flatMap((rule) => ruleLines('- ', rule)),
    ...without(to.chains, from.chains).map((chain) => chainLine('+ ', chain)),
    ...without(from.chains, to.chains).map((chain) => chainLine('- ', chain)),
    ...to.connectors.flatMap(({ name, default: mode }) => {
      const before = modes.get(name);
      return before === undefined || before === mode ? [] : [`  default of "${name}": ${before} → ${mode}`];
    }),
    ...noteLines([...added, ...removed]),
  ];
}

export function policyDescriptions({ settings, suggestion }: PolicyDescriptionParts): Descriptions {
  return {
    'policy.add': (rule) => ({
      title: `Add a rule that opens something: ${displayText(ruleSentence(rule))}`,
      detail: [
        ...ruleLines('+ ', rule),
        '',
        'Calls that it matches are no longer stopped where they were.',
        ...noteLines([rule]),
      ].join('\n'),
    }),
    'policy.remove': ({ id }) => {
      const rule = settings.read().rules.find((candidate) => candidate.id === id);
      return {
        title: `Remove the rule ${displayText(id)}?`,
        detail: [
          ...(rule === undefined ? [] : [...ruleLines('- ', rule), '']),
          'What it denied or asked about may go through.',
          ...noteLines(rule === undefined ? [] : [rule]),
        ].join('\n'),
      };
    },
    // Both are shown: what it was decides what is lost.
    'policy.update': ({ id, rule }) => {
      const old = settings.read().rules.find((candidate) => candidate.id === id);
      return {
        title: `Change the rule ${displayText(id)}?`,
        detail: [
          ...(old === undefined ? [] : ['It is now:', ...ruleLines('- ', old), '']),
          'It would be:',
          ...ruleLines('+ ', rule),
          '',
          'Calls that were denied or asked about may go through.',
          ...noteLines([...(old === undefined ? [] : [old]), rule]),
        ].join('\n'),
      };
    },
    'policy.setDefault': ({ connector, default: mode }) => {
      const found = settings.read().connectors.find(({ name }) => name === connector);
      return {
        title: `Change what "${connector}" does with tools that no rule names?`,
        detail: [
          ...(found === undefined ? [] : [`It is now: ${DEFAULT_WORDS[found.default]}`]),
          `It would be: ${DEFAULT_WORDS[mode]}`,
        ].join('\n'),
      };
    },
    'policy.removeChain': ({ id }) => {
      const chain = settings.read().chains.find((candidate) => candidate.id === id);
      return {
        title: `Remove the chain ${displayText(id)}?`,
        detail: [
          ...(chain === undefined ? [] : [chainLine('- ', chain), '']),
          'What it denied or asked about may go through.',
        ].join('\n'),
      };
    },
    // What opens comes first and is counted: among hundreds of lines that close it would not be seen.
    'policy.import': (input) => {
      const now = settings.read();
      const { addedRules, addedChains, removedRules, removedChains } = importChanges(now, input);
      const opening = addedRules.filter((rule) => opens(rule, now));
      const closing = addedRules.filter((rule) => !opens(rule, now));
      const lost = removedRules.filter(({ effect }) => effect !== 'allow');
      const dropped = removedRules.filter(({ effect }) => effect === 'allow');
      const openLines = [
        ...opening.flatMap((rule) => ruleLines('+ ', rule)),
        ...lost.flatMap((rule) => ruleLines('- ', rule)),
        ...removedChains.map((chain) => chainLine('- ', chain)),
      ];
      const closeLines = [
        ...closing.flatMap((rule) => ruleLines('+ ', rule)),
        ...dropped.flatMap((rule) => ruleLines('- ', rule)),
        ...addedChains.map((chain) => chainLine('+ ', chain)),
      ];
      const open = opening.length + lost.length + removedChains.length;
      const close = closing.length + dropped.length + addedChains.length;
      return {
        title: `${input.replace ? 'Replace the rules by those of a file?' : 'Take in the rules of a file?'} ${counted(open, 'opens', 'open')} something, ${close} ${close === 1 ? 'closes' : 'close'}.`,
        detail: [
          ...(openLines.length === 0 ? [] : ['opens:', ...openLines]),
          ...(closeLines.length === 0 ? [] : ['', 'closes:', ...closeLines]),
          ...noteLines([...addedRules, ...removedRules]),
        ].join('\n'),
      };
    },
    'policy.apply': ({ id }) => {
      const shown = suggestion(id);
      if (shown === undefined) {
        return {
          title: `Put the suggestion ${displayText(id)} in force?`,
          detail: 'It was not shown by this companion. Say no unless you know why.',
        };
      }
      return {
        title: 'Put these rules in force, and ask about everything else there?',
        detail: [
          ...shown.rules.flatMap(({ rule }) => ruleLines('+ ', rule)),
          ...shown.dropped.flatMap((rule) => ruleLines('- ', rule)),
          ...shown.defaults.map(({ connector, from, to }) => `  default of "${connector}": ${from} → ${to}`),
          ...noteLines([...shown.rules.map(({ rule }) => rule), ...shown.dropped]),
        ].join('\n'),
      };
    },
    'policy.undo': () => {
      const now = settings.read();
      return {
        title: 'Go back to the rules and defaults from before the last suggestion?',
        detail: now.policyBefore === null ? '' : changeLines(now, undone(now, now.policyBefore)).join('\n'),
      };
    },
  };
}
