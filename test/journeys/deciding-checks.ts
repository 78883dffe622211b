/** What every journey about decisions looks at: texts of answers, what was recorded of a call, and a journal that is whole. */
import { once } from 'node:events';
import { expect } from 'vitest';
import type { LogEntry } from '../../preload/contract/index.ts';
import { FORMATS, Random } from '../guard/secrets/made-secrets.ts';
import { launcher } from './build-once.ts';
import type { CompanionHome } from './companion-home.ts';
import type { Message, RawClient } from './raw-client.ts';

/** A secret of a known format, made from a seed. */
export function madeSecret(format: string, seed: string): string {
  const make = FORMATS[format];
  if (make === undefined) throw new Error(`no such format: ${format}`);
  return make(new Random(seed));
}

/** Each byte of it, where others leave letters and digits as they are. */
export function percentEncoded(value: string): string {
  return Buffer.from(value).toString('hex').replaceAll(/../g, '%$&');
}

export const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? '';

/** `allowed`, or why a call or an answer was kept back. */
export function codeOf(message: Message): string {
  const meta = message.result?.['_meta'];
  const decision = typeof meta === 'object' && meta !== null && 'com.runlayer/decision' in meta ? meta : undefined;
  return decision === undefined
    ? 'allowed'
    : (decision as { 'com.runlayer/decision': { code: string } })['com.runlayer/decision'].code;
}

/** The bytes of the one answer to `id`. */
export function lineOf(client: RawClient, id: string | number): string {
  const key = `"id":${JSON.stringify(id)},`;
  const found = client.lines.map((line) => line.toString('utf8')).filter((line) => line.includes(key));
  expect(found).toHaveLength(1);
  return found[0] ?? '';
}

export async function logged(home: CompanionHome, ...options: string[]): Promise<LogEntry[]> {
  const text = await home.must(['logs', '--json', '-n', '500', ...options]);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}

/** Of the calls of one tool what the guard found: `category/rule`. */
export async function findingsOf(home: CompanionHome, tool: string): Promise<string[]> {
  const entries = await logged(home, '--tool', tool);
  return entries.flatMap(({ findings = [] }) => findings.map(({ category, rule }) => `${category}/${rule}`));
}

/** Every call has its intent and one outcome, and nothing in the journal was changed, lost or moved. */
export async function expectWholeAudit(home: CompanionHome): Promise<void> {
  expect(home.openIntents()).toEqual([]);
  expect(home.records().some(({ kind }) => kind === 'intent')).toBe(true);
  const { code, out, err } = await home.runlayer(['audit', 'verify']);
  expect([code, err], out).toEqual([0, '']);
}

/** A command at a terminal that asks; `then` happens while the question stands there, and only afterwards it is answered with yes. */
export async function saidYesAfter(
  home: CompanionHome,
  args: readonly string[],
  then: () => Promise<void>,
): Promise<{ readonly code: number; readonly out: string }> {
  const child = home.spawn('script', ['-qefc', [launcher, ...args].join(' '), '/dev/null']);
  const ended = once(child, 'close');
  let out = '';
  let answered: Promise<void> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    if (!out.includes('[y/N] ')) return;
    answered ??= then().finally(() => child.stdin.write('y\n'));
  });
  const [code] = (await ended) as [number | null];
  await answered;
  return { code: code ?? -1, out };
}
