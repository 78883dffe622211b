import type { ApprovalView } from '../../preload/contract/approval.ts';
import type { ClientView } from '../../preload/contract/client.ts';
import type { ConnectorView } from '../../preload/contract/connector.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import type { HeldQuestion } from '../../preload/contract/held.ts';
import type { Failure } from '../../preload/contract/failure.ts';
import type { Status } from '../../preload/contract/status.ts';

const MAX_WEAKENED = 20;

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Nobody answers; it is tried again. */
  | { readonly kind: 'lost' }
  /** This page cannot go on; the person opens another. */
  | { readonly kind: 'ended'; readonly failure: Failure };

export interface Weakened {
  readonly operation: string;
  readonly text: string;
  readonly caller: string;
}

/** Parts that were not loaded yet are undefined; parts that could not be loaded keep their last value. */
export interface PageState {
  readonly connection: Connection;
  readonly status: Status | undefined;
  readonly connectors: readonly ConnectorView[] | undefined;
  readonly clients: readonly ClientView[] | undefined;
  readonly approvals: readonly ApprovalView[] | undefined;
  /** What waits for an answer in the approval window. */
  readonly held: readonly HeldQuestion[];
  readonly weakened: readonly Weakened[];
  /** The last request that was refused, until the next one works or the person puts it away. */
  readonly problem: Failure | undefined;
}

export const initialState: PageState = {
  connection: { kind: 'connecting' },
  status: undefined,
  connectors: undefined,
  clients: undefined,
  approvals: undefined,
  held: [],
  weakened: [],
  problem: undefined,
};

export function applyEvent(state: PageState, event: CompanionEvent): PageState {
  switch (event.type) {
    case 'approval_waiting':
      return {
        ...state,
        approvals: [...(state.approvals ?? []).filter((approval) => approval.id !== event.approval.id), event.approval],
      };
    case 'approval_ended':
      return { ...state, approvals: (state.approvals ?? []).filter((approval) => approval.id !== event.id) };
    case 'held_waiting':
      return {
        ...state,
        held: [...state.held.filter(({ id }) => id !== event.question.id), event.question],
      };
    case 'held_ended':
      return { ...state, held: state.held.filter(({ id }) => id !== event.id) };
    case 'weakened': {
      const { operation, text, caller } = event;
      return { ...state, weakened: [{ operation, text, caller }, ...state.weakened].slice(0, MAX_WEAKENED) };
    }
    case 'job':
    // Pages that show calls ask for them.
    case 'log':
    case 'status_changed':
      return state;
    default:
      // Imported from the contract, assertNever would bring all of zod into the page.
      return event satisfies never;
  }
}
