import { describe, expect, it } from 'vitest';
import type { Status, TenantStatus, TenantView } from '../../../../preload/contract/index.ts';
import { companionFindings } from '../../../../main/cli/local/doctor/companion.ts';
import type { Probe } from '../../../../main/cli/local/doctor/probe-host.ts';
import { tenantFindings, type TenantFacts } from '../../../../main/cli/local/doctor/tenants.ts';
import { VERSION } from '../../../../main/version.ts';
import { NO_TENANT } from '../../../fixtures/quiet-status.ts';

const HOST = 'https://acme.runlayer.com';
const NOW = Date.parse('2026-11-21T08:00:00Z');
const DAY = 86_400_000;

const companion = (over: Partial<Status['companion']> = {}): Status['companion'] => ({
  running: true,
  version: VERSION,
  kind: 'headless',
  pid: 42,
  startedAt: '2026-11-21T08:00:00.000Z',
  home: '/h',
  draining: false,
  sessions: 1,
  connectors: 2,
  waitingApprovals: 0,
  keychain: { backend: 'keytar', state: 'ready', detail: '' },
  audit: { state: 'ok', detail: '', seq: 9 },
  ...NO_TENANT,
  warnings: [],
  ...over,
});
const view = (over: Partial<TenantView> = {}): TenantView => ({
  host: HOST,
  signedInAt: '2026-11-21T08:00:00.000Z',
  account: 'ada@acme.com',
  isDefault: true,
  credential: 'ok',
  state: 'ok',
  problem: '',
  ...over,
});
const status = (enrolled: boolean): TenantStatus => ({
  version: VERSION,
  default_host: HOST,
  dashboard_url: HOST,
  hosts: [{ url: HOST, credential: 'ok', enrolled }],
  hooks: [],
  identity: null,
  attention: null,
  admin: null,
});
const probe = (over: Partial<Extract<Probe, { kind: 'reached' }>> = {}): Probe => ({
  kind: 'reached',
  certificateEnds: NOW + 60 * DAY,
  clockSkewMs: 2000,
  ...over,
});
const found = (over: Partial<TenantFacts>): [string, string, string | undefined][] =>
  tenantFindings({
    host: HOST,
    probe: probe(),
    companion: companion({ tenants: [view()] }),
    status: status(true),
    now: NOW,
    ...over,
  }).map(({ check, state, text, next }) => {
    expect(check).toBe('acme.runlayer.com');
    return [state, text, next];
  });

const REACHED = ['ok', 'reached, its certificate is good until 2027-01-20', undefined];
const TAKEN = ['ok', 'the key of ada@acme.com is taken', undefined];

