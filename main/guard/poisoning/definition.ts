/**
 * Finds poisoned tool definitions by their structure. Owns: the walk over a definition and which rule is hard. Never decides what is
 * done. Hard: hidden payloads, hidden markup, orders to read credentials, arguments that carry data away, orders about other tools.
 * Soft: what an honest server might also say badly.
 */
import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import { disguisedRegions } from '../injection/disguise.ts';
import { lowerCase } from '../injection/run-rules.ts';
import { readings } from '../injection/undisguised.ts';
import { normalised } from '../normalise.ts';
import { unescaped } from '../unescape.ts';
import type { View } from '../view.ts';
import { exceedsPurpose, goesBeyond, isHarmlessName, isOutOfPlace } from './capability.ts';
import { asksBeyondPurpose, namesPrivate, purposeOf } from './coherence.ts';
import { wantsContext } from './context.ts';
import { definitionTexts, type DefinitionText } from './definition-texts.ts';
import type { PoisoningFinding } from './finding.ts';
import { holdsEncodedPayload, ordersCommand } from './payload.ts';
import { findRank } from './rank.ts';
import { carriesData, hidesMarkup, isAboutTalk, isCarrierName, namesStore, ordersCredentials } from './sensitive.ts';
import { findShadowing, ownNames, type OwnNames } from './shadowing.ts';

export type { PoisoningFinding } from './finding.ts';

const NO_NAMES: ReadonlySet<string> = new Set();
const MAX_FINDINGS = 32;

/**
 * @param definition a tool definition, or a bare description
 * @param siblings lower-case names of the same server's tools where they are known: speaking of them is no shadowing
 */
export function findPoisoning(
  definition: JsonObject | string,
  siblings: ReadonlySet<string> = NO_NAMES,
): readonly PoisoningFinding[] {
  const inner = innerDefinitions(definition);
  return inner === undefined ? findInOne(definition, siblings) : findInEach(inner, siblings);
}

/** Definitions that came in a wrapping know each other's names. */
function findInEach(inner: readonly InnerDefinition[], siblings: ReadonlySet<string>): readonly PoisoningFinding[] {
  const names = inner.flatMap(({ definition: { name } }) => (typeof name === 'string' ? [name.toLowerCase()] : []));
  const all = new Set([...siblings, ...names]);
  return inner
    .flatMap(({ definition, at }) => findInOne(definition, all).map((found) => ({ ...found, at: at + found.at })))
    .slice(0, MAX_FINDINGS);
}

interface InnerDefinition {
  readonly definition: JsonObject;
  /** JSON Pointer to it. */
  readonly at: string;
}

/** The definitions below `tool`, `function` or `tools`, and what stands beside them; nothing where it is a definition itself. */
function innerDefinitions(definition: JsonObject | string): readonly InnerDefinition[] | undefined {
  if (typeof definition === 'string') return undefined;
  if (typeof definition['description'] === 'string' && typeof definition['name'] === 'string') return undefined;
  for (const key of ['tool', 'function', 'tools']) {
    const { [key]: held, ...beside } = definition;
    if (isJsonObject(held))
      return [
        { definition: held, at: `/${key}` },
        { definition: beside, at: '' },
      ];
    if (!Array.isArray(held)) continue;
    const listed = held.flatMap((each: unknown, index) =>
      isJsonObject(each) ? [{ definition: each, at: `/${key}/${index}` }] : [],
    );
    // A list that holds anything else is read as one, so that nothing of it is passed over.
    if (listed.length === held.length) return [...listed, { definition: beside, at: '' }];
  }
  return undefined;
}

function findInOne(definition: JsonObject | string, siblings: ReadonlySet<string>): readonly PoisoningFinding[] {
  const read = definitionTexts(definition);
  const about: About = {
    name: read.name,
    purpose: purposeOf(read.name, read.purpose),
    own: ownNames(read.name, read.properties, siblings),
    harmless: isHarmlessName(read.name),
  };
  const found = new Map<string, PoisoningFinding>();
  const add = (rule: string, at: string, weight?: number): void => {
    if (found.has(rule) || found.size >= MAX_FINDINGS) return;
    found.set(
      rule,
      weight === undefined
        ? { category: 'poisoning', rule, tier: 'hard', at }
        : { category: 'poisoning', rule, tier: 'soft', weight, at },
    );
  };
  for (const part of read.texts) {
    lookAt(part, about, add);
    for (const text of otherReadings(part.text)) lookAt({ ...part, text }, about, add);
  }
  return [...found.values()];
}

/** The text without its dress (look-alikes, invisible characters, letters in disguise) and with its escapes resolved, where that differs. */
function otherReadings(text: string): readonly string[] {
  const view: View = { text, places: () => [] };
  const readable = unescaped(view);
  const plain = [normalised(view), readable, readable && normalised(readable)].flatMap((other) =>
    other === undefined ? [] : [other.text],
  );
  const lower = lowerCase(text);
  return [...plain, ...readings(lower, disguisedRegions(lower)).map((reading) => reading.text)];
}

type Add = (rule: string, at: string, weight?: number) => void;

interface About {
  readonly name: string;
  /** Name and first sentence, in lower case. */
  readonly purpose: string;
  readonly own: OwnNames;
  readonly harmless: boolean;
}

function lookAt(part: DefinitionText, { name, purpose, own, harmless }: About, add: Add): void {
  const { text, at, isName } = part;
  if (isName) {
    if (namesStore(text)) add('carries-data', at);
    else if (namesPrivate(text, purpose)) add('beyond-purpose', at, 2);
    else if (isCarrierName(text) && !isAboutTalk(name)) add('carrier-parameter', at, 1);
    if (harmless && isOutOfPlace(text)) add('capability-mismatch', at, 2);
    return;
  }
  const lower = text.toLowerCase();
  const isPurpose = at === '' || at === '/description';
  const isParameter = at.includes('/properties/');
  if (holdsEncodedPayload(text)) add('encoded-payload', at);
  if (ordersCommand(lower, name)) add('shell-payload', at, 2);
  if (hidesMarkup(text)) add('hidden-markup', at);
  if (ordersCredentials(lower, isPurpose, name)) add('orders-credentials', at);
  if (carriesData(lower, isParameter) && !isAboutTalk(name)) add('carries-data', at);
  else if (wantsContext(lower, name, isParameter, isPurpose)) add('wants-context', at, 2);
  else if (asksBeyondPurpose(lower, purpose, isParameter, isPurpose)) add('beyond-purpose', at, 2);
  for (const { rule, weight } of findRank(lower, name)) add(rule, at, weight);
  const shadowing = findShadowing(lower, own);
  if (shadowing.behaviour) add('steers-other-tool', at);
  if (shadowing.others) add('before-other-tools', at, 2);
  if (shadowing.foreign.length > 0) add('calls-foreign-tool', at, 2);
  if ((harmless && exceedsPurpose(lower, name)) || (name !== '' && goesBeyond(lower, name)))
    add('capability-mismatch', at, 2);
}
