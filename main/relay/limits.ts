/** Wire limits, all in one place. Figures: bytes unless the name says otherwise. */
export interface WireLimits {
  readonly maxMessageBytes: number;
  readonly maxDepth: number;
  readonly maxTokens: number;
  readonly maxTools: number;
  readonly maxToolPages: number;
  readonly maxToolBytes: number;
  readonly maxToolListBytes: number;
  /** A line that stays unfinished this long while we are reading is given up. */
  readonly partialLineMs: number;
  /** After a line was given up, its newline must come within this time and this many bytes, or the server is ended. */
  readonly discardMs: number;
  readonly maxDiscardBytes: number;
  readonly inventoryMs: number;
  readonly initializeMs: number;
  /** tools/call has no limit unless this is set. */
  readonly callMs: number | undefined;
  /** What may wait for a peer that does not read, before we stop reading from that peer as well. */
  readonly maxBacklogBytes: number;
  /** A call with more than this is not put to a person: nobody can read it whole. */
  readonly maxApprovalBytes: number;
  /** Requests in flight in one direction. */
  readonly maxInFlight: number;
  readonly notificationBurst: number;
  readonly notificationsPerSecond: number;
  /** Messages above this are parsed off the main thread. */
  readonly inlineParseBytes: number;
  /** How long a call waits for a person. */
  readonly approvalMs: number;
  /** How long a call waits for the client to come back with input that the server asked for. */
  readonly inputMs: number;
  /** Calls that wait so at once; above it the oldest is given up. */
  readonly maxAwaitingInput: number;
  /** Calls under way are kept up to this much, to compare a retry with; of what is above it only a digest. */
  readonly maxComparedBytes: number;
  /** A tenant's gate that took this long will not answer any more; its own limit is shorter. */
  readonly tenantMs: number;
  /** What waits for a tenant's word, before we stop reading from the side that sends it. */
  readonly maxTenantBytes: number;
  /** What a tenant allowed longer ago, while a person was asked, is asked about again. */
  readonly freshPreMs: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: WireLimits = {
  maxMessageBytes: 16 * MIB,
  maxDepth: 64,
  maxTokens: 200_000,
  maxTools: 2000,
  maxToolPages: 50,
  maxToolBytes: 256 * 1024,
  maxToolListBytes: 8 * MIB,
  partialLineMs: 30_000,
  discardMs: 30_000,
  maxDiscardBytes: 64 * MIB,
  inventoryMs: 30_000,
  initializeMs: 60_000,
  callMs: undefined,
  maxBacklogBytes: 4 * MIB,
  maxApprovalBytes: 256 * 1024,
  maxInFlight: 10_000,
  notificationBurst: 5000,
  notificationsPerSecond: 1000,
  inlineParseBytes: 256 * 1024,
  approvalMs: 50_000,
  inputMs: 600_000,
  maxAwaitingInput: 1000,
  maxComparedBytes: 8 * MIB,
  tenantMs: 45_000,
  maxTenantBytes: 32 * MIB,
  freshPreMs: 60_000,
};
