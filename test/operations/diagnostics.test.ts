import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnosticsText, type DiagnosticsInput } from '../../main/operations/diagnostics.ts';

const AT = '2026-11-21T08:00:00.000Z';

function input(over: Partial<DiagnosticsInput> & { readonly warnings?: string[] } = {}): DiagnosticsInput {
  const { warnings = [], ...rest } = over;
  return {
    about: {
      version: '0.1.0',
      kind: 'headless',
      startedAt: AT,
      platform: 'linux x64 6.1',
      versions: [{ name: 'Node.js', version: '24.21.0' }],
      home: '/home/ada/.runlayer/companion',
      paths: [],
      chainId: 'c',
    },
    status: {
      running: true,
      version: '0.1.0',
      kind: 'headless',
      pid: 1,
      startedAt: AT,
      home: '/home/ada/.runlayer/companion',
      draining: false,
      sessions: 2,
      connectors: 1,
      waitingApprovals: 0,
      keychain: { backend: 'keytar', state: 'ready', detail: '' },
      audit: { state: 'ok', detail: '', seq: 12, signing: { signed: true, detail: '' } },
      delivery: {
        state: 'delivering',
        endpoint: 'https://siem.secret-corp.example/in',
        lagEvents: 3,
        lagBytes: 10,
        lastSuccessAt: null,
        parked: 0,
        pressure: 'none',
        problem: '',
      },
      tenants: [
        {
          host: 'https://secret-corp.example',
          signedInAt: AT,
          account: 'ada@secret-corp.example',
          isDefault: true,
          credential: 'ok',
          state: 'ok',
          problem: '',
        },
      ],
      enforcement: 'closed',
      waitingConsents: [{ host: 'https://secret-corp.example', server: 'x', title: 'Payroll' }],
      lockdown: { since: AT, by: 'ada' },
      drifted: 1,
      warnings,
    },
    settings: {
      newItems: 'pin',
      lockdown: null,
      retention: { days: 90, bytes: 1 },
      defaultTenant: null,
      managed: {
        path: null,
        file: 'none',
        problem: '',
        enforcementFailureMode: 'closed',
        allowInsecureTransport: false,
        vouchedHosts: ['https://secret-corp.example'],
        defaultHost: null,
      },
    },
    connectors: ['program', 'http', 'program', 'http off'],
    counts: { rules: 1, secrets: 2, bindings: 3, tenants: 4 },
    now: AT,
    homeFolder: '/home/ada',
    redact: (text) => text.replaceAll('hunter2', '[REDACTED]'),
    ...rest,
  };
}

describe('the text for a report', () => {
  it('is states and counts', () => {
    expect(diagnosticsText(input())).toBe(
      [
        'Runlayer Companion 0.1.0 (headless) on linux x64 6.1',
        'Node.js 24.21.0',
        `started ${AT}, now ${AT}`,
        'sessions: 2',
        'connectors: 2 program, 1 http, 1 http off',
        'rules: 1, secrets: 2, hub bindings: 3, tenants: 4',
        'tenant states: 1 ok/ok',
        'keychain: ready (keytar)',
        'audit: ok, record 12, signed',
        'delivery: delivering, 3 waiting, pressure none, 0 parked',
        'when a tenant is away: closed; managed settings: none',
        'lockdown: on; new items: pin; held back: 1; waiting: 0',
        'warnings: none',
        '',
      ].join('\n'),
    );
  });

  it('names no tenant, no account, no address and no person', () => {
    const text = diagnosticsText(input({ warnings: ['/home/ada/x holds hunter2\u202e'] }));
    for (const private_ of ['secret-corp', 'Payroll', '/home/ada', 'hunter2', '\u202e'])
      expect(text).not.toContain(private_);
    expect(text).toContain('- ~/x holds [REDACTED]');
  });

  it('is bounded, whatever there is to warn about', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 2000, unit: 'grapheme' }), { maxLength: 60 }), (warnings) => {
        expect(diagnosticsText(input({ warnings })).length).toBeLessThanOrEqual(16 * 1024);
      }),
      { numRuns: 50 },
    );
  });
});
