import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConnectorView, ConsentRequest, TenantServer, operations } from '../../preload/contract/index.ts';
import { describeWeakening } from '../../main/operations/describe.ts';
import { removalWeakeningTests, tenantConnectorHandlers } from '../../main/operations/tenant-connector-handlers.ts';
import { tenantBench } from '../connectors/tenant/bench.ts';
import { failure, HOST, ID, OTHER_ID, wire } from '../connectors/tenant/fakes.ts';
import { codeOf } from '../secrets/fakes.ts';
import { aConnector, CLI } from './fakes.ts';

function bench(over: Parameters<typeof tenantBench>[0] = {}) {
  const b = tenantBench(over);
  const made = tenantConnectorHandlers({ settings: b.settings, tenants: b.connectors, runtimes: b.runtimes });
  const { handlers } = made;
  const preview = async (input: Partial<Parameters<(typeof handlers)['tenant.preview']>[0]> = {}) =>
    handlers['tenant.preview']({ host: HOST, target: ID, default: 'allow', ...input }, CLI);
  const accept = async (consentHash: string, input: Partial<Parameters<(typeof handlers)['tenant.accept']>[0]> = {}) =>
    handlers['tenant.accept']({ host: HOST, target: ID, default: 'allow', ...input, consentHash }, CLI);
  return { ...b, ...made, preview, accept };
}

