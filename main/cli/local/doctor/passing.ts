/**
 * Warnings of the companion that tell of something it has dealt with by itself: worth a look, and nothing is broken now. One
 * that is not in this list counts as a problem.
 */
const PASSING: readonly RegExp[] = [
  /^the journal is not the one that was indexed; the index is rebuilt from it$/,
  /^the log index was damaged; it was set aside and is rebuilt from the journal$/,
  /^a torn last line \(\d+ bytes\) was cut off /,
  /^(?:There is no outbox\.json|outbox\.json is damaged): the whole audit journal is sent to the audit endpoint/,
  // Whether that lasts is said by the state of the audit trail.
  /^the audit journal (?:cannot be synced: |can be synced again$)/,
  /^Some reports of calls that were blocked here did not reach their tenant;/,
  /^\d+ sessions are still served by the headless companion that ran before\.$/,
];

export const isPassing = (warning: string): boolean => PASSING.some((pattern) => pattern.test(warning));
