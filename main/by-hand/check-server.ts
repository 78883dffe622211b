/** A server once, as a client would have it: it is started or reached, and lists its tools through every gate. */
import { CompanionError } from '../../preload/contract/index.ts';
import { readTools } from '../hub/aggregate/read-tools.ts';
import { inHandSession, type HandParts } from './hand-session.ts';

/** npx may have to fetch the package first. */
const MAX_MS = 120_000;

/** How many tools a client would see. Throws a CompanionError that says what is wrong. */
export function checkServer(parts: HandParts, connector: string): Promise<number> {
  return inHandSession(parts, { connector, maxMs: MAX_MS }, async (conversation) => {
    let count = 0;
    const problem = await readTools(connector, conversation, parts.limits, (tools) => {
      count += tools.length;
      return undefined;
    });
    if (problem !== undefined)
      throw new CompanionError('E_CONNECTOR_TEST', problem.text, `Look at the log of "${connector}".`);
    return count;
  });
}
