import { setFlagsFromString } from 'node:v8';

/**
 * Node can hang for ever at its end: its shutdown joins V8's compiler thread, which may be waiting for a garbage collection
 * that only the ending main thread could make (seen here, and a known defect of Node 22 to 26). So nothing may be under
 * compilation when a process of ours ends. A pump gains nothing from optimised code; measured, it is a little faster without.
 */
export function compileNoMore(): void {
  setFlagsFromString('--no-opt');
  setFlagsFromString('--no-maglev');
}
