import { describe, expect, it } from 'vitest';
import type { DeliveryState } from '../../preload/contract/delivery.ts';
import { AuditEndpoint } from '../../preload/contract/delivery.ts';
import type { TenantView } from '../../preload/contract/tenant.ts';
import type { VerificationResult } from '../../preload/contract/verification.ts';
import {
  auditSaid,
  bytesText,
  deliverySaid,
  endpointProblem,
  leavingLines,
  resultSaid,
  sentence,
} from '../../renderer/features/settings/settings-model.ts';
import { updateText } from '../../renderer/features/settings/update-text.ts';

const delivery: DeliveryState = {
  state: 'off',
  endpoint: null,
  lagEvents: 0,
  lagBytes: 0,
  lastSuccessAt: null,
  parked: 0,
  pressure: 'none',
  problem: '',
};
const result: VerificationResult = {
  ok: true,
  records: 1234,
  chains: 1,
  signed: true,
  unchecked: 0,
  note: '',
  why: '',
  problems: [],
  moreProblems: 0,
};
const tenant: TenantView = {
  host: 'https://acme.example',
  signedInAt: '',
  isDefault: true,
  credential: 'ok',
  state: 'ok',
  problem: '',
};

describe('the audit trail', () => {
  it.each([
    [{ state: 'ok', detail: '', seq: 11, signing: { signed: true, detail: 'with the key 1f' } }, 'good', '12 records'],
    [{ state: 'ok', detail: '', seq: 0, signing: { signed: false, detail: 'no keychain' } }, 'warn', '1 record '],
    [{ state: 'ok', detail: '', seq: -1 }, 'warn', '0 records'],
    [{ state: 'unavailable', detail: 'The disk is full.', seq: 1 }, 'bad', 'The disk is full.'],
  ] as const)('%j is %s', (audit, tone, text) => {
    const said = auditSaid(audit);
    expect([said.tone, said.text.includes(text)]).toEqual([tone, true]);
  });

  it('is never called whole where a problem was found or a signature was not checked', () => {
    expect(resultSaid(result)).toMatchObject({
      tone: 'good',
      badge: 'Whole',
      text: expect.stringContaining('1,234 records') as string,
    });
    expect(resultSaid({ ...result, signed: false }).tone).toBe('warn');
    expect(resultSaid({ ...result, unchecked: 2 })).toMatchObject({ tone: 'warn', badge: 'Not fully checked' });
    const problem = { file: 'f', line: 1, code: 'bad_hash', text: 't' };
    expect(resultSaid({ ...result, ok: false, problems: [problem], moreProblems: 4 })).toMatchObject({
      tone: 'bad',
      badge: '5 problems',
    });
  });

  it.each([
    [{}, 'plain', 'sent to nobody'],
    [{ state: 'delivering' }, 'good', 'Everything was delivered.'],
    [{ state: 'delivering', parked: 1 }, 'warn', '1 record was refused'],
    [
      { state: 'waiting', lagEvents: 2, lagBytes: 2048, problem: 'It is away.' },
      'warn',
      '2 records wait (2 KiB). It is away.',
    ],
    [{ state: 'stopped', problem: 'Its secret is gone.' }, 'bad', 'Its secret is gone.'],
  ] as const)('delivered: %j is %s', (change, tone, text) => {
    const said = deliverySaid({ ...delivery, ...change });
    expect([said.tone, said.text]).toEqual([tone, expect.stringContaining(text)]);
  });
});

describe('what leaves this machine', () => {
  it('is nothing but calls where nobody is signed in and nothing is delivered', () => {
    const lines = leavingLines({ tenants: [], delivery }, { kind: 'off', reason: '' });
    expect(lines.slice(1, 4)).toEqual([
      'No tenant is asked about anything.',
      'The audit trail is sent to nobody.',
      'Nobody is asked whether there is a newer version.',
    ]);
  });

  it('names every tenant, the endpoint and the update address', () => {
    const companion = {
      tenants: [tenant, { ...tenant, host: 'https://gone.example', credential: 'missing' } as const],
      delivery: { ...delivery, state: 'waiting', endpoint: 'https://siem.example/in' } as const,
    };
    const text = leavingLines(companion, { kind: 'unknown' }).join('\n');
    expect(text).toContain('https://acme.example: for each call of a connector from there');
    expect(text).not.toContain('gone.example');
    expect(text).toContain('https://siem.example/in: every record');
    expect(text).toContain('The update address is asked');
  });
});

describe('an address for the audit trail', () => {
  it.each([
    'https://audit.example/ingest',
    'http://audit.example/ingest',
    'http://127.0.0.1:8080/in',
    'http://localhost/in',
    'ftp://x.example/',
    'audit.example',
    '',
    'https://a:b@audit.example/',
    'https://audit.example/#x',
  ])('%j is taken where the contract takes it', (url) => {
    expect(endpointProblem(url) === undefined).toBe(AuditEndpoint.safeParse({ url }).success);
  });
});

describe('words', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [32 * 1024 * 1024, '32 MiB'],
    [1024 ** 3, '1 GiB'],
    [5000 * 1024 ** 3, '5,000 GiB'],
  ])('%i bytes are %s', (bytes, text) => {
    expect(bytesText(bytes)).toBe(text);
  });

  it('are sentences', () => {
    expect([sentence(''), sentence('signed up'), sentence('Done.')]).toEqual(['', 'Signed up.', 'Done.']);
  });

  it('of an update promise nothing', () => {
    expect(updateText(undefined)).toBe('Not known yet.');
    expect(updateText({ kind: 'available', version: '2.0.0', checkedAt: '' })).toContain('never installed by itself');
    expect(updateText({ kind: 'unknown', problem: 'No answer.' })).toBe('No answer.');
  });
});
