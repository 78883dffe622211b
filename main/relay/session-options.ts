import type {
  ArgumentShape,
  Claimed,
  Decision,
  DecisionCode,
  JsonObject,
  NewAuditRecord,
} from '../../preload/contract/index.ts';
import type { ApprovalRequest } from '../approval/approvals.ts';
import type { PinGate } from '../pin/pin-gate.ts';
import type { Taint } from '../policy/call-facts.ts';
import type { Policy } from '../policy/decide.ts';
import type { Findings } from './findings.ts';
import type { GuardGate } from './guard-gate.ts';
import type { ParseLarge } from './lane.ts';
import type { WireLimits } from './limits.ts';
import type { Message, NotificationMessage, RequestMessage } from './parse-message.ts';
import type { TenantGate } from './tenant-gate.ts';

interface Flow {
  /** Bytes that were written and not yet taken. */
  backlog(): number;
  pause(): void;
  resume(): void;
  /** No more bytes will be written. */
  end(): void;
}

/** One side of the session whose transport is a stream of newline frames. */
export interface StreamPeer extends Flow {
  /** False when the peer is slow: stop reading from the other side until it drained. */
  write(chunks: readonly Buffer[]): boolean;
}

/** What an answer is known by; one of ours to something without a readable id has no key. */
export interface AnswerRoute {
  readonly kind: 'response';
  readonly idKey: string | undefined;
}

/** One message on its way out, with what a transport needs to know where it belongs. */
export interface Outbound {
  /** The message and one newline behind it; no newline in it. */
  readonly bytes: Buffer;
  readonly message: RequestMessage | NotificationMessage | AnswerRoute;
  /** Key of the client's request on whose response stream the server sent it; where the transport knows that. */
  readonly related: string | undefined;
}

/** One side of the session whose transport carries whole messages, each to its own place (HTTP). */
export interface MessagePeer extends Flow {
  /** Answers as {@link StreamPeer.write} does. */
  deliver(messages: readonly Outbound[]): boolean;
}

/** One side of the session, as its transport offers it. */
export type Peer = StreamPeer | MessagePeer;

export interface SessionOptions {
  readonly sessionId: string;
  readonly connector: string;
  /**
   * Who the client says it is; may become known only with its first request. `params` are those of the request that is
   * recorded: where clients share a session, each request says whose it is.
   */
  readonly claimed: (params?: JsonObject) => Claimed;
  /** The client said its name. */
  readonly introduced: (client: string) => void;
  /** The client's name where its token proves it; what it says itself proves nothing. */
  readonly provenClient?: string;
  /** Who may use a person's late answer: this session, or the binding that opened it. */
  readonly owner: string;
  readonly limits: WireLimits;
  readonly client: Peer;
  readonly server: Peer;
  /** The policy of this very moment. */
  readonly policy: () => Policy;
  /** Never rejects; aborting withdraws the question. */
  readonly ask: (request: ApprovalRequest, signal: AbortSignal) => Promise<Decision>;
  readonly guard: GuardGate;
  readonly pins: PinGate;
  readonly taints: Taints;
  /** Found in what leaves no record of its own: a definition, a notification, a question of the server. */
  readonly found: (findings: Findings) => void;
  /** Writes all of the records, or none and throws. */
  readonly record: (records: readonly NewAuditRecord[]) => void;
  readonly shape: (value: unknown) => ArgumentShape;
  /** What a person is shown of a call's arguments, given as they stand in the message. */
  readonly showArguments: (source: string) => string;
  readonly newId: () => string;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Milliseconds since 1970, which go on while the machine sleeps. */
  readonly wallNow: () => number;
  readonly parseLarge?: ParseLarge;
  /** A line from the server that is no protocol message: for the connector's log. */
  readonly stray: (text: string) => void;
  /** Something was dropped or given up; counted by the owner. */
  readonly dropped: (side: 'client' | 'server', reason: string) => void;
  /** The session cannot go on; the owner ends it. */
  readonly fatal: (reason: string) => void;
  /** The first good answer came from the server. */
  readonly alive: () => void;
  /** Why this transport cannot carry a call of a tool that is defined so; the tool is hidden then. */
  readonly toolProblem?: (definition: JsonObject) => DecisionCode | undefined;
  /** The tenant that decides about the calls of this connector; local rules still do, and only tighten. */
  readonly tenant?: TenantGate;
  /** Called once, when questions of our own may be put to the server. */
  readonly ready?: () => void;
}

/** What results came before, for rules about what may follow. */
export interface Taints {
  /** A result of this session was delivered. */
  mark(client: string | undefined, taint: Taint): void;
  /** A session of this client lives, whether or not it had a result yet. */
  note(client: string | undefined): void;
  /** Those of this session, and of others of a client of this name. */
  of(client: string | undefined): readonly Taint[];
}

/** Where handled messages go; they leave together at the next flush. */
export interface Outgoing {
  toServer(line: Buffer, message: Message): void;
  /** Takes back a line that was added since the last flush. */
  withdraw(line: Buffer): void;
  toClient(line: Buffer, message: Message, related?: string): void;
  /** An answer of our own to the client, to the request with this key. */
  reply(bytes: Buffer, idKey: string | undefined): void;
  /** Takes back an answer that was added since the last flush. */
  withdrawReply(bytes: Buffer): void;
  /** An answer of our own to the server. */
  replyToServer(bytes: Buffer, idKey: string): void;
  flush(): void;
}
