import type { ParseLarge } from '../../relay/lane.ts';
import type { WireLimits } from '../../relay/limits.ts';
import type { ServedClient, ServedSession } from '../../transport/downstream.ts';

export interface AggregateOptions {
  readonly id: string;
  readonly client: ServedClient;
  /** Names of the connectors that may be used at this moment. */
  readonly connectors: () => readonly string[];
  /** The governed session of one connector; rejects with a CompanionError that says what the person has to do. */
  readonly openMember: (connector: string, client: ServedClient) => Promise<ServedSession>;
  readonly limits: WireLimits;
  /** Runs `then` after `ms`, unless it is cancelled. */
  readonly schedule: (ms: number, then: () => void) => () => void;
  /** The companion's. */
  readonly version: string;
  /** Tells when {@link connectors} says something else than before. */
  readonly changed: (listener: () => void) => () => void;
  /** One line for the companion's log. */
  readonly log: (text: string) => void;
  /** Parses what is larger than `limits.inlineParseBytes` elsewhere. */
  readonly parseLarge?: ParseLarge | undefined;
}
