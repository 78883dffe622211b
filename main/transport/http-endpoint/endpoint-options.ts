import type { HttpLimits } from '../../loopback/http-server.ts';
import type { ParseLarge } from '../../relay/lane.ts';
import type { WireLimits } from '../../relay/limits.ts';
import type { OpenServedSession, Principal } from '../downstream.ts';
import type { WaitingBudget } from './session-input.ts';
import type { UnreadReplies } from './unread-replies.ts';

/** What clients of the endpoint may cost, all in one place. */
export interface EndpointLimits extends HttpLimits {
  /** Sessions of one binding; a session may be a process. */
  readonly maxSessionsPerPrincipal: number;
  readonly maxSessions: number;
  /** Streams that stay open without an end in sight: GET, legacy SSE, subscriptions. */
  readonly maxStreamsPerPrincipal: number;
  readonly maxStreams: number;
  /** What clients of one session may send before its server keeps up; half of what all may. */
  readonly maxWaitingBytes: number;
  /** Bodies of one binding that are being read at one moment; a part of each is not counted. */
  readonly maxBodyBytesPerPrincipal: number;
  readonly maxBodyBytesInAll: number;
  /** Failed authentications a minute before they are told to wait. */
  readonly failedPerMinute: number;
  /** A legacy session without open requests and streams ends after this. */
  readonly idleSessionMs: number;
  /** The same for one whose client left with requests under way and did not come back. */
  readonly abandonedSessionMs: number;
  /** The session that modern requests share ends after this; the next request opens it again. */
  readonly idleSharedMs: number;
  /** The same for a shared session whose server never gave a good answer: a probe of a legacy server. */
  readonly idleProbeMs: number;
  /** An answer that its client does not take ends its connection. */
  readonly unreadAnswerMs: number;
  /** A request without an answer for so long becomes a stream, so that nobody on the way thinks it dead. */
  readonly streamAfterMs: number;
  readonly keepAliveCommentMs: number;
  /** What one legacy session keeps for clients that lost a stream. */
  readonly maxStoredEvents: number;
  readonly maxStoredBytes: number;
  /** Kept events of a session in which nothing happens are let go of. */
  readonly forgetEventsMs: number;
  /** What a client leaves unread before its session's server is no longer read. */
  readonly slowClientBytes: number;
  /** What one modern exchange leaves unread before it is cut: others share its session. */
  readonly maxUnreadBytes: number;
  /** What the clients of one binding leave unread of all their answers; above it the oldest is cut. */
  readonly maxUnreadPerPrincipal: number;
  readonly maxUnreadInAll: number;
  readonly tickMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_ENDPOINT_LIMITS: EndpointLimits = {
  headersTimeoutMs: 5000,
  requestTimeoutMs: 30_000,
  keepAliveMs: 65_000,
  maxConnections: 2048,
  maxHeaderBytes: 16 * 1024,
  maxSessionsPerPrincipal: 128,
  maxSessions: 512,
  maxStreamsPerPrincipal: 256,
  maxStreams: 1024,
  maxWaitingBytes: 48 * MIB,
  maxBodyBytesPerPrincipal: 16 * MIB,
  maxBodyBytesInAll: 64 * MIB,
  failedPerMinute: 60,
  idleSessionMs: 30 * 60_000,
  abandonedSessionMs: 2 * 60 * 60_000,
  idleSharedMs: 5 * 60_000,
  idleProbeMs: 20_000,
  unreadAnswerMs: 60_000,
  streamAfterMs: 10_000,
  keepAliveCommentMs: 15_000,
  maxStoredEvents: 256,
  maxStoredBytes: MIB,
  forgetEventsMs: 5 * 60_000,
  slowClientBytes: MIB / 4,
  maxUnreadBytes: MIB,
  maxUnreadPerPrincipal: 64 * MIB,
  maxUnreadInAll: 128 * MIB,
  tickMs: 2000,
};

export interface HttpEndpointOptions {
  /** Whom a token stands for; looks at all tokens, so that time says nothing. */
  readonly authenticate: (bearer: string) => Principal | undefined;
  readonly open: OpenServedSession;
  /** What a request's `Origin` may be, compared exactly. */
  readonly origins: () => readonly string[];
  readonly limits: WireLimits;
  readonly endpointLimits?: Partial<EndpointLimits>;
  readonly parseLarge?: ParseLarge;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Calls once, later; @returns what takes it back. Must not keep the process alive. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** 256 random bits or more as base64url, 43 to 128 characters. */
  readonly randomToken: () => string;
  /** For the companion's own log; never holds a token or a message. */
  readonly log: (text: string) => void;
}

/** What the endpoint's rooms share. */
export interface EndpointParts extends Omit<HttpEndpointOptions, 'endpointLimits'> {
  readonly endpointLimits: EndpointLimits;
  /** Shared by all sessions. */
  readonly waiting: WaitingBudget;
  /** Shared by all sessions. */
  readonly unread: UnreadReplies;
}
