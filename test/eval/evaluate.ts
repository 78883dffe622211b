/** Runs every corpus and class through the guard. `size` bounds the cases of the rows that multiply; the corpora alone always run whole. */
import { Random, FORMATS } from '../guard/secrets/made-secrets.ts';
import * as corpora from './corpora.ts';
import type { Case } from './corpora.ts';
import { rate, type Figure, type Seen } from './figure.ts';
import { ENCODINGS, HIDDEN, matcherOf } from './hard-texts.ts';
import { look, lookAtResult, seenOf } from './look.ts';
import { ownDefinitions, ownOutputs } from './own-sets.ts';
import { chance, sample } from './split.ts';
import { cutInTwo, TRANSLATED, TWINS } from './twins.ts';
import type { ScanKind } from '../../preload/contract/index.ts';

export interface Size {
  /** Attacks that are laid into harmless texts. */
  readonly embedded: number;
  /** Attacks that get each twin. */
  readonly twins: number;
  /** Secrets of each format. */
  readonly secrets: number;
  /** Harmless texts that get each kind of hidden character. */
  readonly hidden: number;
}

export const WHOLE: Size = { embedded: 150, twins: 120, secrets: 6, hidden: 20 };
export const QUICK: Size = { embedded: 40, twins: 30, secrets: 1, hidden: 3 };

type Kind = Figure['kind'];

interface Judged extends Seen {
  readonly group: string;
  readonly isDevelop: boolean;
}

export function evaluate(size: Size): readonly Figure[] {
  const outputs = corpora.realOutputs();
  const into = hosts(outputs);
  return [
    ...byGroup(
      'poisoned definitions',
      'recall',
      judge('tool-definition', corpora.labelledDefinitions('malicious')),
      'all poisoned',
    ),
    ...byGroup(
      'harmless definitions',
      'false-positives',
      judge('tool-definition', corpora.labelledDefinitions('benign')),
    ),
    ...byGroup('harmless definitions', 'false-positives', judge('tool-definition', corpora.realDefinitions())),
    ...byGroup('real outputs', 'false-positives', judge('output', outputs)),
    ...byGroup('naughty strings', 'false-positives', judge('output', corpora.naughtyStrings())),
    ...byGroup('injection, alone', 'recall', judge('output', corpora.injections()), 'all injections'),
    ...byGroup('indirect tasks, alone', 'recall', judge('output', corpora.indirectInjections()), 'all tasks'),
    ...own(),
    ...embedded(corpora.injections(), into, 'injection, in real outputs', size.embedded),
    ...embedded(corpora.indirectInjections(), into, 'indirect tasks, in real outputs', size.embedded),
    ...twins('output', 'twins of injections', corpora.injections(), size.twins),
    ...twins('tool-definition', 'twins of poisoned descriptions', describedAttacks(), size.twins),
    ...translations(),
    ...secrets(into, size.secrets),
    ...liveSecrets(into),
    ...hidden(into, size.hidden),
  ];
}

/** Our own texts: all of each set, and the classes of the first ones. */
function own(): readonly Figure[] {
  const section = 'our own texts';
  const [recall, falsePositives] = ['recall', 'false-positives'] as const;
  const definition = (name: Parameters<typeof ownDefinitions>[0]): readonly Judged[] =>
    judge('tool-definition', ownDefinitions(name));
  const output = (name: Parameters<typeof ownOutputs>[0]): readonly Judged[] => judge('output', ownOutputs(name));
  return [
    ...byGroup(section, recall, definition('poisoned-definitions'), 'poisoned definitions'),
    figure(section, 'poisoned definitions, later', recall, definition('poisoned-definitions-later')),
    figure(section, 'injected outputs', recall, output('injected-outputs')),
    figure(section, 'injected outputs, later', recall, output('injected-outputs-later')),
    figure('our own harmless texts', 'definitions', falsePositives, definition('harmless-definitions')),
    figure('our own harmless texts', 'definitions, later', falsePositives, definition('harmless-definitions-later')),
    figure('our own harmless texts', 'outputs', falsePositives, output('harmless-outputs')),
    figure('our own harmless texts', 'outputs, later', falsePositives, output('harmless-outputs-later')),
  ];
}

function judge(kind: ScanKind, cases: readonly Case[]): readonly Judged[] {
  return cases.map(({ text, group, isDevelop }) => ({ ...seenOf(look(kind, text)), group, isDevelop }));
}

function byGroup(section: string, kind: Kind, judged: readonly Judged[], total?: string): readonly Figure[] {
  const groups = [...new Set(judged.map(({ group }) => group))];
  const rows = groups.map((group) =>
    figure(
      section,
      group,
      kind,
      judged.filter((each) => each.group === group),
    ),
  );
  return total === undefined ? rows : [figure(section, total, kind, judged), ...rows];
}

function figure(section: string, row: string, kind: Kind, judged: readonly Judged[]): Figure {
  return {
    section,
    row,
    kind,
    all: rate(judged),
    halves: {
      develop: rate(judged.filter(({ isDevelop }) => isDevelop)),
      holdOut: rate(judged.filter(({ isDevelop }) => !isDevelop)),
    },
  };
}

