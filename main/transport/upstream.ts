/** What a session has on its server's side: a child process, or a server over HTTP. */
import type { CompanionError, DecisionCode, JsonObject } from '../../preload/contract/index.ts';
import type { Parsed } from '../relay/parse-message.ts';
import type { Peer } from '../relay/session-options.ts';

/** What an upstream tells its session. Never called before the function that opened the upstream has returned. */
export interface UpstreamEvents {
  /** Bytes of newline frames; only from upstreams that are a stream. */
  readonly bytes: (chunk: Buffer) => void;
  /**
   * One whole message; only from upstreams that carry messages. `line` ends with a newline and holds no other. `related`
   * is the key of the client's request on whose response stream it came, where there was one.
   */
  readonly message: (parsed: Parsed, line: Buffer, related?: string) => void;
  /** The request with this key gets no answer; `reason` is one clause for the client, without a secret. */
  readonly failed: (idKey: string, reason: string) => void;
  /**
   * The server lost the session and gave a new one without the client's knowledge: what it said of its tools before counts
   * no more. Told before anything is sent to it in the new session. Needed by whoever decides by what the server said.
   */
  readonly renewed?: () => void;
  /** The peer takes more again. */
  readonly drained: () => void;
  /** What the server prints for people. Not redacted. */
  readonly stderr: (text: string) => void;
  /** A line for the connector's log. Not redacted. */
  readonly log: (text: string) => void;
}

export interface UpstreamEnd {
  /** Not by {@link Upstream.stop}. */
  readonly byItself: boolean;
  /** How a program ended; null for a server over HTTP. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be had at all. */
  readonly failure?: CompanionError;
}

export interface Upstream {
  /** 0 where there is no process. */
  readonly pid: number;
  readonly peer: Peer;
  /** It is gone and all that it said was handed over. Never rejects. */
  readonly ended: Promise<UpstreamEnd>;
  /** Ends it within five seconds; whatever is open is given up. A second call joins the first. */
  readonly stop: (graceMs: number) => Promise<void>;
  /** Why this transport cannot carry calls of a tool that is defined so. */
  readonly toolProblem?: (definition: JsonObject) => DecisionCode | undefined;
}

export type OpenUpstream = (events: UpstreamEvents) => Upstream;
