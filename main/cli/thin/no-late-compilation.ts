import { setFlagsFromString } from 'node:v8';

/** Longer than one function takes to compile. */
const LAST_COMPILATION_MS = 50;

/**
 * Node can hang for ever at its end: its shutdown joins V8's compiler thread, which may be waiting for a garbage collection
 * that only the ending main thread could make (seen here, and a known defect of Node 22 to 26). So before a process of ours
 * ends nothing new is given to the optimising compilers, and what they have is waited for. Rejected: no optimised code from
 * the start, which made the pump up to a third slower.
 */
export async function compileNoMore(): Promise<void> {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
  await new Promise((resolve) => setTimeout(resolve, LAST_COMPILATION_MS));
}
