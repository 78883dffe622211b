/** What is known of each tenant from its last answer. Never asks for it; `unknown` until there was one. */
import type { TenantView } from '../../preload/contract/index.ts';
import type { TenantError } from './tenant-api.ts';

export type TenantState = Pick<TenantView, 'state' | 'problem'>;

export interface StateChange extends TenantState {
  readonly host: string;
}

const UNKNOWN: TenantState = { state: 'unknown', problem: '' };
const OK: TenantState = { state: 'ok', problem: '' };

function stateAfter(failure: TenantError | undefined): TenantState {
  if (failure === undefined) return OK;
  const problem = `${failure.message} ${failure.next}`;
  switch (failure.kind) {
    case 'unauthorized':
      return { state: 'unauthorized', problem };
    case 'unreachable':
    case 'failed':
    case 'invalid':
      return { state: 'unreachable', problem };
    // It answered, and as a tenant does.
    case 'refused':
    case 'gone':
    case 'conflict':
    case 'rejected':
      return OK;
  }
}

export class TenantStates {
  private readonly states = new Map<string, TenantState>();
  private readonly listeners = new Set<(change: StateChange) => void>();

  of(host: string): TenantState {
    return this.states.get(host) ?? UNKNOWN;
  }

  heard(host: string, failure: TenantError | undefined): void {
    const before = this.of(host);
    const after = stateAfter(failure);
    this.states.set(host, after);
    if (before.state === after.state) return;
    for (const listener of this.listeners) listener({ host, ...after });
  }

  forget(host: string): void {
    this.states.delete(host);
  }

  /** Called when a tenant's state is another than before. */
  onChange(listener: (change: StateChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
