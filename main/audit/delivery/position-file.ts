// Owns `outbox.json`: how far the endpoint has taken the journal. It is written after an acknowledgement, never before, so
// it may be behind and is not ahead: what is sent twice for that is told apart by the endpoint. A file that does not fit
// counts as none, and the journal is sent from its beginning.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';

const FILE = 'outbox.json';
const MAX_BYTES = 4 * 1024 * 1024;

const Position = z.strictObject({
  chain: z.string().regex(/^[0-9a-f][0-9a-f-]{0,63}$/),
  seq: z.number().int().min(-1),
  segment: z.number().int().nonnegative(),
  offset: z.number().int().nonnegative(),
  last: z
    .strictObject({
      segment: z.number().int().nonnegative(),
      offset: z.number().int().nonnegative(),
      hash: z.string().regex(/^[0-9a-f]{64}$/),
    })
    .optional(),
});

const OutboxFile = z.strictObject({
  version: z.literal(1),
  /** SHA-256 of the endpoint's address, hex: another one has taken nothing yet. */
  endpoint: z.string().regex(/^[0-9a-f]{64}$/),
  chains: z.array(Position).max(10_000),
  /** What was in the journal when delivery to this endpoint began: it is sent, and does not count as kept waiting. */
  history: z.array(Position).max(10_000),
  parked: z.number().int().nonnegative(),
  lastSuccessAt: z.iso.datetime().nullable(),
});
export type OutboxFile = z.infer<typeof OutboxFile>;

export interface PositionFile {
  /** `none`: there is no file; `unfit`: there is one, and it is not what we wrote. */
  read(): OutboxFile | 'none' | 'unfit';
  write(content: OutboxFile): Promise<void>;
}

export function createPositionFile(home: string): PositionFile {
  const path = join(home, FILE);
  return {
    read() {
      try {
        const stats = statSync(path, { throwIfNoEntry: false });
        if (stats === undefined) return 'none';
        if (!stats.isFile() || stats.size > MAX_BYTES) return 'unfit';
        const parsed = OutboxFile.safeParse(JSON.parse(readFileSync(path, 'utf8')));
        return parsed.success ? parsed.data : 'unfit';
      } catch {
        return 'unfit';
      }
    },
    write: (content) => writeFileAtomic(path, `${JSON.stringify(content)}\n`, { mode: 0o600 }),
  };
}
