/**
 * Carries out at once what is wished for, then at most once every `ms`, however often it is wished for meanwhile: an agent that
 * makes a thousand calls must not make a thousand menus.
 */
export interface Paced {
  wish(): void;
  close(): void;
}

/** @param after schedules, and @returns what takes it back. */
export function atMostEvery(ms: number, after: (ms: number, then: () => void) => () => void, run: () => void): Paced {
  let takeBack: (() => void) | undefined;
  let isWanted = false;
  let isClosed = false;
  const go = (): void => {
    isWanted = false;
    takeBack = after(ms, () => {
      takeBack = undefined;
      if (isWanted) go();
    });
    run();
  };
  return {
    wish() {
      if (isClosed) return;
      if (takeBack === undefined) go();
      else isWanted = true;
    },
    close() {
      isClosed = true;
      takeBack?.();
    },
  };
}
