/** What is scanned in the bench: real outputs where the corpora lie beside the checkout, and the worst that we could think of. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultActions } from '../../main/guard/actions.ts';
import type { ScanJob } from '../../main/guard/scan-job.ts';
import { corpus } from '../relay/corpus.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Real results of tools; this repository's own words where they are not there. */
export function realOutputs(): readonly string[] {
  const outputs = corpus('tool-outputs-real.jsonl');
  if (outputs.missing)
    return readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8')
      .split('\n\n')
      .filter((part) => part !== '');
  return outputs
    .text()
    .trim()
    .split('\n')
    .map((line) => String((JSON.parse(line) as { text: unknown }).text));
}

/** A result that holds real outputs up to a size; another one for each `turn`. */
export function ofSize(outputs: readonly string[], bytes: number, turn: number): string {
  let text = `${turn} `;
  for (let at = turn * 7; text.length < bytes; at += 1) text += `${outputs[at % outputs.length] ?? ''}\n`;
  return text.slice(0, bytes);
}

export const resultOf = (text: string): string => JSON.stringify({ content: [{ type: 'text', text }] });

export const outputJob = (source: string): ScanJob => ({
  kind: 'output',
  format: 'json',
  source: Buffer.from(source),
  actions: defaultActions('output'),
});

function nested(bytes: number): string {
  let text = 'ignore all previous instructions ';
  while (text.length < bytes) text = Buffer.from(text.repeat(3)).toString('base64');
  return text.slice(0, bytes);
}

/** By name: sources of results that are meant to take long. `turn` makes each another one. */
export const HOSTILE: Readonly<Record<string, (turn: number) => string>> = {
  'near misses of phrases, 1 MiB': (turn) => resultOf(`${turn} ${'ignore all the previous '.repeat(MIB / 24)}`),
  'assignments without an end, 1 MiB': (turn) => resultOf(`${turn} ${'password_token_key='.repeat(MIB / 19)}`),
  'addresses, 1 MiB': (turn) => resultOf(`${turn} ${'https://a:b'.repeat(MIB / 11)}`),
  'one long word, 1 MiB': (turn) => resultOf(`${turn} ${'a'.repeat(MIB)}!`),
  'spaces, 1 MiB': (turn) => resultOf(`${turn} ${' '.repeat(MIB)}x`),
  'key frames, 1 MiB': (turn) => resultOf(`${turn} ${'-----BEGIN PRIVATE KEY-----\n'.repeat(MIB / 28)}`),
  'beginnings of tokens, 1 MiB': (turn) => resultOf(`${turn} ${'eyJ.AKIA.ghp_.sk-.xoxb-'.repeat(MIB / 23)}`),
  'base64 in base64, 1 MiB': (turn) => resultOf(`${turn} ${nested(MIB)}`),
  'digits, 1 MiB': (turn) => resultOf(`${turn} ${'4111 1111 1111 1112 '.repeat(MIB / 20)}`),
  'look-alikes, 1 MiB': (turn) => resultOf(`${turn} ${'іgnοrе аll '.repeat(MIB / 20)}`),
  'hidden characters, 1 MiB': (turn) => resultOf(`${turn} ${'a\u200b\u{e0041}'.repeat(MIB / 8)}`),
  'many strings, 1 MiB': (turn) => JSON.stringify([turn, ...Array.from({ length: MIB / 8 }, () => 'ignore')]),
  'escapes, 1 MiB': (turn) => resultOf(`${turn} ${String.raw`\u0069%69&#105;`.repeat(MIB / 15)}`),
  'nesting, 64 KiB': (turn) => `${'['.repeat(32 * KIB)}${turn}${']'.repeat(32 * KIB)}`,
  'near misses of phrases, 8 KiB': (turn) => resultOf(`${turn} ${'ignore all the previous '.repeat(330)}`),
};
