/**
 * Owns the look for a newer version: at start and once a day, in the background, five seconds at most. It asks one fixed
 * address and tells it nothing; it never fetches or starts what it finds. A check that fails changes nothing but the words.
 */
import { z } from 'zod';
import type { UpdateState } from '../../preload/contract/shell-operations.ts';

export const CHECK_MS = 5000;
export const CHECK_EVERY_MS = 24 * 60 * 60 * 1000;
const MAX_BYTES = 64 * 1024;

/** Whole numbers with dots: what this project's versions are. A build before a release announces none. */
const Announced = z.looseObject({ version: z.string().regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}$/) });

export interface UpdateWatch {
  state(): UpdateState;
  close(): void;
}

export interface UpdateOptions {
  readonly feed: string | null;
  /** Of this build. */
  readonly version: string;
  readonly fetch: (address: string, init: RequestInit) => Promise<Response>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** @returns takes it back. */
  readonly after: (ms: number, then: () => void) => () => void;
  readonly changed: () => void;
}

function isNewer(announced: string, own: string): boolean {
  const numbers = (version: string): number[] => (version.split('-')[0] ?? '').split('.').map(Number);
  const [theirs, ours] = [numbers(announced), numbers(own)];
  for (const [place, value] of theirs.entries()) {
    const difference = value - (ours[place] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > MAX_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function ask(feed: string, fetch: UpdateOptions['fetch']): Promise<string> {
  const response = await fetch(feed, {
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(CHECK_MS),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
  return Announced.parse(JSON.parse(await boundedText(response))).version;
}

const isHttps = (feed: string): boolean => URL.canParse(feed) && new URL(feed).protocol === 'https:';

export function watchUpdates(options: UpdateOptions): UpdateWatch {
  const { feed } = options;
  if (feed === null || !isHttps(feed)) {
    const reason = 'This build names no place where newer versions are announced.';
    return { state: () => ({ kind: 'off', reason }), close: () => undefined };
  }
  let state: UpdateState = { kind: 'unknown' };
  let takeBack = (): void => undefined;
  let closed = false;
  const check = async (): Promise<UpdateState> => {
    try {
      const version = await ask(feed, options.fetch);
      const checkedAt = new Date(options.now()).toISOString();
      return isNewer(version, options.version)
        ? { kind: 'available', version, checkedAt }
        : { kind: 'current', checkedAt };
    } catch {
      // What was found once is there still.
      if (state.kind === 'available') return state;
      return { kind: 'unknown', problem: 'The place where newer versions are announced gave no usable answer.' };
    }
  };
  const round = (): void => {
    void check().then((found) => {
      if (closed) return;
      state = found;
      options.changed();
      takeBack = options.after(CHECK_EVERY_MS, round);
    });
  };
  round();
  return {
    state: () => state,
    close() {
      closed = true;
      takeBack();
    },
  };
}
