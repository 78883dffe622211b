/**
 * What a person last said yes to, of each tool and client, so that they see what differs. Only that: what was merely asked can be
 * asked by anybody, and must not make the same bad call look like one that was looked at. Forgets the oldest; decides nothing.
 */
import { lineChanges } from './line-changes.ts';
import type { ApprovalRequest } from './request.ts';

const MAX_TEXTS = 100;
/** A longer one has no difference shown. */
const MAX_CHARACTERS = 32 * 1024;

type About = Pick<ApprovalRequest, 'about' | 'client' | 'connector' | 'tool'>;

export interface LastApproved {
  /** What differs from the text that was approved last; undefined where there is none. */
  changes(request: About, text: string): string[] | undefined;
  /** A person said yes to it. */
  keep(request: About, text: string): void;
}

export function createLastApproved(): LastApproved {
  const texts = new Map<string, string>();
  const nameOf = ({ about, client, connector, tool }: About): string =>
    JSON.stringify([about, client, connector, tool]);
  return {
    changes: (request, text) => {
      const before = texts.get(nameOf(request));
      return before === undefined || text.length > MAX_CHARACTERS ? undefined : lineChanges(before, text);
    },
    keep: (request, text) => {
      const name = nameOf(request);
      // Taken out and put in again: the first one is the one that was approved longest ago.
      texts.delete(name);
      if (text.length > MAX_CHARACTERS) return;
      texts.set(name, text);
      const [oldest] = texts.keys();
      if (texts.size > MAX_TEXTS && oldest !== undefined) texts.delete(oldest);
    },
  };
}
