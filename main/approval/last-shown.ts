/** What a person was last shown of each tool and client, so that they see what differs. Forgets the oldest; decides nothing. */
import { lineChanges } from './line-changes.ts';
import type { ApprovalRequest } from './request.ts';

const MAX_TEXTS = 100;
/** A longer one has no difference shown. */
const MAX_CHARACTERS = 32 * 1024;

export interface LastShown {
  /** What differs from the text of before; undefined where there is none. Keeps `text` in its place. */
  compare(
    request: Pick<ApprovalRequest, 'about' | 'client' | 'connector' | 'tool'>,
    text: string,
  ): string[] | undefined;
}

export function createLastShown(): LastShown {
  const texts = new Map<string, string>();
  return {
    compare: ({ about, client, connector, tool }, text) => {
      const name = JSON.stringify([about, client, connector, tool]);
      const before = texts.get(name);
      // Taken out and put in again: the first one is the one that was not shown for longest.
      texts.delete(name);
      if (text.length > MAX_CHARACTERS) return undefined;
      texts.set(name, text);
      const [oldest] = texts.keys();
      if (texts.size > MAX_TEXTS && oldest !== undefined) texts.delete(oldest);
      return before === undefined ? undefined : lineChanges(before, text);
    },
  };
}
