import { describe, expect, it } from 'vitest';
import { companionFindings } from '../../../../main/cli/local/doctor/companion.ts';
import type { Status } from '../../../../preload/contract/index.ts';
import { VERSION } from '../../../../main/version.ts';

type Companion = Status['companion'];

const findings = (signing: Companion['audit']['signing']) =>
  companionFindings({
    running: true,
    version: VERSION,
    kind: 'headless',
    pid: 42,
    startedAt: '2026-11-21T08:00:00.000Z',
    home: '/h',
    draining: false,
    sessions: 0,
    connectors: 0,
    waitingApprovals: 0,
    lockdown: null,
    drifted: 0,
    keychain: { backend: 'keytar', state: 'ready', detail: '' },
    audit: { state: 'ok', detail: '', seq: 9, ...(signing === undefined ? {} : { signing }) },
    delivery: {
      state: 'off',
      endpoint: null,
      lagEvents: 0,
      lagBytes: 0,
      lastSuccessAt: null,
      parked: 0,
      pressure: 'none',
      problem: '',
    },
    tenants: [],
    enforcement: 'closed',
    waitingConsents: [],
    warnings: [],
  }).filter(({ check }) => check === 'audit');

describe('whether the audit trail is signed', () => {
  it.each<[Companion['audit']['signing'], string, string]>([
    [undefined, 'ok', '10 records'],
    [{ signed: true, detail: 'with the key 0123' }, 'ok', '10 records, signed with the key 0123'],
    [{ signed: false, detail: 'It is locked.' }, 'note', '10 records, not signed: It is locked.'],
  ])('%j', (signing, state, text) => {
    expect(findings(signing)).toMatchObject([{ state, text }]);
  });
});
