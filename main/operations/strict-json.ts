/**
 * Reads JSON that a person wrote or a program made for us. Refused, with the place where it goes wrong: what is no JSON, a key
 * that stands twice in one object (which of the two counts is anybody's guess), and nesting without end. Nothing of the text is
 * repeated but the name of a doubled key.
 */
import { visit } from 'jsonc-parser';
import { CompanionError } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';
import { scanJson } from '../relay/scan-json.ts';

const LIMITS = { maxDepth: 64, maxTokens: 2_000_000 };
const MAX_KEY_SHOWN = 64;

function refused(what: string, problem: string): CompanionError {
  return new CompanionError(
    'E_JSON',
    `${what} ${problem}.`,
    'Correct it, then do the same again; nothing was changed.',
    {
      exitCode: 2,
    },
  );
}

interface Place {
  readonly line: number;
  readonly column: number;
}

const placed = ({ line, column }: Place): string => `at line ${line}, column ${column}`;

/** The first thing in `text` that is no JSON. */
function firstError(text: string): Place | undefined {
  let found: Place | undefined;
  visit(
    text,
    {
      onError: (_code, _offset, _length, line, column) => {
        found ??= { line: line + 1, column: column + 1 };
      },
    },
    { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false },
  );
  return found;
}

function firstDuplicate(text: string): (Place & { readonly key: string }) | undefined {
  let found: (Place & { readonly key: string }) | undefined;
  const open: Set<string>[] = [];
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty: (key, _offset, _length, line, column) => {
      const seen = open.at(-1);
      if (seen?.has(key) === true) found ??= { key, line: line + 1, column: column + 1 };
      seen?.add(key);
    },
  });
  return found;
}

/** `what`: subject of the sentence that refuses it, such as `The file`. Throws `E_JSON`. */
export function strictJson(text: string, what: string): unknown {
  const whole = text.startsWith('\ufeff') ? text.slice(1) : text;
  const bytes = Buffer.from(whole, 'utf8');
  const scan = scanJson(bytes, 0, bytes.length, LIMITS, true);
  if (scan.kind === 'too_deep') throw refused(what, `is nested more than ${LIMITS.maxDepth} levels deep`);
  if (scan.kind === 'too_many_tokens') throw refused(what, 'holds too many values');
  let value: unknown;
  try {
    value = JSON.parse(whole);
  } catch {
    const place = firstError(whole);
    throw refused(
      what,
      whole.trim() === '' ? 'is empty' : `is no JSON${place === undefined ? '' : ` ${placed(place)}`}`,
    );
  }
  if (scan.kind !== 'scalar' && scan.kind !== 'broken' && scan.duplicateKey !== undefined) {
    const twice = firstDuplicate(whole);
    const key = displayText((twice?.key ?? scan.duplicateKey).slice(0, MAX_KEY_SHOWN));
    throw refused(
      what,
      `holds the key "${key}" twice in one object${twice === undefined ? '' : `, the second time ${placed(twice)}`}`,
    );
  }
  return value;
}
