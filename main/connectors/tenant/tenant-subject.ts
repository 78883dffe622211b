/** One connector of a tenant as it is now: what is asked about, agreed to and compared. */
import type { TenantConnector } from '../../backend/wire.ts';
import { tenantHash } from '../definition-hash.ts';
import type { ResolvedCommand } from '../resolve-command.ts';
import { runOf, unusable, type TenantRun } from './tenant-definition.ts';

/** A desktop application whose own endpoint this is, and how the program that listens is recognised. */
export interface Application {
  readonly title: string;
  readonly evidence: string;
}

/** Undefined for an address that belongs to no application we know. */
export type ApplicationOf<A extends Application = Application> = (
  catalogEntryName: string,
  url: string,
) => A | undefined;

export interface TenantSubject<A extends Application = Application> {
  readonly host: string;
  readonly server: string;
  /** The tenant's own, not yet safe to look at. */
  readonly title: string;
  readonly version: number;
  readonly wire: TenantConnector;
  readonly run: TenantRun;
  readonly application: A | undefined;
}

/** @throws CompanionError E_TENANT_DEFINITION for a definition that is never used, whoever says yes. */
export function subjectOf<A extends Application>(
  wire: TenantConnector,
  host: string,
  applicationOf: ApplicationOf<A>,
): TenantSubject<A> {
  const run = runOf(wire, host);
  const catalogName = wire.catalog_entry_name ?? '';
  const subject = {
    host,
    server: wire.id,
    title: wire.name,
    version: wire.version,
    wire,
    run,
    application: run.kind === 'http' && catalogName !== '' ? applicationOf(catalogName, run.definition.url) : undefined,
  };
  try {
    wordOf(subject);
  } catch (error) {
    throw unusable(host, wire.name, 'it holds text that is not valid Unicode', error);
  }
  return subject;
}

/** What a yes is bound to. `resolved` is the file that its command means. */
export function consentHashOf(subject: TenantSubject, resolved: ResolvedCommand | undefined): string {
  const { host, server, application } = subject;
  return tenantHash({ host, server, definition: subject.run.shown, resolved, application });
}

/** Tells two definitions of one connector apart, whatever is installed here. */
export function wordOf(subject: TenantSubject): string {
  return consentHashOf(subject, undefined);
}
