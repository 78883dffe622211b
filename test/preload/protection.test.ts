import { aClientView } from '../fixtures/a-client-view.ts';
import { describe, expect, it } from 'vitest';
import type { ClientView } from '../../preload/contract/client.ts';
import type { ConnectorView } from '../../preload/contract/connector.ts';
import { assessProtection } from '../../preload/contract/protection.ts';
import { Status } from '../../preload/contract/status.ts';
import type { TenantView } from '../../preload/contract/tenant.ts';
import { trayView } from '../../main/shell/tray-model.ts';
import { NO_TENANT } from '../fixtures/quiet-status.ts';
import { status as fakeStatus } from '../shell/harness.ts';

const status = (change: Record<string, unknown> = {}): Status => Status.parse(fakeStatus(change));
const connector = (change: Partial<ConnectorView> = {}): ConnectorView => ({
  name: 'files',
  target: { kind: 'program', argv: [], envNames: [], secrets: {} },
  default: 'ask',
  enabled: true,
  state: 'ready',
  sessions: 0,
  createdAt: '2026-11-20T10:00:00.000Z',
  ...change,
});
const client = (change: Partial<ClientView> = {}): ClientView => aClientView({ connectors: ['files'], ...change });

const ACME = 'https://acme.runlayer.com';
const tenant = (change: Partial<TenantView> = {}): TenantView => ({
  host: ACME,
  signedInAt: '2026-11-20T10:00:00.000Z',
  isDefault: true,
  credential: 'ok',
  state: 'ok',
  problem: '',
  ...change,
});

describe('while everything is stopped', () => {
  const lockdown = { since: '2026-11-21T10:00:00.000Z', by: 'command line, process 7' };
  const stopped = assessProtection({
    status: status({ lockdown, enforcement: 'open', tenants: [tenant({ state: 'unreachable' })] }),
    connectors: [connector()],
  });

  it('says so first and aloud, whatever else is wrong', () => {
    expect(stopped).toMatchObject({ state: 'attention', banner: 'Locked down' });
    expect(stopped.concerns[0]).toMatchObject({ command: 'runlayer lockdown off' });
    expect(stopped.concerns[0]?.text).toMatch(/^LOCKED DOWN/);
  });

  it('the tray shows it', () => {
    const view = trayView({
      protection: stopped,
      waiting: 0,
      lockedDown: true,
      stopped: [],
      weakened: undefined,
      update: { kind: 'unknown' },
      now: 0,
      clock: String,
    });
    expect(view.tooltip).toBe('Runlayer Companion: locked down');
    expect(view.menu[0]?.map(({ label }) => label)).toContain('LOCKED DOWN');
  });
});

