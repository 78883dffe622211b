import type { ArgumentShape, Claimed, Decision, NewAuditRecord } from '../../preload/contract/index.ts';
import type { ApprovalRequest } from '../approval/approvals.ts';
import type { Policy } from '../policy/decide.ts';
import type { ParseLarge } from './lane.ts';
import type { WireLimits } from './limits.ts';

/** One side of the session, as its transport offers it. */
export interface Peer {
  /** False when the peer is slow: stop reading from the other side until it drained. */
  write(chunks: readonly Buffer[]): boolean;
  /** Bytes that were written and not yet taken. */
  backlog(): number;
  pause(): void;
  resume(): void;
  /** No more bytes will be written. */
  end(): void;
}

export interface SessionOptions {
  readonly sessionId: string;
  readonly connector: string;
  /** Who the client says it is; may become known only with its first request. */
  readonly claimed: () => Claimed;
  /** The client said its name. */
  readonly introduced: (client: string) => void;
  readonly limits: WireLimits;
  readonly client: Peer;
  readonly server: Peer;
  /** The policy of this very moment. */
  readonly policy: () => Policy;
  /** Never rejects; aborting withdraws the question. */
  readonly ask: (request: ApprovalRequest, signal: AbortSignal) => Promise<Decision>;
  /** Writes all of the records, or none and throws. */
  readonly record: (records: readonly NewAuditRecord[]) => void;
  readonly shape: (value: unknown) => ArgumentShape;
  /** What a person is shown of a call's arguments, given as they stand in the message. */
  readonly showArguments: (source: string) => string;
  readonly newId: () => string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly parseLarge?: ParseLarge;
  /** A line from the server that is no protocol message: for the connector's log. */
  readonly stray: (text: string) => void;
  /** Something was dropped or given up; counted by the owner. */
  readonly dropped: (side: 'client' | 'server', reason: string) => void;
  /** The session cannot go on; the owner ends it. */
  readonly fatal: (reason: string) => void;
  /** The first good answer came from the server. */
  readonly alive: () => void;
}

/** Where handled messages go; they leave together at the next flush. */
export interface Outgoing {
  toServer(line: Buffer): void;
  /** Takes back a line that was added since the last flush. */
  withdraw(line: Buffer): void;
  toClient(line: Buffer): void;
  /** An answer of our own to the client. */
  reply(bytes: Buffer): void;
  flush(): void;
}
