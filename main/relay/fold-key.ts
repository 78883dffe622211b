/**
 * A member name as Go and others compare it: case folded, compatibility forms (ſ, K) resolved. Two names that fold equal
 * may be one name to the receiver (CVE-2026-27896).
 */
export function foldKey(key: string): string {
  return key.normalize('NFKC').toLowerCase();
}
