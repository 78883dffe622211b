import { describe, expect, it } from 'vitest';
import { deliveryHandlers } from '../../main/operations/delivery-handlers.ts';
import type { AuditEndpoint, DeliveryState, SecretEntry } from '../../preload/contract/index.ts';
import { CLI, memorySettings, NOW, PAGE } from './fakes.ts';

const STATE: DeliveryState = {
  state: 'delivering',
  endpoint: 'https://audit.example/in',
  lagEvents: 3,
  lagBytes: 2000,
  lastSuccessAt: null,
  parked: 0,
  pressure: 'none',
  problem: '',
};
const ENDPOINT: AuditEndpoint = { url: 'https://audit.example/in?key=k', authorization: 'Bearer keychain:audit' };

function bench(auditEndpoint: AuditEndpoint | null = null, record: () => void = () => undefined) {
  const settings = memorySettings({ auditEndpoint });
  const told: string[] = [];
  const stored: SecretEntry[] = [
    { name: 'audit', backend: 'vault', redactable: true, updatedAt: NOW.toISOString() },
    { name: 'oauth.files', backend: 'vault', redactable: true, updatedAt: NOW.toISOString() },
  ];
  const handlers = deliveryHandlers({
    settings,
    vault: { list: () => stored },
    delivery: {
      state: () => STATE,
      endpointChanged: () => told.push(`endpoint ${settings.read().auditEndpoint?.url ?? 'none'}`),
    },
    record: (event, detail) => {
      record();
      told.push(`${event} ${JSON.stringify(detail)}`);
    },
  });
  return { settings, told, handlers };
}

describe('audit.setEndpoint', () => {
  it('records the change, without a query, before it counts', async () => {
    const { settings, told, handlers } = bench();
    expect(await handlers['audit.setEndpoint']({ endpoint: ENDPOINT }, CLI)).toEqual(STATE);
    expect(settings.read().auditEndpoint).toEqual(ENDPOINT);
    expect(told).toEqual([
      'audit_endpoint_changed {"change":"set","endpoint":"https://audit.example/in","by":"a test"}',
      'endpoint https://audit.example/in?key=k',
    ]);
    expect(await handlers['audit.delivery']({}, CLI)).toEqual({ endpoint: ENDPOINT, state: STATE });
    // A page gets no more of the address than the journal.
    expect(await handlers['audit.delivery']({}, PAGE)).toMatchObject({ endpoint: { url: 'https://audit.example/in' } });
  });

  it('removes', async () => {
    const { settings, told, handlers } = bench(ENDPOINT);
    await handlers['audit.setEndpoint']({ endpoint: null }, CLI);
    expect(settings.read().auditEndpoint).toBeNull();
    expect(told).toEqual(['audit_endpoint_changed {"change":"removed","by":"a test"}', 'endpoint none']);
  });

  it('does nothing where nothing changes', async () => {
    const { settings, told, handlers } = bench(ENDPOINT);
    await handlers['audit.setEndpoint']({ endpoint: { ...ENDPOINT } }, CLI);
    expect([...told, ...settings.writes]).toEqual([]);
  });

  it.each([
    ['Bearer keychain:missing', 'E_SECRET_UNKNOWN'],
    ['Bearer keychain:oauth.files', 'E_SECRET_RESERVED'],
    ['keychain:OAuth.files', 'E_SECRET_RESERVED'],
  ])('refuses %s', (authorization, code) => {
    const { settings, told, handlers } = bench();
    const set = () => handlers['audit.setEndpoint']({ endpoint: { ...ENDPOINT, authorization } }, CLI);
    expect(set).toThrow(expect.objectContaining({ code }) as Error);
    expect([...told, ...settings.writes]).toEqual([]);
  });

  it.each([
    ['it is recorded that it failed', 2, 1],
    ['the first failure is told where not even that can be recorded', 1, 0],
  ])('where the settings cannot be written, %s', (_title, works, failures) => {
    let left = works;
    const { settings, told, handlers } = bench(null, () => {
      if (left === 0) throw new Error('disk full');
      left -= 1;
    });
    settings.update = () => {
      throw new Error('read-only');
    };
    expect(() => handlers['audit.setEndpoint']({ endpoint: ENDPOINT }, CLI)).toThrow('read-only');
    const change = '"change":"set","endpoint":"https://audit.example/in","by":"a test"';
    expect(told).toEqual(
      [`{${change}}`, `{${change},"state":"failed"}`]
        .slice(0, 1 + failures)
        .map((text) => `audit_endpoint_changed ${text}`),
    );
  });

  it('changes nothing that cannot be recorded', () => {
    const { settings, told, handlers } = bench(null, () => {
      throw new Error('disk full');
    });
    expect(() => handlers['audit.setEndpoint']({ endpoint: ENDPOINT }, CLI)).toThrow('disk full');
    expect([...told, ...settings.writes]).toEqual([]);
  });
});