describe('assessProtection', () => {
  it('is protected when nothing is wrong', () => {
    expect(assessProtection({ status: status(), connectors: [connector()], clients: [client()] })).toEqual({
      state: 'protected',
      concerns: [],
    });
  });

  it.each([
    ['no companion', {}, 'not_enforcing', 'runlayer serve'],
    ['a companion that stops', { status: status({ draining: true }) }, 'not_enforcing', 'runlayer serve'],
    [
      'no audit',
      { status: status({ audit: { state: 'unavailable', detail: 'disk full', seq: 1 }, waitingApprovals: 3 }) },
      'attention',
      'runlayer doctor',
    ],
    ['items that changed', { status: status({ drifted: 2, waitingApprovals: 1 }) }, 'attention', 'runlayer pins list'],
    ['calls that wait', { status: status({ waitingApprovals: 1 }) }, 'attention', 'runlayer approvals list'],
    [
      'a locked keychain',
      { status: status({ keychain: { backend: 'vault', state: 'locked', detail: '' } }) },
      'attention',
      'runlayer secrets unlock',
    ],
    [
      'no keychain',
      { status: status({ keychain: { backend: null, state: 'absent', detail: '' } }) },
      'attention',
      'runlayer doctor',
    ],
    [
      'outages that open',
      { status: status({ enforcement: 'open', waitingApprovals: 2, tenants: [tenant({ state: 'ok' })] }) },
      'attention',
      'runlayer status',
    ],
    [
      'an outage that is open now',
      { status: status({ enforcement: 'open', tenants: [tenant({ state: 'unreachable' })] }) },
      'not_enforcing',
      'runlayer status',
    ],
    [
      'a tenant that is away, which closes',
      { status: status({ tenants: [tenant({ state: 'unreachable', problem: 'No network.' })] }) },
      'attention',
      'runlayer doctor',
    ],
    [
      'a key that is not taken',
      { status: status({ tenants: [tenant({ state: 'unauthorized' })] }) },
      'attention',
      'runlayer login --host https://acme.runlayer.com',
    ],
    [
      'a key that is gone',
      { status: status({ tenants: [tenant({ credential: 'missing' })] }) },
      'attention',
      'runlayer login --host https://acme.runlayer.com',
    ],
    [
      'a connector of a tenant that waits for consent',
      { status: status({ waitingConsents: [{ host: ACME, server: 'github', title: 'GitHub' }] }) },
      'attention',
      'runlayer connectors accept github --host https://acme.runlayer.com',
    ],
    [
      'one whose alias is a trap for whoever copies the command',
      { status: status({ waitingConsents: [{ host: ACME, server: 'x;reboot', title: 'x' }] }) },
      'attention',
      'runlayer tenant servers --host https://acme.runlayer.com',
    ],
    [
      'approvals at a tenant',
      { status: status({ waitingTenantApprovals: 1 }) },
      'attention',
      'runlayer tenant approvals',
    ],
    [
      'too much undelivered, so that calls are denied',
      { status: status({ delivery: { ...NO_TENANT.delivery, pressure: 'full' }, waitingApprovals: 1 }) },
      'attention',
      'runlayer audit status',
    ],
    [
      'delivery that stopped',
      { status: status({ delivery: { ...NO_TENANT.delivery, state: 'stopped', problem: 'No key.' } }) },
      'attention',
      'runlayer audit status',
    ],
    [
      'delivery that does not keep up',
      { status: status({ delivery: { ...NO_TENANT.delivery, state: 'delivering', pressure: 'warn' } }) },
      'attention',
      'runlayer audit status',
    ],
    [
      'records that were set aside',
      { status: status({ delivery: { ...NO_TENANT.delivery, state: 'delivering', parked: 1 } }) },
      'attention',
      'runlayer audit status',
    ],
    ['a warning', { status: status({ warnings: ['something'] }) }, 'attention', 'runlayer doctor'],
    ['no connectors', { status: status(), connectors: [] }, 'attention', 'runlayer connectors add --help'],
    [
      'a paused connector',
      { status: status(), connectors: [connector({ state: 'paused' })] },
      'attention',
      'runlayer connectors logs files',
    ],
    [
      'a connector without consent',
      { status: status(), connectors: [connector({ state: 'needs_consent' })] },
      'attention',
      'runlayer connectors show files',
    ],
    [
      'a connector whose tenant nobody is signed in to',
      {
        status: status(),
        connectors: [
          connector({
            state: 'signed_out',
            target: { kind: 'tenant', host: ACME, server: '0b8c9f6e-0000-4000-8000-000000000001', title: 'GitHub' },
          }),
        ],
      },
      'attention',
      `runlayer login --host ${ACME}`,
    ],
    [
      'a server beside the companion',
      { status: status(), clients: [client({ unmanaged: ['shell'] })] },
      'attention',
      'runlayer setup install --help',
    ],
    ['an unreadable client', { status: status(), clients: [client({ state: 'invalid' })] }, 'attention', undefined],
  ] as const)('%s', (_title, input, state, command) => {
    const protection = assessProtection(input);
    expect(protection.state).toBe(state);
    expect(protection.concerns[0]?.command).toBe(command);
    for (const concern of protection.concerns) expect(concern.next.length).toBeGreaterThan(3);
  });

  it('says of a server at an address that it fails, not that it crashes', () => {
    const target = {
      kind: 'http',
      url: 'https://x/',
      transport: 'sse',
      headerNames: [],
      secrets: {},
      oauth: false,
    } as const;
    const paused = connector({ state: 'paused', target: { ...target, headerNames: [] } });
    expect(assessProtection({ status: status(), connectors: [paused] }).concerns[0]?.text).toBe(
      'files is paused: its server keeps failing.',
    );
  });

  it('is quiet about a tenant that is well, a delivery that waits a little, and where calls fail closed', () => {
    const delivery = { ...NO_TENANT.delivery, state: 'waiting', lagEvents: 3 };
    const well = status({ tenants: [tenant(), tenant({ state: 'unknown', credential: 'environment' })], delivery });
    expect(assessProtection({ status: well })).toEqual({ state: 'protected', concerns: [] });
  });

  it('says aloud that outages open, and only then', () => {
    const open = assessProtection({ status: status({ enforcement: 'open' }) });
    expect(open).toMatchObject({ state: 'attention', banner: 'Not enforcing on outage' });
    const away = status({ enforcement: 'open', tenants: [tenant({ state: 'unreachable' })] });
    expect(assessProtection({ status: away }).concerns[0]?.text).toMatch(/^NOT ENFORCING: /);
    expect(assessProtection({ status: status({ warnings: ['x'] }) })).not.toHaveProperty('banner');
  });

  it('does not mind what is disabled or not known yet', () => {
    const disabled = connector({ state: 'disabled', enabled: false });
    expect(assessProtection({ status: status(), connectors: [disabled] }).state).toBe('protected');
    expect(
      assessProtection({ status: status({ keychain: { backend: null, state: 'unknown', detail: '' } }) }).state,
    ).toBe('protected');
  });
});
