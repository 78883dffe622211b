import { chmod, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ConnectorView,
  HttpDefinition,
  OperationInput,
  ProgramDefinition,
  Rule,
} from '../../preload/contract/index.ts';
import { aConnector, CLI, connectorBench, memorySettings, memoryVault, NOW, type ConnectorBench } from './fakes.ts';

let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'rl-operations-'));
  await program('server');
});
afterEach(() => rm(bin, { recursive: true, force: true }));

async function program(name: string): Promise<string> {
  const path = join(bin, name);
  await writeFile(path, '#!/bin/sh\n');
  await chmod(path, 0o755);
  return path;
}

const definition = (over: Partial<ProgramDefinition> = {}): ProgramDefinition => ({
  command: 'server',
  args: ['--x'],
  env: {},
  secrets: {},
  ...over,
});
const subject = (over: Partial<OperationInput<'connectors.preview'>> = {}): OperationInput<'connectors.preview'> => ({
  name: 'files',
  definition: definition(),
  default: 'read-only',
  replace: false,
  ...over,
});
const refused = (code: string): { code: string } => ({ code });

/** Looks and agrees to what was shown, as the command does. */
async function save(bench: ConnectorBench, input = subject()): Promise<ConnectorView> {
  const { hash } = await bench.handlers['connectors.preview'](input, CLI);
  return bench.handlers['connectors.save']({ ...input, consentHash: hash }, CLI);
}

describe('connectors.preview', () => {
  it('shows the argv, the file and what is risky, and stores nothing', async () => {
    const bench = connectorBench(bin, {
      vault: memoryVault([{ name: 'there', backend: 'vault', redactable: true, updatedAt: NOW.toISOString() }]),
    });
    const shown = await bench.handlers['connectors.preview'](
      subject({
        definition: definition({
          args: ['-c', 'a\u001b[2Jb'],
          env: { LEVEL: '1' },
          secrets: { A: 'keychain:there', B: 'keychain:nowhere' },
        }),
      }),
      CLI,
    );
    expect(shown.target).toEqual({
      kind: 'program',
      argv: ['server', '-c', String.raw`$'a\u{1b}[2Jb'`],
      path: join(bin, 'server'),
      realPath: join(await realpath(bin), 'server'),
      env: ['LEVEL=1'],
      secrets: [
        { env: 'A', reference: 'keychain:there', stored: true },
        { env: 'B', reference: 'keychain:nowhere', stored: false },
      ],
    });
    expect(bench.settings.writes).toEqual([]);
  });

  it.each<[string, Parameters<typeof subject>[0], string]>([
    ['a name that is taken', { name: 'taken' }, 'E_CONNECTOR_EXISTS'],
    ['a change of what is not there', { replace: true }, 'E_CONNECTOR_UNKNOWN'],
    ['a command that is not there', { definition: definition({ command: 'missing' }) }, 'E_COMMAND_NOT_FOUND'],
    ['a folder that is not there', { definition: definition({ cwd: '/nowhere/at/all' }) }, 'E_FOLDER_MISSING'],
    ['a folder that is a file', { definition: definition({ cwd: '/dev/null' }) }, 'E_FOLDER_MISSING'],
    ['a relative command', { definition: definition({ command: './server' }) }, 'E_COMMAND_NOT_FOUND'],
    [
      'a variable that is both',
      { definition: definition({ env: { A: '1' }, secrets: { A: 'keychain:a' } }) },
      'E_CONNECTOR_ENV',
    ],
  ])('refuses %s', async (_title, input, code) => {
    const bench = connectorBench(bin, { settings: memorySettings({ connectors: [aConnector('taken')] }) });
    await expect(bench.handlers['connectors.preview'](subject(input), CLI)).rejects.toMatchObject(refused(code));
    await expect(
      Promise.resolve(bench.handlers['connectors.save']({ ...subject(input), consentHash: 'x' }, CLI)),
    ).rejects.toMatchObject(refused(code));
    expect(bench.settings.writes).toEqual([]);
    expect(bench.consents).toEqual([]);
  });
});

