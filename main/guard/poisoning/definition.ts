/**
 * Finds poisoned tool definitions by their structure. Owns: the walk over a definition and which rule is hard. Never decides what is
 * done. Hard: hidden payloads, hidden markup, orders to read credentials, arguments that carry data away, orders about other tools.
 * Soft: what an honest server might also say badly.
 */
import type { JsonObject } from '../../../preload/contract/json.ts';
import { normalised } from '../normalise.ts';
import { unescaped } from '../unescape.ts';
import type { View } from '../view.ts';
import { exceedsPurpose, goesBeyond, isHarmlessName, isOutOfPlace } from './capability.ts';
import { definitionTexts, type DefinitionText } from './definition-texts.ts';
import type { PoisoningFinding } from './finding.ts';
import { holdsEncodedPayload, ordersCommand } from './payload.ts';
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
  const read = definitionTexts(definition);
  const own = ownNames(read.name, read.properties, siblings);
  const harmless = isHarmlessName(read.name);
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
    lookAt(part, read.name, own, harmless, add);
    for (const text of otherReadings(part.text)) lookAt({ ...part, text }, read.name, own, harmless, add);
  }
  return [...found.values()];
}

/** The text without its dress (look-alikes, invisible characters) and with its escapes resolved, where that differs. */
function otherReadings(text: string): readonly string[] {
  const view: View = { text, places: () => [] };
  const readable = unescaped(view);
  return [normalised(view), readable, readable && normalised(readable)].flatMap((other) =>
    other === undefined ? [] : [other.text],
  );
}

type Add = (rule: string, at: string, weight?: number) => void;

function lookAt(part: DefinitionText, name: string, own: OwnNames, harmless: boolean, add: Add): void {
  const { text, at, isName } = part;
  if (isName) {
    if (namesStore(text)) add('carries-data', at);
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
  const shadowing = findShadowing(lower, own);
  if (shadowing.behaviour) add('steers-other-tool', at);
  if (shadowing.others) add('before-other-tools', at, 2);
  if (shadowing.foreign.length > 0) add('calls-foreign-tool', at, 2);
  if ((harmless && exceedsPurpose(lower, name)) || (name !== '' && goesBeyond(lower, name)))
    add('capability-mismatch', at, 2);
}
