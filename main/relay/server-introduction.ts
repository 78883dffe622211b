/**
 * What a server says of itself when it introduces itself. Its instructions speak to the model for as long as the session
 * lasts, so they are pinned, and left out where they changed or where the guard keeps them back; the rest goes on.
 */
import { MAX_FINDINGS } from '../../preload/contract/index.ts';
import { isJsonObject } from '../../preload/contract/json.ts';
import type { PinGate } from '../pin/pin-gate.ts';
import { foldKey } from './fold-key.ts';
import type { Seen } from './inspection.ts';
import type { ResponseMessage } from './parse-message.ts';
import { dropMember, membersAt, spanAt, splice } from './splice-json.ts';

const INTRODUCTIONS: ReadonlySet<string> = new Set(['initialize', 'server/discover']);
const AT = '/result/instructions';

/** Why what a server says of itself cannot be told, or undefined: readers would differ in what its instructions are. */
export function introductionProblem(method: string, { result }: ResponseMessage, line: Buffer): string | undefined {
  if (!INTRODUCTIONS.has(method) || !isJsonObject(result)) return undefined;
  const span = spanAt(line, ['result']);
  const named = span === undefined ? [] : membersAt(line, span).filter(({ key }) => foldKey(key) === 'instructions');
  if (named.length === 0) return undefined;
  const [only] = named;
  const isPlain = named.length === 1 && only?.key === 'instructions' && typeof result['instructions'] === 'string';
  return isPlain ? undefined : 'its instructions can be read in more than one way';
}

/** The answer as it may go on, without its instructions where they may not; undefined where its gates are those of any answer. */
export function withoutInstructions(
  method: string,
  { result }: ResponseMessage,
  line: Buffer,
  { found }: Seen,
  pins: PinGate,
): Buffer | undefined {
  if (!INTRODUCTIONS.has(method) || !isJsonObject(result)) return undefined;
  const { instructions } = result;
  if (typeof instructions !== 'string') return undefined;
  const isBlocked = found.verdict === 'block';
  // What is soft adds up, whatever is done about each.
  const isCut = found.findings.length >= MAX_FINDINGS;
  const isElsewhere = found.findings.some(
    ({ at, tier, action }) => at !== AT && (tier === 'soft' || action === 'block'),
  );
  // Something else in it is kept back as well: then all of it is.
  if (isBlocked && (isElsewhere || isCut)) return undefined;
  // They speak to the model by their nature, and are pinned: a phrase or two that would make a person look elsewhere is noted.
  const isKept = isBlocked && !found.asks;
  if (!isKept && pins.instructions(instructions) === 'open') return isBlocked ? line : undefined;
  const object = spanAt(line, ['result']);
  const edit = object === undefined ? undefined : dropMember(line, object, 'instructions');
  if (edit === undefined) throw new Error('the instructions were not found in their source');
  const made = splice(line, [edit]);
  // Written twice, only one of them is gone.
  if (spanAt(made, ['result', 'instructions']) !== undefined) throw new Error('the instructions stand there twice');
  return made;
}
