/** One question to a person, as whoever asks puts it. */
import type { Decision } from '../../preload/contract/index.ts';

export interface ApprovalRequest {
  /** `answer`: the call was made, and what its server answered waits. It is never kept open, and no grant answers it. */
  readonly about: 'call' | 'answer';
  readonly connector: string;
  readonly tool: string;
  readonly client: string;
  /**
   * Who may use the answer: one hub binding (its token was presented), else the session itself; then it equals `session`.
   * A client's own name is not enough: anybody can claim it.
   */
  readonly owner: string;
  readonly session: string;
  /** What a yes is bound to; see approval-key.ts. */
  readonly key: string;
  /** Decoded arguments, for grants that are given for some only. */
  readonly arguments: unknown;
  /** Whole arguments as text that is safe to show; asked for once, so that what is recorded is what was seen. */
  readonly argumentsText: () => string;
  /** What asks, and why. */
  readonly decision: Decision;
}
