/**
 * One session that a person opens here, with no client: the same preparing, gates and journal as for everybody else. Its requests
 * are ours, its answers are what any client would have been given. Whatever happens, the session is gone when it is over.
 */
import { homedir } from 'node:os';
import { CompanionError, type NewAuditRecord } from '../../preload/contract/index.ts';
import { prepareServer, type PrepareDependencies } from '../connectors/prepare-server.ts';
import { Member, type Conversation } from '../hub/aggregate/member.ts';
import type { MemberLink } from '../hub/aggregate/member-link.ts';
import type { Problem } from '../hub/aggregate/problems.ts';
import type { WireLimits } from '../relay/limits.ts';
import { asServed } from '../transport/as-served.ts';
import type { ServedClient, ServedSession } from '../transport/downstream.ts';
import { startGovernedSession, type GovernedSession, type SessionDependencies } from '../transport/governed-session.ts';

/** As which client the journal and rules know it. */
export const BY_HAND = 'Runlayer Companion (by hand)';

export interface HandParts {
  readonly prepare: PrepareDependencies;
  readonly session: SessionDependencies;
  readonly limits: WireLimits;
  /** Runs `then` after `ms`, unless it is cancelled. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly version: string;
  /** A session began; its end is `done`. */
  readonly began: (session: GovernedSession) => void;
}

export interface HandOptions {
  readonly connector: string;
  /** Of all of it: the start, the conversation and what is done in it. */
  readonly maxMs: number;
  readonly record?: (records: readonly NewAuditRecord[]) => void;
}

const OVER: Problem = { code: 0, text: 'It is over.' };

function failed(connector: string, text: string): CompanionError {
  return new CompanionError(
    'E_CONNECTOR_TEST',
    text,
    `See what it printed: "runlayer connectors logs ${connector}", or the page of its log.`,
  );
}

/** Opens a session, does `work` in it and ends it. Throws a CompanionError that says why there was none, or no end in time. */
export async function inHandSession<T>(
  parts: HandParts,
  { connector, maxMs, record }: HandOptions,
  work: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  const links: MemberLink[] = [];
  // A package runner may fetch the package first, and a person waits for it here.
  const limits = { ...parts.limits, initializeMs: maxMs };
  let refusal: unknown;
  const open = async (client: ServedClient): Promise<ServedSession> => {
    try {
      // Without a client process of its own a session has the environment of the person's login shell.
      const { env } = await parts.prepare.login.get();
      const prepared = await prepareServer({ name: connector, env, cwd: homedir() }, parts.prepare);
      const { peer, claimed } = client;
      const session = startGovernedSession(
        prepared,
        { peer, claimed, introduced: () => {}, stderr: () => {} },
        { ...parts.session, limits, record: recorder(parts.session.record, record) },
      );
      parts.began(session);
      return asServed(session);
    } catch (error) {
      refusal = error;
      throw error;
    }
  };
  let id = 0;
  const member = new Member(connector, {
    options: {
      client: { peer: NOBODY, claimed: () => ({ client: BY_HAND }) },
      openMember: (_connector, client) => open(client),
      limits,
      schedule: parts.schedule,
      version: parts.version,
    },
    client: { backlog: 0, isReady: true },
    nextId: () => (id += 1),
    legacyVersion: () => undefined,
    toolsChanged: () => {},
    began: (link) => links.push(link),
  });
  // Not of the server's time.
  await parts.prepare.pending();
  const { promise: late, reject } = Promise.withResolvers<never>();
  const cancel = parts.schedule(maxMs, () =>
    reject(failed(connector, `"${connector}" did not finish within ${Math.round(maxMs / 1000)} seconds.`)),
  );
  const whole = async (): Promise<T> => {
    let ready = await member.ready();
    // A machine under load may let a handshake fail that works the next time; nothing was asked of the server yet.
    if (ready.kind === 'problem' && refusal === undefined) ready = await member.ready();
    if (ready.kind === 'ready') return work(ready.conversation);
    if (refusal instanceof CompanionError) throw refusal;
    throw failed(connector, ready.problem.text);
  };
  try {
    return await Promise.race([whole(), late]);
  } finally {
    cancel();
    late.catch(() => {});
    member.close(OVER);
    await Promise.all(links.map(({ gone }) => gone));
  }
}

function recorder(write: SessionDependencies['record'], also: HandOptions['record']): SessionDependencies['record'] {
  return (records) => {
    write(records);
    also?.(records);
  };
}

/** Members write to their own links; this end is never used. */
const NOBODY: ServedClient['peer'] = {
  deliver: () => true,
  backlog: () => 0,
  pause: () => {},
  resume: () => {},
  end: () => {},
};
