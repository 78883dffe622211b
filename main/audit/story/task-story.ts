/**
 * The story of a session: its calls in order, each as a sentence, and what led to a stop. Only what the journal holds; where it
 * is silent, so is the story.
 */
import type { TaskStep } from '../../../preload/contract/activity.ts';
import type { LogEntry } from '../../../preload/contract/audit.ts';
import { aboutOf } from '../about.ts';
import { classOf } from '../decision-class.ts';
import { findingNotes } from './finding-notes.ts';
import { phraseOf, quoted, type Phrase } from './verb.ts';

function phraseOfCall({ method, tool }: LogEntry): Phrase {
  if (method === 'tools/call' && tool !== undefined) return phraseOf(tool);
  if (method === 'resources/read') return { past: 'read the resource', bare: 'read the resource' };
  if (method === 'prompts/get') return { past: 'used the prompt', bare: 'use the prompt' };
  return { past: `sent ${quoted(method ?? 'a request')}`, bare: `send ${quoted(method ?? 'a request')}` };
}

/** What the call was aimed at, in quotation marks; empty where nothing short says it. */
function objectOf({ method, tool, arguments: shape }: LogEntry): string {
  const about = method === 'tools/call' ? aboutOf(shape) : tool;
  return about === undefined ? '' : ` ${quoted(about)}`;
}

const ENDINGS: Readonly<Record<string, string>> = {
  tool_error: ': the tool answered with an error',
  error: ': the server answered with an error',
  failed: ': the server ended or broke off',
  cancelled: ': taken back',
  unknown: ': how it ended is not known',
};

/** `read page "https://…"`, `tried to send file "~/x": stopped`. */
export function callSentence(entry: LogEntry): string {
  const { kind, effect = null, code = null, outcome } = entry;
  const phrase = phraseOfCall(entry);
  const object = objectOf(entry);
  const decision = classOf({ kind, effect, code }, outcome);
  if (decision === 'denied') {
    if (code === 'approval_denied') return `tried to ${phrase.bare}${object}: a person said no`;
    if (code === 'approval_timeout') return `tried to ${phrase.bare}${object}: nobody answered`;
    return `tried to ${phrase.bare}${object}: stopped`;
  }
  if (decision === 'withheld') return `${phrase.past}${object}: its answer was kept back`;
  if (outcome === undefined) {
    return effect === 'ask'
      ? `wants to ${phrase.bare}${object}: waits for an answer`
      : `asked to ${phrase.bare}${object}`;
  }
  if (outcome === 'ok') {
    return `${phrase.past}${object}${code === 'approval_granted' ? ', as a person allowed' : ''}`;
  }
  return `tried to ${phrase.bare}${object}${ENDINGS[outcome] ?? `: ${outcome}`}`;
}

const CHAIN_CODES = new Set(['chain_ask', 'chain_deny']);

/**
 * The earlier call that a chain speaks of. Its reason ends with the tool and the connector of that call (main/policy/decisions.ts);
 * undefined where no call here is that one: a chain also looks at other sessions of the same client.
 */
function sourceOf(entry: LogEntry, earlier: readonly LogEntry[]): LogEntry | undefined {
  const { reason = '' } = entry;
  return earlier.findLast(
    ({ tool, connector }) =>
      tool !== undefined && connector !== undefined && reason.includes(`came from "${tool}" on "${connector}"`),
  );
}

const isStopped = (decision: TaskStep['decision']): boolean => decision === 'denied' || decision === 'withheld';

/** `entries`: calls of one session, the oldest first. */
export function taskSteps(entries: readonly LogEntry[]): TaskStep[] {
  return entries.map((entry, index) => {
    const { id, time, kind, effect = null, code = null, outcome, connector, reason } = entry;
    const decision = classOf({ kind, effect, code }, outcome);
    const isChain = code !== null && CHAIN_CODES.has(code);
    const because = isChain ? sourceOf(entry, entries.slice(0, index)) : undefined;
    const why = (isStopped(decision) || isChain || effect === 'ask') && reason !== undefined ? [reason] : [];
    const elsewhere =
      isChain && because === undefined
        ? ['What it speaks of came before these calls, or in another session of this client.']
        : [];
    return {
      id,
      time,
      decision,
      ...(connector === undefined ? {} : { connector }),
      sentence: callSentence(entry),
      notes: [...why, ...elsewhere, ...findingNotes(entry.findings ?? [])],
      ...(because === undefined ? {} : { because: because.id }),
    };
  });
}

/** The whole in one sentence: the last stop and what led to it, or how many calls there were. */
export function taskSummary(steps: readonly TaskStep[]): string {
  const stopped = steps.filter(({ decision }) => isStopped(decision)).length;
  const last = steps.findLast(({ decision }) => isStopped(decision));
  const count = `${steps.length} ${steps.length === 1 ? 'call' : 'calls'}`;
  if (last === undefined) return `${count}, none was stopped.`;
  const before = steps.find(({ id }) => id === last.because) ?? steps[steps.indexOf(last) - 1];
  const story = before === undefined ? last.sentence : `${before.sentence}, then ${last.sentence}`;
  return `${capital(story)}. ${count}, ${stopped} stopped.`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
