/**
 * A client that was killed closes our input just as one that only has nothing more to say; but it is our parent no more,
 * and nobody is left to read what a call under way would give. (Windows keeps the number of a dead parent: there the
 * companion's own limit ends such a session.)
 */
const LOOK_MS = 500;
const parent = process.ppid;

/** Calls `then` once whoever started us is gone. The returned function ends the looking. */
export function whenOrphaned(then: () => void): () => void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    then();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}