describe('connectors.save', () => {
  it('stores with consent to exactly what was shown, recorded before it is written', async () => {
    const bench = connectorBench(bin);
    const view = await save(bench);
    expect(view).toMatchObject({ name: 'files', state: 'ready', enabled: true, default: 'read-only' });
    const [stored] = bench.settings.read().connectors;
    expect(stored?.consent).toMatchObject({ path: join(bin, 'server'), at: NOW.toISOString() });
    expect(bench.settings.writes).toEqual(['connectors.save by a test']);
    expect(bench.consents).toEqual([`files ${stored?.consent?.hash.slice(0, 8) ?? ''} by a test`]);
  });

  it.each<[string, Partial<ProgramDefinition>]>([
    ['an argument', { args: ['--x', '--y'] }],
    ['a value', { env: { A: '2' } }],
    ['a secret', { secrets: { T: 'keychain:other' } }],
    ['the folder', { cwd: '/' }],
  ])('refuses a yes to something else: %s', async (_title, other) => {
    const bench = connectorBench(bin);
    const { hash } = await bench.handlers['connectors.preview'](subject(), CLI);
    const changed = { ...subject({ definition: definition(other) }), consentHash: hash };
    await expect(Promise.resolve(bench.handlers['connectors.save'](changed, CLI))).rejects.toMatchObject(
      refused('E_CONSENT_CHANGED'),
    );
    expect(bench.settings.read().connectors).toEqual([]);
    expect(bench.consents).toEqual([]);
  });

  it('refuses where another file took the name between look and yes', async () => {
    const bench = connectorBench(bin);
    const { hash } = await bench.handlers['connectors.preview'](subject(), CLI);
    await program('other');
    await rename(join(bin, 'server'), join(bin, 'gone'));
    await symlink(join(bin, 'other'), join(bin, 'server'));
    await expect(
      Promise.resolve(bench.handlers['connectors.save']({ ...subject(), consentHash: hash }, CLI)),
    ).rejects.toMatchObject(refused('E_CONSENT_CHANGED'));
  });

  it('stores nothing where consent cannot be recorded', async () => {
    const bench = connectorBench(bin, {
      recordConsent: () => {
        throw new Error('the journal is full');
      },
    });
    await expect(save(bench)).rejects.toThrow('the journal is full');
    expect(bench.settings.read().connectors).toEqual([]);
  });

  it('replaces: what was switched off stays off, its age stays, its place in the list too', async () => {
    const old = aConnector('files', { enabled: false, createdAt: '2020-01-01T00:00:00.000Z' });
    const bench = connectorBench(bin, { settings: memorySettings({ connectors: [old, aConnector('last')] }) });
    const view = await save(bench, subject({ replace: true, default: 'deny' }));
    expect(view).toMatchObject({ state: 'disabled', default: 'deny', createdAt: old.createdAt });
    expect(bench.settings.read().connectors.map((one) => one.name)).toEqual(['files', 'last']);
  });

  it('takes one of two that add the same name at once', async () => {
    const bench = connectorBench(bin);
    const both = await Promise.allSettled([save(bench), save(bench, subject({ default: 'allow' }))]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(bench.settings.read().connectors).toHaveLength(1);
  });
});

describe('a server at an address', () => {
  const server = (over: Partial<HttpDefinition> = {}): HttpDefinition => ({
    url: 'https://mcp.example.com/mcp',
    transport: 'streamable-http',
    headers: { 'X-Team': 'value-of-team' },
    secrets: { Authorization: 'Bearer keychain:there', 'X-Key': 'keychain:nowhere' },
    oauth: false,
    ...over,
  });
  /** No login shell, no PATH: nothing of this machine may be looked up for an address. */
  const bench = (settings = memorySettings()): ConnectorBench =>
    connectorBench('', {
      settings,
      login: { get: () => Promise.reject(new Error('the login shell was asked')) },
      vault: memoryVault([{ name: 'there', backend: 'vault', redactable: true, updatedAt: NOW.toISOString() }]),
    });

  it('is shown in full before a yes, with what is risky', async () => {
    const shown = await bench().handlers['connectors.preview'](
      subject({ definition: server({ url: 'http://127.0.0.1:3000/mcp' }) }),
      CLI,
    );
    expect(shown.target).toEqual({
      kind: 'http',
      url: 'http://127.0.0.1:3000/mcp',
      transport: 'streamable-http',
      headers: ['X-Team: value-of-team'],
      secrets: [
        { header: 'Authorization', prefix: 'Bearer ', reference: 'keychain:there', stored: true },
        { header: 'X-Key', prefix: '', reference: 'keychain:nowhere', stored: false },
      ],
      oauth: false,
    });
    expect(shown.risks.map((risk) => risk.code)).toEqual(['plain_http']);
  });

  it('is stored with consent to exactly that, and shown without a single value', async () => {
    const one = bench();
    const view = await save(one, subject({ definition: server() }));
    expect(view).toEqual({
      name: 'files',
      target: {
        kind: 'http',
        url: 'https://mcp.example.com/mcp',
        transport: 'streamable-http',
        headerNames: ['X-Team'],
        secrets: server().secrets,
        oauth: false,
      },
      default: 'read-only',
      enabled: true,
      state: 'ready',
      sessions: 0,
      createdAt: NOW.toISOString(),
    });
    expect(JSON.stringify(view)).not.toContain('value-of');
    const [stored] = one.settings.read().connectors;
    expect(stored?.consent).toEqual({ hash: stored?.consent?.hash, at: NOW.toISOString() });
    expect(one.consents).toEqual([`files ${stored?.consent?.hash.slice(0, 8) ?? ''} by a test`]);
    expect(await one.handlers['connectors.definition']({ name: 'files' }, CLI)).toEqual({
      definition: server(),
      default: 'read-only',
    });
    expect(await one.handlers['connectors.list']({}, CLI)).toEqual([view]);
  });

  it.each<[string, Partial<HttpDefinition>]>([
    ['another address', { url: 'https://mcp.example.com/other' }],
    ['another value', { headers: { 'X-Team': 'other' } }],
    ['another secret', { secrets: { Authorization: 'Bearer keychain:other' } }],
    ['another scheme', { secrets: { ...server().secrets, Authorization: 'Basic keychain:there' } }],
    ['another transport', { transport: 'sse' }],
    ['OAuth', { oauth: true }],
  ])('a yes is not one to %s', async (_title, other) => {
    const one = bench();
    const { hash } = await one.handlers['connectors.preview'](subject({ definition: server() }), CLI);
    const changed = { ...subject({ definition: server(other) }), consentHash: hash };
    await expect(Promise.resolve(one.handlers['connectors.save'](changed, CLI))).rejects.toMatchObject(
      refused('E_CONSENT_CHANGED'),
    );
    expect(one.settings.writes).toEqual([]);
  });

  it('goes off and on, may become paused, is removed', async () => {
    const one = bench();
    await save(one, subject({ definition: server() }));
    for (let crash = 0; crash < 5; crash += 1) one.runtimes.of('files').crashes.exited({ hadAnswered: true });
    expect(await one.handlers['connectors.get']({ name: 'files' }, CLI)).toMatchObject({
      state: 'paused',
      next: expect.stringContaining('failed several times') as string,
    });
    expect(await one.handlers['connectors.disable']({ name: 'files' }, CLI)).toMatchObject({ state: 'disabled' });
    expect(await one.handlers['connectors.enable']({ name: 'files' }, CLI)).toMatchObject({ state: 'ready' });
    await one.handlers['connectors.remove']({ name: 'files' }, CLI);
    expect(one.settings.read().connectors).toEqual([]);
  });

  it.each<[string, Partial<HttpDefinition>, readonly string[]]>([
    ['the same address', { headers: { 'X-Team': 'other' } }, []],
    ['another path', { url: 'https://mcp.example.com/other' }, ['files']],
    ['another host', { url: 'https://elsewhere.example/mcp' }, ['files']],
    ['no sign-in any more', { oauth: false }, ['files']],
  ])('keeps its sign-in for the same address only: %s', async (_title, change, forgotten) => {
    const one = bench();
    const signsIn = server({ secrets: {}, oauth: true });
    await save(one, subject({ definition: signsIn }));
    expect(one.forgotten).toEqual([]);
    await save(one, subject({ definition: { ...signsIn, ...change }, replace: true }));
    expect(one.forgotten).toEqual(forgotten);
  });

  it('that becomes a program, or is removed, leaves no sign-in behind', async () => {
    const one = connectorBench(bin);
    const signsIn = server({ secrets: {}, oauth: true });
    await save(one, subject({ definition: signsIn }));
    await save(one, subject({ replace: true }));
    expect(one.forgotten).toEqual(['files']);
    await save(one, subject({ definition: signsIn, replace: true }));
    await one.handlers['connectors.remove']({ name: 'files' }, CLI);
    expect(one.forgotten).toEqual(['files', 'files']);
    // Whoever comes next under this name begins without one.
    await save(one, subject());
    await one.handlers['connectors.remove']({ name: 'files' }, CLI);
    expect(one.forgotten).toEqual(['files', 'files']);
  });

  it('keeps its sign-in where the change was refused', async () => {
    const one = bench();
    const signsIn = server({ secrets: {}, oauth: true });
    await save(one, subject({ definition: signsIn }));
    const moved = subject({ definition: { ...signsIn, url: 'https://elsewhere.example/mcp' }, replace: true });
    await expect(
      Promise.resolve(one.handlers['connectors.save']({ ...moved, consentHash: 'x' }, CLI)),
    ).rejects.toMatchObject(refused('E_CONSENT_CHANGED'));
    expect(one.forgotten).toEqual([]);
  });

  it('without a yes, or with one to something else, needs one', async () => {
    const one = bench(
      memorySettings({
        connectors: [
          aConnector('never', { definition: server() }),
          aConnector('other', { definition: server(), consent: { hash: '0'.repeat(64), at: NOW.toISOString() } }),
        ],
      }),
    );
    const views = await one.handlers['connectors.list']({}, CLI);
    expect(views.map((view) => view.state)).toEqual(['needs_consent', 'needs_consent']);
    for (const view of views) expect(view.next).toContain(`runlayer connectors edit ${view.name}`);
  });
});

describe('a stored connector', () => {
  it.each([
    'connectors.get',
    'connectors.definition',
    'connectors.remove',
    'connectors.enable',
    'connectors.disable',
  ] as const)('%s of one that is not there names the way out', async (name) => {
    const bench = connectorBench(bin);
    const call = async (): Promise<unknown> => bench.handlers[name]({ name: 'nope' }, CLI);
    await expect(call()).rejects.toMatchObject({
      code: 'E_CONNECTOR_UNKNOWN',
      exitCode: 2,
      next: expect.stringContaining('runlayer connectors list') as string,
    });
    expect(bench.settings.writes).toEqual([]);
  });

  it('is shown without a single value', async () => {
    const bench = connectorBench(bin);
    await save(bench, subject({ definition: definition({ env: { B: 'value-b', A: 'value-a' } }) }));
    const [view] = await bench.handlers['connectors.list']({}, CLI);
    expect(view?.target).toMatchObject({ kind: 'program', envNames: ['A', 'B'] });
    expect(JSON.stringify(view)).not.toContain('value-');
  });

  it('goes off and on again, and on again makes a paused one start', async () => {
    const bench = connectorBench(bin);
    await save(bench);
    const runtime = bench.runtimes.of('files');
    for (let crash = 0; crash < 5; crash += 1) runtime.crashes.exited({ hadAnswered: true });
    expect(await bench.handlers['connectors.get']({ name: 'files' }, CLI)).toMatchObject({ state: 'paused' });
    expect(await bench.handlers['connectors.disable']({ name: 'files' }, CLI)).toMatchObject({
      state: 'disabled',
      next: expect.stringContaining('runlayer connectors enable files') as string,
    });
    const enabled = await bench.handlers['connectors.enable']({ name: 'files' }, CLI);
    expect(enabled).toMatchObject({ state: 'ready' });
    expect(enabled).not.toHaveProperty('next');
    expect(bench.settings.writes).toEqual([
      'connectors.save by a test',
      'connectors.disable by a test',
      'connectors.enable by a test',
    ]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is gone', () => rm(join(bin, 'server'))],
    [
      'is another one',
      async () => {
        await program('other');
        await rm(join(bin, 'server'));
        await symlink(join(bin, 'other'), join(bin, 'server'));
      },
    ],
    ['cannot be run any more', () => chmod(join(bin, 'server'), 0o644)],
  ])('needs consent again when its program %s', async (_title, change) => {
    const bench = connectorBench(bin);
    await save(bench);
    await change();
    const view = await bench.handlers['connectors.get']({ name: 'files' }, CLI);
    expect(view.state).toBe('needs_consent');
    expect(view.next).toContain('runlayer connectors edit files');
  });

  it('is removed once', async () => {
    const rule = (id: string, effect: 'allow' | 'deny', connector: string): Rule => {
      return { id, effect, connector, tool: '*', createdAt: '2026-01-01T00:00:00.000Z' };
    };
    const rules = [
      rule('r1', 'allow', 'a'),
      rule('r2', 'deny', 'a'),
      rule('r3', 'allow', '*'),
      rule('r4', 'allow', 'b'),
    ];
    const at = '2026-01-02T00:00:00.000Z';
    const guard = { all: {}, connectors: { a: { pii: 'off' as const }, b: { pii: 'block' as const } } };
    const policyBefore = { rules: [...rules], chains: [], defaults: { a: 'allow' as const, b: 'ask' as const }, at };
    const settings = memorySettings({ connectors: [aConnector('a'), aConnector('b')], rules, guard, policyBefore });
    const bench = connectorBench(bin, { settings });
    await bench.handlers['connectors.remove']({ name: 'a' }, CLI);
    expect(bench.settings.read().guard.connectors).toEqual({ b: { pii: 'block' } });
    expect(bench.settings.read().policyBefore?.rules.map((one) => one.id)).toEqual(['r2', 'r3', 'r4']);
    expect(bench.settings.read().policyBefore?.defaults).toEqual({ b: 'ask' });
    expect(bench.settings.read().connectors.map((one) => one.name)).toEqual(['b']);
    // Another connector of this name must not inherit what was allowed to this one.
    expect(bench.settings.read().rules.map((one) => one.id)).toEqual(['r2', 'r3', 'r4']);
    await expect(bench.handlers['connectors.remove']({ name: 'a' }, CLI)).rejects.toThrow('no connector named "a"');
  });

  it('gives the last lines that its server printed', async () => {
    const bench = connectorBench(bin, { settings: memorySettings({ connectors: [aConnector('a')] }) });
    for (const line of ['one', 'two', 'three']) bench.runtimes.of('a').log.line(line);
    expect(await bench.handlers['connectors.logs']({ name: 'a', lines: 2 }, CLI)).toEqual({ lines: ['two', 'three'] });
    expect(() => bench.handlers['connectors.logs']({ name: 'b', lines: 2 }, CLI)).toThrow('no connector named "b"');
  });
});

describe('a connector of a tenant', () => {
  const ACME = 'https://acme.runlayer.com';
  const settings = (): ReturnType<typeof memorySettings> =>
    memorySettings({
      connectors: [
        aConnector('acme-github', {
          definition: { tenant: ACME, server: '0b8c9f6e-0000-4000-8000-000000000001', title: 'GitHub' },
          consent: { hash: 'a'.repeat(64), at: NOW.toISOString(), program: null, by: 'person' },
        }),
      ],
    });

  it.each([
    [true, 'ready', undefined],
    [false, 'signed_out', `Nobody is signed in there. Sign in with "runlayer login --host ${ACME}".`],
  ])('signed in %s: %s', async (signedIn, state, next) => {
    const bench = connectorBench(bin, { settings: settings(), isSignedIn: (host) => signedIn && host === ACME });
    const [listed] = await bench.handlers['connectors.list']({}, CLI);
    expect([listed?.state, listed?.next]).toEqual([state, next]);
    expect(await bench.handlers['connectors.get']({ name: 'acme-github' }, CLI)).toEqual(listed);
  });
});
