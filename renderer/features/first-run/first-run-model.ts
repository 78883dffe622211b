import type { LogEntry } from '../../../preload/contract/audit.ts';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import type { Tone } from '../../ui/badge.tsx';

export const STEPS = ['What is here', 'Connect', 'First call'] as const;

/** Of the query of the page's address; whatever is no step is the first. */
export function stepOf(query: URLSearchParams): number {
  const step = Number(query.get('step') ?? '1');
  return Number.isInteger(step) && step >= 1 && step <= STEPS.length ? step : 1;
}

const ASKS: readonly (readonly [RegExp, string])[] = [
  [/github/i, 'Which of my repositories on GitHub changed last?'],
  [/\bgit\b/i, 'What changed in the last commit?'],
  [/fetch|browser|playwright|puppeteer|web/i, 'Read https://example.com and tell me what it is about.'],
  [/time/i, 'What time is it in Tokyo?'],
  [/sqlite|postgres|mysql|database|\bdb\b/i, 'Which tables are in the database?'],
  [/memory/i, 'What do you remember about me?'],
  [/slack/i, 'Which channels are there on Slack?'],
  [/linear|jira|issue/i, 'Which issues are assigned to me?'],
];

/** What a person types in the client, so that it calls a tool of this connector. */
export function askFor({ name, target }: Pick<ConnectorView, 'name' | 'target'>): string {
  const words =
    target.kind === 'program' ? target.argv : target.kind === 'http' ? [target.url] : [target.title, target.server];
  const text = [name, ...words].join(' ');
  if (/filesystem|files?\b/i.test(text)) {
    const folder = words.findLast((word) => /^'?(?:\/|~|[A-Za-z]:\\)/.test(word) && !/bin\/|\.m?js'?$/.test(word));
    return folder === undefined ? 'List the files in my folder.' : `List the files in ${folder.replaceAll("'", '')}.`;
  }
  const ask = ASKS.find(([pattern]) => pattern.test(text))?.[1];
  return ask ?? `Which tools does "${name}" have? Try one that only reads.`;
}

/** The newest call of a tool, since a moment. */
export function firstCall(entries: readonly LogEntry[], since: string): LogEntry | undefined {
  return entries.find(({ kind, method, time }) => kind === 'call' && method === 'tools/call' && time >= since);
}

const TITLES: Readonly<Record<string, string>> = { 'cursor-vscode': 'Cursor', 'claude-ai': 'Claude Desktop' };

/** A client as people call it; one that is not known here, by the name that it gave itself. */
export function titleOf(client: string | undefined): string {
  if (client === undefined) return 'A client';
  return Object.hasOwn(TITLES, client) ? (TITLES[client] ?? client) : client;
}

/** What became of a call, in a word. */
export function becameOf({ effect, outcome }: Pick<LogEntry, 'effect' | 'outcome'>): {
  readonly text: string;
  readonly tone: Tone;
} {
  if (effect === 'deny' || outcome === 'refused' || outcome === 'withheld') return { text: 'Blocked', tone: 'bad' };
  if (outcome === undefined) return { text: effect === 'ask' ? 'Waits for your answer' : 'Under way', tone: 'warn' };
  return { text: 'Allowed', tone: 'good' };
}
