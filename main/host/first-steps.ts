/**
 * Whether the first steps were taken, or left out: a file of its own in the companion's home, so that it holds for every window
 * and browser. Not in the settings: it decides nothing, and another shape of those would keep a host that handed over from
 * following them. What cannot be read means that they are offered once more.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { CompanionError } from '../../preload/contract/failure.ts';

/** A newer one may say more; that they are done it says as well. */
const FirstSteps = z.object({ version: z.number().int().min(1), done: z.boolean() });

export interface FirstSteps {
  areDone(): boolean;
  /** Throws `E_FIRST_STEPS` where it cannot be kept. */
  finish(): void;
}

export function createFirstSteps(home: string): FirstSteps {
  const path = join(home, 'first-steps.json');
  const areDone = (): boolean => {
    try {
      return FirstSteps.parse(JSON.parse(readFileSync(path, 'utf8'))).done;
    } catch {
      return false;
    }
  };
  return {
    areDone,
    finish: () => {
      if (areDone()) return;
      try {
        writeFileAtomic.sync(
          path,
          `${JSON.stringify({ version: 1, done: true } satisfies z.infer<typeof FirstSteps>)}\n`,
          {
            mode: 0o600,
          },
        );
      } catch (cause) {
        throw new CompanionError(
          'E_FIRST_STEPS',
          'It could not be kept that the first steps are done.',
          `Make room on the disk and look whether "${home}" can be written, then try again.`,
          { cause },
        );
      }
    },
  };
}