describe('accepting a connector of a tenant', () => {
  it('stores a consent to exactly what was shown, under a name made from that at the tenant', async () => {
    const b = bench();
    const request = await b.preview();
    expect(ConsentRequest.parse(request)).toEqual(request);
    expect(request).toMatchObject({ connector: 'acme-files', target: { kind: 'tenant', host: HOST, server: ID } });
    expect(b.settings.writes).toEqual([]);
    const view = await b.accept(request.hash);
    expect(ConnectorView.parse(view)).toMatchObject({ name: 'acme-files', state: 'ready', target: { kind: 'tenant' } });
    expect(b.settings.read().connectors).toMatchObject([
      {
        name: 'acme-files',
        definition: { tenant: HOST, server: ID, title: 'Acme Files' },
        consent: { hash: request.hash, by: 'person', program: { path: process.execPath } },
      },
    ]);
    expect(b.settings.writes).toEqual(['tenant.accept by a test']);
    expect(b.told).toEqual([`consent acme-files ${request.hash.slice(0, 4)} by a test`]);
  });

  it('is refused where it was changed since, and stores nothing', async () => {
    const b = bench();
    const { hash } = await b.preview();
    b.says(wire({ transport_config: { args: ['evil.js'], env: {} } }));
    expect(await codeOf(b.accept(hash))).toBe('E_CONSENT_CHANGED');
    expect(await codeOf(b.accept('f'.repeat(64)))).toBe('E_CONSENT_CHANGED');
    expect(b.settings.writes).toEqual([]);
  });

  it('is refused where nobody looked at it here, though it is what it was', async () => {
    const { hash } = await bench().preview();
    const b = bench();
    expect(await codeOf(b.accept(hash))).toBe('E_CONSENT_CHANGED');
    expect(b.settings.writes).toEqual([]);
    await b.preview();
    await expect(b.accept(hash)).resolves.toMatchObject({ name: 'acme-files' });
  });

  it('is refused where everybody may replace its program since it was shown', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rl-tenant-'));
    try {
      const program = join(folder, 'server');
      await writeFile(program, '#!/bin/sh\n', { mode: 0o755 });
      const b = bench();
      b.says(wire({ url: program }));
      const { hash } = await b.preview();
      await chmod(program, 0o777);
      expect(await codeOf(b.accept(hash))).toBe('E_CONSENT_CHANGED');
      expect(b.settings.writes).toEqual([]);
      expect((await b.preview()).hash).toBe(hash);
      await expect(b.accept(hash)).resolves.toMatchObject({ name: 'acme-files' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('again leaves nothing of what the one before failed at', async () => {
    const b = bench();
    await b.accept((await b.preview()).hash);
    b.runtimes.failed('acme-files', 'it ended at once');
    const { generation } = b.runtimes.of('acme-files');
    await b.accept((await b.preview()).hash);
    expect(b.runtimes.of('acme-files')).toMatchObject({ lastError: undefined, generation: generation + 1 });
  });

  it('again keeps its name, what it has here, and whether it is switched on', async () => {
    const b = bench();
    await b.accept((await b.preview({ name: 'mine' })).hash, { name: 'mine', default: 'ask' });
    b.settings.update('off', 'test', (now) => ({
      ...now,
      connectors: now.connectors.map((connector) => ({ ...connector, enabled: false })),
    }));
    b.says(wire({ name: 'Renamed', transport_config: { args: ['newer.js'], env: {} } }));
    const request = await b.preview();
    expect(request.connector).toBe('mine');
    await b.accept(request.hash, { default: 'ask' });
    expect(b.settings.read().connectors).toMatchObject([
      {
        name: 'mine',
        enabled: false,
        default: 'ask',
        consent: { hash: request.hash },
        definition: { title: 'Renamed' },
      },
    ]);
    expect(await codeOf(b.preview({ name: 'other' }))).toBe('E_CONNECTOR_EXISTS');
  });

  it('takes the name of no other connector', async () => {
    const b = bench({ connectors: [aConnector('acme-files'), aConnector('acme-files-2')] });
    expect((await b.preview()).connector).toBe('acme-files-3');
    expect(await codeOf(b.preview({ name: 'acme-files' }))).toBe('E_CONNECTOR_EXISTS');
  });

  it('asks nothing of a host that nobody signed in to', async () => {
    const b = bench();
    expect(await codeOf(b.preview({ host: 'https://other.example' }))).toBe('E_TENANT_UNKNOWN');
    expect(b.api.asked).toEqual([]);
  });

  it('says what is missing here, what is gone there, and what can never be used', async () => {
    const b = bench();
    b.says(wire({ url: 'no-such-program-anywhere' }));
    expect(await codeOf(b.preview())).toBe('E_COMMAND_NOT_FOUND');
    b.says(failure('gone'));
    expect(await codeOf(b.preview())).toBe('E_CONNECTOR_GONE');
    b.says(wire({ transport_config: { env: { LD_PRELOAD: 'x' } } }));
    expect(await codeOf(b.preview())).toBe('E_TENANT_DEFINITION');
  });
});

describe('the question in the window', () => {
  it('shows what would run; where nothing was shown here, nobody is asked', async () => {
    const b = bench();
    b.says(wire({ transport_config: { args: ['-x'], env: { API_TOKEN: 'hunter2-hunter2' } } }));
    const { hash } = await b.preview();
    const input = { host: HOST, target: ID, default: 'allow', consentHash: hash };
    const question = describeWeakening('tenant.accept', input, () => '', b.shown);
    expect(question.title).toBe(`Let AI clients use "Acme Files" of ${HOST}?`);
    for (const part of [process.execPath, '-x', 'API_TOKEN=***', `tenant: ${HOST}`, 'default: allow'])
      expect(question.detail).toContain(part);
    expect(question.detail).not.toContain('hunter2');
    expect(() => describeWeakening('tenant.accept', { ...input, consentHash: 'x' }, () => '', b.shown)).toThrow(
      expect.objectContaining({ code: 'E_CONSENT_CHANGED' }) as Error,
    );
  });

  it.each([
    [
      'audit.setEndpoint',
      { endpoint: { url: 'https://siem.example/in' } },
      'Deliver the audit trail of this machine to this address?',
    ],
    ['audit.setEndpoint', { endpoint: null }, 'Deliver the audit trail to nobody any more?'],
  ] as const)('about %s has words of its own', (name, input, title) => {
    expect(operations[name].input.safeParse(input).success).toBe(true);
    expect(describeWeakening(name, input, () => '').title).toBe(title);
  });
});

it('lists what a tenant offers, in letters that cannot hide, and what of it is here', async () => {
  const b = bench();
  await b.accept((await b.preview()).hash);
  Object.assign(b.api.answers, {
    servers: () =>
      Promise.resolve([
        { id: ID, name: 'Acme Files', description: 'x'.repeat(9000), status: 'active', deployment_mode: 'local' },
        { id: OTHER_ID, name: 'Evil\u202e\u001b[2J' },
      ]),
  });
  const list = await b.handlers['tenant.servers']({}, CLI);
  expect(list.map((row) => TenantServer.parse(row))).toEqual([
    {
      id: ID,
      name: 'Acme Files',
      description: 'x'.repeat(500),
      status: 'active',
      deploymentMode: 'local',
      connector: 'acme-files',
    },
    { id: OTHER_ID, name: String.raw`Evil\u{202e}\u{1b}[2J`, description: '', status: '', deploymentMode: '' },
  ]);
});

describe('the name that a person is asked about', () => {
  const nameShown = (b: ReturnType<typeof bench>, consentHash: string, name?: string): string | undefined =>
    describeWeakening(
      'tenant.accept',
      { host: HOST, target: ID, default: 'allow', consentHash, ...(name === undefined ? {} : { name }) },
      () => '',
      b.shown,
    )
      .detail.split('\n')
      .find((line) => line.startsWith('name here: '));

  it.each([
    ['shown', 'stored'],
    ['shown', undefined],
    [undefined, 'stored'],
    [undefined, undefined],
  ])('is the one that is stored: looked at as %s, agreed to as %s', async (looked, agreed) => {
    const b = bench();
    const { hash } = await b.preview(looked === undefined ? {} : { name: looked });
    const line = nameShown(b, hash, agreed);
    const { name } = await b.accept(hash, agreed === undefined ? {} : { name: agreed });
    expect(line).toBe(`name here: ${name}`);
  });
});

it('removing one that an administrator vouches for needs a yes', async () => {
  const b = bench();
  await b.accept((await b.preview({ name: 'files' })).hash, { name: 'files' });
  b.settings.update('x', 'test', (now) => ({ ...now, connectors: [...now.connectors, aConnector('own')] }));
  const weakens = (hosts: readonly string[], name: string): boolean | undefined =>
    removalWeakeningTests(b.settings, hosts)['connectors.remove']?.({ name });
  expect(weakens([HOST], 'files')).toBe(true);
  expect(weakens(['https://other.example'], 'files')).toBe(false);
  expect(weakens([HOST], 'own')).toBe(false);
  expect(weakens([HOST], 'nobody')).toBe(false);
});
