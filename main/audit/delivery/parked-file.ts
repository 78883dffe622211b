// Owns `audit-parked.jsonl`: the events that the endpoint refuses whatever is done, as they were sent, one a line. Only ever
// appended to; a person looks at it, and may move it away. Where it cannot be written nothing is parked.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeliveryEvent } from './cloud-event.ts';

export const PARKED_FILE = 'audit-parked.jsonl';
/** More than this is no matter of single records. */
const MAX_BYTES = 64 * 1024 * 1024;

export interface Parked {
  readonly event: DeliveryEvent;
  /** The endpoint's answer. */
  readonly status: number;
}

export interface ParkedFile {
  /** Rejects where the file is full or cannot be written. */
  append(parked: readonly Parked[], at: Date): Promise<void>;
}

export function createParkedFile(home: string): ParkedFile {
  return {
    async append(parked, at) {
      const flags =
        constants.O_WRONLY |
        constants.O_APPEND |
        constants.O_CREAT |
        (constants.O_NOFOLLOW ?? 0) |
        (constants.O_NONBLOCK ?? 0);
      const file = await open(join(home, PARKED_FILE), flags, 0o600);
      try {
        const stats = await file.stat();
        if (!stats.isFile()) throw new Error('it is no file');
        if (stats.size > MAX_BYTES) throw new Error('it holds too much already, move it away');
        const lines = parked.map(
          ({ event, status }) =>
            `{"at":${JSON.stringify(at.toISOString())},"status":${status},"event":${event.text}}\n`,
        );
        await file.appendFile(lines.join(''));
        await file.datasync();
      } finally {
        await file.close();
      }
    },
  };
}