const whole = (section: string, row: string, kind: Kind, cases: readonly Seen[]): Figure => ({
  section,
  row,
  kind,
  all: rate(cases),
});

/** Long enough that the attack is a small part, short enough that many can be tried. */
function hosts(outputs: readonly Case[]): readonly string[] {
  return outputs
    .filter(({ text }) => text.length >= 300 && text.length <= 6000 && !seenOf(look('output', text)).seen)
    .map(({ text }) => text);
}

function embedded(
  attacks: readonly Case[],
  into: readonly string[],
  section: string,
  count: number,
): readonly Figure[] {
  const places = { start: 0, middle: 0.5, end: 1 };
  const chosen = sample(attacks, count, section);
  return Object.entries(places).map(([row, part]) => {
    const judged = chosen.map(({ text, group, isDevelop }) => {
      const host = into[chance(into.length, section, row, text)] ?? '';
      const cut = part === 1 ? host.length : host.indexOf(' ', Math.floor(host.length * part));
      const at = part === 0 || cut === -1 ? 0 : cut;
      return { ...seenOf(look('output', `${host.slice(0, at)}\n${text}\n${host.slice(at)}`)), group, isDevelop };
    });
    return figure(section, row, 'recall', judged);
  });
}

/** Attacks that are words, without those that are hidden or encoded already. */
function describedAttacks(): readonly Case[] {
  const Wordy = new Set(['phrase_injection', 'capability_mismatch']);
  return corpora
    .labelledDefinitions('malicious')
    .filter(({ group }) => Wordy.has(group))
    .map((each) => ({ ...each, text: descriptionOf(each.text) }));
}

function descriptionOf(definition: string): string {
  const parsed: unknown = JSON.parse(definition);
  return typeof parsed === 'object' &&
    parsed !== null &&
    'description' in parsed &&
    typeof parsed.description === 'string'
    ? parsed.description
    : '';
}

/** Of those that are recognised as they are, how many still are in other clothes. */
function twins(kind: ScanKind, section: string, attacks: readonly Case[], count: number): readonly Figure[] {
  const known = sample(
    attacks.filter(({ text }) => seenOf(look(kind, text)).seen),
    count,
    section,
  );
  const rows = Object.entries(TWINS).map(([row, change]) =>
    figure(
      section,
      row,
      'recall',
      known.map((each) => ({ ...each, ...seenOf(look(kind, change(each.text))) })),
    ),
  );
  if (kind !== 'output') return rows;
  return [
    ...rows,
    figure(
      section,
      'over two texts',
      'recall',
      known.map((each) => ({ ...each, ...seenOf(lookAtResult(cutInTwo(each.text))) })),
    ),
  ];
}

function translations(): readonly Figure[] {
  return Object.entries(TRANSLATED).map(([language, texts]) =>
    whole(
      'in other languages',
      language,
      'recall',
      texts.map((text) => seenOf(look('output', text))),
    ),
  );
}

function secrets(into: readonly string[], count: number): readonly Figure[] {
  const rows = Object.entries(FORMATS).map(([row, make]) => {
    const cases = Array.from({ length: count }, (_, index) => {
      const host = into[chance(into.length, row, index)] ?? '';
      const middle = Math.max(0, host.indexOf(' ', host.length / 2));
      return seenOf(
        look('output', `${host.slice(0, middle)} ${make(new Random(`${row} ${index}`))} ${host.slice(middle)}`),
      );
    });
    return { row, cases };
  });
  return [
    whole(
      'secrets of fixed formats, in real outputs',
      'all formats',
      'recall',
      rows.flatMap(({ cases }) => cases),
    ),
    ...rows
      .filter(({ cases }) => cases.some(({ seen }) => !seen))
      .map(({ row, cases }) =>
        whole('secrets of fixed formats, in real outputs', `missed some: ${row}`, 'recall', cases),
      ),
  ];
}

function liveSecrets(into: readonly string[]): readonly Figure[] {
  const random = new Random('live values');
  const values = [
    random.of(32),
    `${random.of(10)}-${random.of(10)}!${random.of(8)}`,
    random.of(48, 'abcdef0123456789'),
    `p@ss ${random.of(14)}/+=`,
  ];
  const known = { live: matcherOf(values), canaries: undefined };
  return Object.entries(ENCODINGS).map(([row, encode]) => {
    const cases = values.map((value, index) => {
      const host = into[chance(into.length, row, index)]?.slice(0, 400) ?? '';
      const found = look('input', JSON.stringify({ note: host, data: encode(value) }), undefined, known);
      const seen = found.findings.some(({ category }) => category === 'live_secret');
      return { seen, blocked: seen && found.verdict === 'block' };
    });
    return whole('live values on their way out', row, 'recall', cases);
  });
}

function hidden(texts: readonly string[], count: number): readonly Figure[] {
  const into = texts.filter((text) => /[a-z]{8}/u.test(text));
  return Object.entries(HIDDEN).map(([row, characters]) => {
    const cases = Array.from({ length: count }, (_, index) => {
      const host = into[chance(into.length, row, index)] ?? '';
      const at = host.search(/[a-z]{8}/u) + 4;
      return seenOf(look('output', host.slice(0, at) + characters + host.slice(at)));
    });
    return whole('hidden characters in harmless outputs', row, 'recall', cases);
  });
}
