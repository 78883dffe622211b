/**
 * Who is here: per binding its sessions, its streams, when its token was used last. Owns their ends: whatever a token
 * opened ends with it, requests that are still being read included.
 */
import type { Principal } from '../downstream.ts';
import type { EndpointLimits } from './endpoint-options.ts';
import { LegacySession } from './legacy-session.ts';
import type { BodyBudget } from './read-body.ts';
import type { BindingEnd } from './refusals.ts';
import type { SharedSession } from './shared-session.ts';
import type { SseSession } from './sse-session.ts';

/** A session that was just used is not taken from its client. */
const SPARED_MS = 60_000;

export type ClientSession = LegacySession | SseSession;

export class PrincipalState {
  readonly principal: Principal;
  readonly sessions = new Map<string, ClientSession>();
  shared: SharedSession | undefined;
  streams = 0;
  /** What its bodies that are being read may still hold. */
  readonly bodies: BodyBudget;
  /** Nothing that began under its token goes on. */
  ended: BindingEnd | undefined;

  constructor(principal: Principal, maxBodyBytes: number) {
    this.principal = principal;
    this.bodies = { free: maxBodyBytes };
  }

  get size(): number {
    return this.sessions.size + (this.shared === undefined ? 0 : 1);
  }

  /** The same for limits: a session of several connectors counts as often as it has any open. */
  get weight(): number {
    let weight = this.shared?.weight ?? 0;
    for (const session of this.sessions.values()) weight += session.weight;
    return weight;
  }
}

export class Principals {
  private readonly limits: EndpointLimits;
  private readonly byId = new Map<string, PrincipalState>();
  private readonly usedAt = new Map<string, number>();
  private streams = 0;
  private stopped = false;

  constructor(limits: EndpointLimits) {
    this.limits = limits;
  }

  /** Something of this principal came in. */
  seen(principal: Principal, now: number): PrincipalState {
    this.usedAt.set(principal.id, now);
    const known = this.byId.get(principal.id);
    if (known !== undefined && known.principal.client === principal.client) return known;
    if (known !== undefined) this.drop(principal.id);
    const state = new PrincipalState(principal, this.limits.maxBodyBytesPerPrincipal);
    this.byId.set(principal.id, state);
    return state;
  }

  lastUsed(id: string): Date | undefined {
    const at = this.usedAt.get(id);
    return at === undefined ? undefined : new Date(at);
  }

  sessionsOf(id: string): number {
    return this.byId.get(id)?.size ?? 0;
  }

  get sessionCount(): number {
    let count = 0;
    for (const state of this.byId.values()) count += state.size;
    return count;
  }

  /** Whether one more session may begin; those that are idle long enough give way for it. */
  hasRoom(state: PrincipalState, now: number): boolean {
    while (state.weight >= this.limits.maxSessionsPerPrincipal) if (!endIdlest([state], now)) return false;
    while (this.weight >= this.limits.maxSessions) if (!endIdlest([...this.byId.values()], now)) return false;
    return true;
  }

  private get weight(): number {
    let weight = 0;
    for (const state of this.byId.values()) weight += state.weight;
    return weight;
  }

  /** Counts a stream; false when there are too many. */
  takeStream(state: PrincipalState): boolean {
    if (state.streams >= this.limits.maxStreamsPerPrincipal || this.streams >= this.limits.maxStreams) return false;
    state.streams++;
    this.streams++;
    return true;
  }

  freeStream(state: PrincipalState): void {
    state.streams--;
    this.streams--;
  }

  drop(id: string, why: BindingEnd = 'revoked'): void {
    const state = this.byId.get(id);
    if (state === undefined) return;
    state.ended = why;
    this.byId.delete(id);
    for (const session of state.sessions.values()) session.end(why);
    state.shared?.end(why);
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Ends everything; tokens stay valid. */
  stop(): void {
    this.stopped = true;
    for (const id of this.byId.keys()) this.drop(id, 'stopped');
  }

  tick(now: number): void {
    for (const state of this.byId.values()) {
      for (const session of state.sessions.values()) session.tick(now);
      state.shared?.tick(now);
    }
  }
}

function endIdlest(states: readonly PrincipalState[], now: number): boolean {
  let idlest: LegacySession | undefined;
  for (const state of states) {
    for (const session of state.sessions.values()) {
      if (!(session instanceof LegacySession) || !session.isIdle || now - session.lastActive < SPARED_MS) continue;
      if (idlest === undefined || session.lastActive < idlest.lastActive) idlest = session;
    }
  }
  idlest?.end('idle');
  return idlest !== undefined;
}
