import { describe, expect, it } from 'vitest';
import type { ClientView } from '../../preload/contract/client.ts';
import type { ConnectorView } from '../../preload/contract/connector.ts';
import { assessProtection } from '../../preload/contract/protection.ts';
import { Status } from '../../preload/contract/status.ts';
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
const client = (change: Partial<ClientView> = {}): ClientView => ({
  id: 'cursor',
  title: 'Cursor',
  path: '/home/ada/.cursor/mcp.json',
  state: 'ok',
  connectors: ['files'],
  unmanaged: [],
  ...change,
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

  it('does not mind what is disabled or not known yet', () => {
    const disabled = connector({ state: 'disabled', enabled: false });
    expect(assessProtection({ status: status(), connectors: [disabled] }).state).toBe('protected');
    expect(
      assessProtection({ status: status({ keychain: { backend: null, state: 'unknown', detail: '' } }) }).state,
    ).toBe('protected');
  });
});
