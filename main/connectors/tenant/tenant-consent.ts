/**
 * What a person agrees to with a tenant's connector, and whether a stored yes covers what the tenant says now. Pure; it never
 * gives consent. Anything unclear is a no.
 */
import {
  isTenantDefinition,
  type Connector,
  type ConsentRequest,
  type DefaultMode,
  type OwnTarget,
  type Risk,
  type TenantConsent,
} from '../../../preload/contract/index.ts';
import { checkProgram, ownTarget, refused, resolvedOf, type ConsentCheck } from '../consent.ts';
import { displayText } from '../display.ts';
import { assessHttpRisks } from '../http-risks.ts';
import type { ResolvedCommand } from '../resolve-command.ts';
import { assessRisks } from '../risks.ts';
import { shownTitle } from './tenant-definition.ts';
import { consentHashOf, type TenantSubject } from './tenant-subject.ts';

/** The file that the subject's command means now, and whether other users could replace it; nothing for an address. */
export type FoundProgram = { readonly resolved: ResolvedCommand; readonly writableByOthers: boolean } | undefined;

/** The tenant gives all that is needed: nothing of it is in this machine's keychain. */
const NONE_STORED: ReadonlySet<string> = new Set();

function targetOf({ run }: TenantSubject, found: FoundProgram): OwnTarget {
  if (run.kind === 'http') return ownTarget({ definition: run.shown }, NONE_STORED);
  if (found === undefined) throw new Error('a program is shown with its file');
  return ownTarget({ definition: run.shown, resolved: found.resolved }, NONE_STORED);
}

function risksOf({ run }: TenantSubject, found: FoundProgram): Risk[] {
  if (run.kind === 'http') return assessHttpRisks(run.shown);
  return assessRisks(run.shown, {
    realPath: found?.resolved.realPath ?? '',
    writableByOthers: found?.writableByOthers ?? true,
  });
}

/** Every text in it is escaped for display; only `hash` is meant for comparing. */
export function tenantConsentRequest(
  subject: TenantSubject,
  found: FoundProgram,
  local: { readonly name: string; readonly default: DefaultMode },
): ConsentRequest {
  const { application } = subject;
  return {
    connector: local.name,
    hash: consentHashOf(subject, found?.resolved),
    target: {
      kind: 'tenant',
      host: subject.host,
      server: subject.server,
      title: shownTitle(subject.title),
      version: subject.version,
      runs: targetOf(subject, found),
      application: application === undefined ? null : displayText(`${application.title}: ${application.evidence}`),
    },
    risks: risksOf(subject, found),
    default: local.default,
  };
}

/** A yes to exactly this. */
export function tenantConsent(
  subject: TenantSubject,
  resolved: ResolvedCommand | undefined,
  given: { readonly at: string; readonly by: TenantConsent['by'] },
): TenantConsent {
  const { at, by } = given;
  return { hash: consentHashOf(subject, resolved), at, program: resolved ?? null, by };
}

/** The stored yes, where there is one of this kind. */
export function consentOf(connector: Connector): TenantConsent | undefined {
  const { consent } = connector;
  return consent !== undefined && 'program' in consent ? consent : undefined;
}

/** Whether the connector's consent covers what its tenant says now. `resolvedNow`: what the agreed file is at this moment. */
export function checkTenantConsent(
  connector: Connector,
  subject: TenantSubject,
  resolvedNow: ResolvedCommand | undefined,
): ConsentCheck {
  const { host, server, title } = subject;
  const look = `Look at it and agree with "runlayer connectors accept ${server} --host ${host}".`;
  const { definition } = connector;
  if (!isTenantDefinition(definition) || definition.tenant !== host || definition.server !== server)
    throw new Error('another connector is asked about');
  const consent = consentOf(connector);
  if (consent === undefined) {
    return refused('E_CONSENT_MISSING', `Nobody has agreed to what "${shownTitle(title)}" of ${host} does.`, look);
  }
  const agreed = consent.program === null ? undefined : resolvedOf(consent.program);
  const isOfKind = (agreed !== undefined) === (subject.run.kind === 'program');
  if (!isOfKind || consentHashOf(subject, agreed) !== consent.hash) {
    return refused('E_CONSENT_CHANGED', `"${connector.name}" was changed at ${host} since you agreed to it.`, look);
  }
  return agreed === undefined ? { ok: true } : checkProgram(connector, agreed, resolvedNow);
}
