/** What it takes to use a tenant's connector in one session. */
import type { Connector, HttpDefinition, ProgramDefinition } from '../../../preload/contract/index.ts';
import type { TenantGate } from '../../relay/tenant-gate.ts';
import type { OpenUpstream } from '../../transport/upstream.ts';
import type { HttpExtras } from '../http-extras.ts';

export interface StartedTenant {
  /** What runs or is reached, agreed to as it is now. */
  readonly run:
    | { readonly kind: 'program'; readonly definition: ProgramDefinition; readonly program: string }
    | { readonly kind: 'http'; readonly definition: HttpDefinition; readonly extras: HttpExtras };
  readonly gate: TenantGate;
  /** The same upstream, which the tenant's side can end. */
  readonly endable: (open: OpenUpstream) => OpenUpstream;
  /** The session is over, or did not begin. */
  readonly release: () => void;
}

/** @throws CompanionError where its tenant cannot be asked, or nobody agreed to what it says. */
export type StartTenant = (
  connector: Connector,
  session: {
    /** Used for this session in place of the stored one. */
    readonly key?: string;
    /** A line for the connector's log. */
    readonly log: (text: string) => void;
  },
) => Promise<StartedTenant>;