describe('what doctor says of a tenant', () => {
  it('all is well', () => {
    expect(found({})).toEqual([REACHED, TAKEN]);
  });

  it.each([
    ['name', 'Its name cannot be found (ENOTFOUND).'],
    ['network', 'It cannot be reached (ENOTFOUND).'],
    ['tls', 'Its certificate is not to be trusted (ENOTFOUND).'],
    ['time', 'It does not answer (ENOTFOUND).'],
  ] as const)('not reached: %s', (at, text) => {
    const [first, ...more] = found({ probe: { kind: 'failed', at, reason: 'ENOTFOUND' }, status: status(false) });
    expect(first?.slice(0, 2)).toEqual(['problem', text]);
    expect(first?.[2]).toMatch(/^(Check|Do not go on)/);
    expect(more).toEqual([]);
  });

  it('a certificate that only the companion was told to trust', () => {
    const lines = found({ probe: { kind: 'failed', at: 'tls', reason: 'SELF_SIGNED' }, status: status(true) });
    expect(lines.map(([state]) => state)).toEqual(['note', 'ok']);
    expect(lines[0]?.[2]).toContain('do not go on');
  });

  it.each([
    [13 * DAY, 'note', 'reached; its certificate ends on 2026-12-04.'],
    [15 * DAY, 'ok', 'reached, its certificate is good until 2026-12-06'],
  ])('a certificate that ends in %s ms', (left, state, text) => {
    expect(found({ probe: probe({ certificateEnds: NOW + left }) })[0]?.slice(0, 2)).toEqual([state, text]);
  });

  it('plain http to this machine', () => {
    expect(found({ probe: probe({ certificateEnds: undefined }) })[0]?.[1]).toBe(
      'reached, over plain http to this machine',
    );
  });

  it.each([
    [0, undefined],
    [60_000, undefined],
    [61_000, 'note'],
    [-61_000, 'note'],
    [300_000, 'note'],
    [301_000, 'problem'],
    [-301_000, 'problem'],
    [undefined, undefined],
  ])('a clock that is %s ms off: %s', (clockSkewMs, state) => {
    const lines = found({ probe: probe({ clockSkewMs }) });
    expect(lines.find(([, text]) => text.includes('clock'))?.[0]).toBe(state);
  });

  it.each<[string, Partial<TenantFacts>, string, string, string]>([
    ['no companion runs', { companion: undefined, status: undefined }, 'note', 'only a running companion', 'Start it'],
    ['it did not say', { status: undefined }, 'note', 'could not be found out', 'doctor'],
    ['it was not asked in time', { status: status(false) }, 'note', 'could not be found out', 'doctor'],
    [
      'the key is not taken',
      { status: status(false), companion: companion({ tenants: [view({ state: 'unauthorized', problem: 'x' })] }) },
      'problem',
      'does not take the key',
      `runlayer login --host ${HOST}`,
    ],
    [
      'the key is gone',
      { status: status(false), companion: companion({ tenants: [view({ credential: 'missing' })] }) },
      'problem',
      'not in the keychain',
      `runlayer login --host ${HOST}`,
    ],
    [
      'it fails in another way',
      { status: status(false), companion: companion({ tenants: [view({ problem: 'It answers with HTML.' })] }) },
      'note',
      'It answers with HTML.',
      'doctor',
    ],
  ])('the key where %s', (_title, facts, state, text, next) => {
    const line = found(facts).at(-1);
    expect(line?.[0]).toBe(state);
    expect(line?.[1]).toContain(text);
    expect(line?.[2]).toContain(next);
  });
});

describe('what doctor says of the companion', () => {
  const lines = (over: Partial<Status['companion']>): string[] =>
    companionFindings(companion(over)).map(({ check, state, text }) => `${state} ${check}: ${text}`);
  const delivery = (over: Partial<Status['companion']['delivery']>): Partial<Status['companion']> => ({
    delivery: { ...NO_TENANT.delivery, state: 'delivering', endpoint: 'https://a.example/', ...over },
  });

  it('all is well', () => {
    expect(lines({})).toEqual([
      `ok companion: version ${VERSION}, process 42, 1 sessions`,
      'ok audit: 10 records',
      'ok delivery: off, the audit trail stays on this machine',
    ]);
  });

  it.each([
    [delivery({ lagEvents: 3 }), 'ok delivery: to https://a.example/, 3 records wait'],
    [delivery({ parked: 2 }), 'note delivery: 2 records were refused by https://a.example/ and set aside.'],
    [
      delivery({ state: 'waiting', problem: 'It is away.', lagEvents: 1 }),
      'note delivery: It is away. 1 records wait.',
    ],
    [delivery({ state: 'stopped', problem: 'No key.' }), 'problem delivery: No key. 0 records wait.'],
    [delivery({ state: 'waiting', pressure: 'full' }), 'problem delivery: New calls are denied: 0 records wait.'],
    [{ enforcement: 'open' as const }, 'note enforcement: NOT ENFORCING ON OUTAGE'],
    [{ waitingConsents: [{ host: HOST, server: 's', title: 'GitHub' }] }, `note consent: "GitHub" of ${HOST} waits`],
    [{ audit: { state: 'unavailable' as const, detail: 'disk full', seq: 1 } }, 'problem audit: It cannot be written'],
    [{ warnings: ['Something.'] }, 'problem companion: Something.'],
    [{ warnings: ['the audit journal can be synced again'] }, 'note companion: the audit journal can be synced again'],
    [{ version: '0.0.0-old' }, 'problem companion: It is version 0.0.0-old'],
  ])('%j', (over, line) => {
    expect(lines(over).some((candidate) => candidate.startsWith(line))).toBe(true);
    for (const finding of companionFindings(companion(over)))
      if (finding.state !== 'ok') expect(finding.next?.length).toBeGreaterThan(10);
  });
});
