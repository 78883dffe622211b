import type { Candidate } from './candidate.ts';
import type { Inspector } from './inspection.ts';

/** What a tenant wrote into a call is looked at as if the client had sent it; `before`: the call as the client sent it. */
export async function inspectAdmitted(
  inspector: Inspector,
  candidate: Candidate,
  before: Candidate,
): Promise<Candidate> {
  if (candidate.line.equals(before.line)) {
    const { findings } = before.asked;
    return { ...candidate, found: before.found, asked: { ...candidate.asked, ...(findings && { findings }) } };
  }
  const { parsed, line, seen } = await inspector.inspect(candidate.message, candidate.line);
  const { found } = seen;
  // A mask in what the tenant wrote would make it neither the client's nor the tenant's.
  if (found.masked !== undefined || parsed.kind !== 'request')
    return { ...candidate, line: candidate.line, found: { ...found, verdict: 'block' } };
  const findings = found.findings.length === 0 ? {} : { findings: found.findings };
  return { ...candidate, line, found, asked: { ...candidate.asked, ...findings } };
}
