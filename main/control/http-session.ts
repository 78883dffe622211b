/**
 * Owns the bearers that open interface pages hold. Keeps only their SHA-256, in memory, for twelve hours; a restart of
 * the companion ends them all. A bearer that is not surely valid is refused.
 */
import { digestOf, findDigest } from './link-token.ts';

export const SESSION_LIFE_MS = 12 * 60 * 60 * 1000;
export const MAX_SESSIONS = 32;

/** Stands for one signed-in page; says nothing about its bearer. */
export interface PageSession {
  readonly expiresAt: number;
}

export interface PageSessions {
  /** @returns the bearer, shown to its page once. */
  open(): string;
  /** @returns the live session of an `Authorization` value, or undefined. */
  find(authorization: string | undefined): PageSession | undefined;
  isLive(session: PageSession): boolean;
}

const BEARER = /^Bearer ([A-Za-z0-9_-]{43,128})$/;

export function createPageSessions(options: { now(): number; randomToken(): string }): PageSessions {
  let sessions: { digest: Buffer; expiresAt: number }[] = [];
  const prune = (): void => {
    const now = options.now();
    sessions = sessions.filter((session) => session.expiresAt > now);
  };
  return {
    open() {
      const bearer = options.randomToken();
      prune();
      sessions = sessions.slice(-(MAX_SESSIONS - 1));
      sessions.push({ digest: digestOf(bearer), expiresAt: options.now() + SESSION_LIFE_MS });
      return bearer;
    },
    find(authorization) {
      const bearer = BEARER.exec(authorization ?? '')?.[1];
      if (bearer === undefined) return undefined;
      prune();
      const index = findDigest(
        sessions.map((session) => session.digest),
        digestOf(bearer),
      );
      return sessions[index];
    },
    isLive(session) {
      prune();
      return sessions.some((live) => live === session);
    },
  };
}
