import { displayText } from '../connectors/display.ts';

/**
 * JSON source text on lines of its own, indented; every token stays as it stands, because a number written again may be
 * another number (`9007199254740993`, `1e400`). `source` must be valid JSON.
 */
export function indentJson(source: string): string {
  let text = '';
  let depth = 0;
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const [token] of source.matchAll(/\{\s*\}|\[\s*\]|"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/g)) {
    if (token === '{' || token === '[') {
      depth += 1;
      text += token + line();
    } else if (token === '}' || token === ']') {
      depth -= 1;
      text += line() + token;
    } else if (token === ',') text += token + line();
    else if (token === ':') text += ': ';
    else text += token.startsWith('{') ? '{}' : token.startsWith('[') ? '[]' : token;
  }
  return text;
}

/** A call's arguments for the person who is asked about it: whole, redacted, nothing unseen left in them. */
export function showArguments(source: string, redact: (text: string) => string): string {
  return redact(indentJson(source)).split('\n').map(displayText).join('\n');
}
