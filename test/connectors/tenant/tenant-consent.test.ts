import { describe, expect, it } from 'vitest';
import { ConsentRequest, TenantConsent, type Connector } from '../../../preload/contract/index.ts';
import type { TenantConnector } from '../../../main/backend/wire.ts';
import {
  checkTenantConsent,
  tenantConsent,
  tenantConsentRequest,
} from '../../../main/connectors/tenant/tenant-consent.ts';
import { subjectOf, type TenantSubject } from '../../../main/connectors/tenant/tenant-subject.ts';
import { aConnector, NOW } from '../../operations/fakes.ts';
import { HOST, ID, wire } from './fakes.ts';

const FILE = { path: '/usr/bin/npx', realPath: '/opt/npx', sha256: 'b'.repeat(64) };
const NO_APPLICATION = () => undefined;
const of = (over: Partial<TenantConnector> = {}, host = HOST): TenantSubject =>
  subjectOf(wire({ url: 'npx', ...over }), host, NO_APPLICATION);

function accepted(subject: TenantSubject, resolved: typeof FILE | null = FILE): Connector {
  const consent = tenantConsent(subject, resolved ?? undefined, { at: NOW.toISOString(), by: 'person' });
  expect(TenantConsent.parse(consent)).toEqual(consent);
  const definition = { tenant: HOST, server: ID, title: 'Acme Files' };
  return aConnector('files', { definition, consent });
}

const codeOf = (check: ReturnType<typeof checkTenantConsent>): string => (check.ok ? 'ok' : check.failure.code);

describe('the consent to a connector of a tenant', () => {
  it('covers what it was given for, whatever is only a label', () => {
    const connector = accepted(of());
    for (const over of [{}, { version: 9 }, { name: 'Other' }, { sync_required: true }, { deployment_mode: 'x' }])
      expect(codeOf(checkTenantConsent(connector, of(over), FILE))).toBe('ok');
  });

  it.each<[string, Partial<TenantConnector>]>([
    ['the command', { url: 'uvx' }],
    ['an argument', { transport_config: { args: ['server.js', '-x'], env: {} } }],
    ['a variable', { transport_config: { args: ['server.js'], env: { REGION: 'us' } } }],
    ['an added secret', { transport_config: { args: ['server.js'], env: { API_TOKEN: 'hunter22' } } }],
    ['its kind', { transport_type: 'sse', url: 'https://x.example/' }],
  ])('does not cover a change of %s', (_what, over) => {
    const check = checkTenantConsent(accepted(of()), of(over), FILE);
    expect(codeOf(check)).toBe('E_CONSENT_CHANGED');
    if (check.ok) throw new Error('unreachable');
    expect(check.failure.message).toBe(`"files" was changed at ${HOST} since you agreed to it.`);
    expect(check.failure.next).toContain(`"runlayer connectors accept ${ID} --host ${HOST}"`);
  });

  it('covers another value of a secret, and not one that aims elsewhere', () => {
    const env = (value: string) => of({ transport_config: { env: { DATABASE_URL: value } } });
    const connector = accepted(env('postgres://a:first-pw@db.example/x'));
    expect(codeOf(checkTenantConsent(connector, env('postgres://a:other-pw@db.example/x'), FILE))).toBe('ok');
    expect(codeOf(checkTenantConsent(connector, env('postgres://a:other-pw@evil.example/x'), FILE))).toBe(
      'E_CONSENT_CHANGED',
    );
  });

  it.each([
    ['gone', undefined, 'E_COMMAND_MISSING'],
    ['led elsewhere', { ...FILE, realPath: '/tmp/npx' }, 'E_COMMAND_MOVED'],
    ['replaced', { ...FILE, sha256: 'c'.repeat(64) }, 'E_COMMAND_CHANGED'],
  ])('does not cover a program that was %s, and never sends anybody to "connectors edit"', (_what, now, code) => {
    const check = checkTenantConsent(accepted(of()), of(), now);
    expect(codeOf(check)).toBe(code);
    if (!check.ok) expect(check.failure.next).not.toContain('connectors edit');
  });

  it('to a program is none without its file', () => {
    expect(codeOf(checkTenantConsent(accepted(of(), null), of(), FILE))).toBe('E_CONSENT_CHANGED');
  });

  it('is bound to one tenant', () => {
    const here = tenantConsent(of(), FILE, { at: '', by: 'person' });
    const there = tenantConsent(of({}, 'https://other.example'), FILE, { at: '', by: 'person' });
    expect(here.hash).not.toBe(there.hash);
    expect(() => checkTenantConsent(accepted(of()), of({}, 'https://other.example'), FILE)).toThrow();
  });

  it('is bound to the application behind an address', () => {
    const http = {
      transport_type: 'streaming-http',
      url: 'http://127.0.0.1:3845/mcp',
      catalog_entry_name: 'com.figma/x',
    } as const;
    const figma = subjectOf(wire(http), HOST, () => ({ title: 'Figma', evidence: 'team T8' }));
    const request = tenantConsentRequest(figma, undefined, { name: 'figma', default: 'allow' });
    expect(request.target).toMatchObject({ kind: 'tenant', application: 'Figma: team T8', runs: { kind: 'http' } });
    const connector = accepted(figma, null);
    expect(codeOf(checkTenantConsent(connector, figma, undefined))).toBe('ok');
    expect(codeOf(checkTenantConsent(connector, of(http), undefined))).toBe('E_CONSENT_CHANGED');
    const other = subjectOf(wire(http), HOST, () => ({ title: 'Figma', evidence: 'team T9' }));
    expect(codeOf(checkTenantConsent(connector, other, undefined))).toBe('E_CONSENT_CHANGED');
  });

  it('is missing where nobody gave it', () => {
    const { consent: _, ...nobody } = accepted(of());
    expect(codeOf(checkTenantConsent(nobody, of(), FILE))).toBe('E_CONSENT_MISSING');
  });

  it('is asked for with everything but secret values, in letters that cannot hide', () => {
    const subject = of({
      name: 'Files\u202e',
      transport_config: { args: ['-y', 'x@latest'], env: { API_TOKEN: 'hunter2-hunter2', REGION: 'eu' } },
    });
    const request = tenantConsentRequest(
      subject,
      { resolved: FILE, writableByOthers: false },
      { name: 'files', default: 'ask' },
    );
    expect(ConsentRequest.parse(request)).toEqual(request);
    expect(request.target).toMatchObject({
      kind: 'tenant',
      title: String.raw`Files\u{202e}`,
      runs: { kind: 'program', argv: ['npx', '-y', 'x@latest'], env: ['API_TOKEN=***', 'REGION=eu'] },
    });
    expect(JSON.stringify(request)).not.toContain('hunter2');
    expect(request.risks.map(({ code }) => code)).toContain('unpinned_package');
  });
});
