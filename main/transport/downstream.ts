/** What a session looks like from its client's side, to transports that carry whole messages (HTTP). */
import type { Claimed, JsonObject } from '../../preload/contract/index.ts';
import type { Parsed } from '../relay/parse-message.ts';
import type { MessagePeer } from '../relay/session-options.ts';

/** A session that was opened for one client, or for all clients of one binding. */
export interface ServedSession {
  readonly id: string;
  /** One whole message; `line` ends with a newline and holds no other. Its answers come to the {@link MessagePeer}. */
  messageFromClient(parsed: Parsed, line: Buffer): void;
  /** The peer takes more again. */
  clientDrained(): void;
  /** Nobody is there any more; everything is given up. */
  clientGone(): void;
  /** Requests that wait for an answer. */
  readonly openCalls: number;
  /** A call was answered with a question, and its client may come back with what was asked for: only this session knows it. */
  readonly awaitsInput: boolean;
  /** How many sessions of servers this one has open, where that is not one. */
  readonly weight?: number;
  /** Resolves when the session and whatever it started is gone. Never rejects. */
  readonly done: Promise<unknown>;
}

/** The client's side of a session. */
export interface ServedClient {
  readonly peer: MessagePeer;
  readonly claimed: (params?: JsonObject) => Claimed;
}

/** Whom a token stands for. */
export interface Principal {
  /** The binding. */
  readonly id: string;
  /** Which client the binding was made for, where it says so. */
  readonly client: string | undefined;
}

/** Opens a session for a principal; rejects with a CompanionError that says what the person has to do. */
export type OpenServedSession = (principal: Principal, client: ServedClient) => Promise<ServedSession>;
