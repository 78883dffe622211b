/**
 * Cuts what comes on stdin into lines and reads each as `{"kind", "text"}`. A line that does not fit is a failure in its place;
 * the others go on. Bounded: of a line that is too long nothing is kept.
 */
import { CompanionError, ScanLine, type Failure } from '../../../preload/contract/index.ts';
import { scanJson } from '../../relay/scan-json.ts';

/** A text of 16 MiB with many escapes. */
const MAX_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** One object with two strings. What else it may hold (labels, numbers) is not looked at. */
const LIMITS = { maxDepth: 16, maxTokens: 1000 };

export type ReadLine = { readonly line: ScanLine } | { readonly failure: Failure };

const Wanted = ScanLine.strip();

function misfit(number: number, problem: string): ReadLine {
  const failure = new CompanionError(
    'E_INPUT',
    `Line ${number} ${problem}.`,
    'Write {"kind":"tool-definition|input|output","text":"…"}, one a line.',
    { exitCode: 2 },
  );
  return { failure: failure.toFailure() };
}

function readLine(bytes: Buffer, number: number): ReadLine {
  const isReadable = scanJson(bytes, 0, bytes.length, LIMITS, false).kind === 'object';
  if (!isReadable) return misfit(number, 'is no JSON object');
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return misfit(number, 'is no JSON in UTF-8');
  }
  const { success, data } = Wanted.safeParse(value);
  return success ? { line: data } : misfit(number, 'does not fit');
}

/** The lines that each piece of input completes, as soon as it does. */
export async function* scanLines(
  input: AsyncIterable<readonly Buffer[]>,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<readonly ReadLine[]> {
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 0;
  const keep = (part: Buffer): void => {
    bytes += part.length;
    if (bytes <= maxLineBytes) parts.push(part);
    else parts = [];
  };
  const take = (): ReadLine => {
    number += 1;
    const isTooLong = bytes > maxLineBytes;
    const whole = Buffer.concat(parts);
    parts = [];
    bytes = 0;
    if (isTooLong) return misfit(number, 'is too long');
    const hasMark = number === 1 && whole.subarray(0, BOM.length).equals(BOM);
    return readLine(hasMark ? whole.subarray(BOM.length) : whole, number);
  };
  for await (const pieces of input) {
    const lines: ReadLine[] = [];
    for (const piece of pieces) {
      let from = 0;
      for (;;) {
        const end = piece.indexOf(NEWLINE, from);
        if (end < 0) break;
        keep(piece.subarray(from, end));
        lines.push(take());
        from = end + 1;
      }
      if (from < piece.length) keep(piece.subarray(from));
    }
    if (lines.length > 0) yield lines;
  }
  if (bytes > 0) yield [take()];
}
