import { randomBytes } from 'node:crypto';
import { v7 } from 'uuid';

const POOL_BYTES = 8192;
const ID_BYTES = 16;

/** UUIDv7 texts. Randomness is taken from a pool: asking the system for 16 bytes at a time costs more than the rest of a record. */
export function createIds(): () => string {
  let pool = randomBytes(POOL_BYTES);
  let at = 0;
  return () => {
    if (at + ID_BYTES > pool.length) {
      pool = randomBytes(POOL_BYTES);
      at = 0;
    }
    const random = pool.subarray(at, at + ID_BYTES);
    at += ID_BYTES;
    return v7({ random });
  };
}
