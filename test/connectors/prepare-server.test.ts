import { once } from 'node:events';
import { homedir } from 'node:os';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { CompanionError, type Connector, type HttpDefinition, type Rule } from '../../preload/contract/index.ts';
import { httpHash, programHash } from '../../main/connectors/definition-hash.ts';
import { createOpenHttp } from '../../main/connectors/open-http.ts';
import {
  prepareHttp,
  prepareServer,
  type PrepareDependencies,
  type PrepareRequest,
} from '../../main/connectors/prepare-server.ts';
import { resolveCommand } from '../../main/connectors/resolve-command.ts';
import { ConnectorRuntimes } from '../../main/connectors/runtimes.ts';
import { oauthAuthority, type AuthorityOptions } from '../../main/identity/authority.ts';
import type { OAuthRegistry } from '../../main/identity/oauth-registry.ts';
import { compilePolicy, type Policy } from '../../main/policy/decide.ts';
import { toolFacts } from '../../main/policy/read-only.ts';
import type { ServerProcess, SpawnOptions } from '../../main/process/spawn-server.ts';
import { DEFAULT_LIMITS } from '../../main/relay/limits.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { aConnector, NOW } from '../operations/fakes.ts';
import { codeOf } from '../secrets/fakes.ts';

const VALUES: Readonly<Record<string, string>> = {
  github: 'ghx-4f1c9b7e2d6a51',
  tenant: 'tnt-93be07c15fd8aa',
  'oauth.other': '{"tokens":"of another server 5a1b"}',
  lines: 'two-lines-7d3f\r\nX-Evil: 1',
};

const definition: HttpDefinition = {
  url: 'https://mcp.example.com/mcp',
  transport: 'streamable-http',
  headers: { 'X-Team': 'blue' },
  secrets: { Authorization: 'Bearer keychain:github' },
  oauth: false,
};

interface Bench {
  readonly deps: PrepareDependencies;
  readonly live: LiveSecrets;
  readonly runtimes: ConnectorRuntimes;
  /** What was opened, with the definition as it is used then. */
  readonly opened: { readonly name: string; readonly definition: HttpDefinition }[];
  readonly spawned: SpawnOptions[];
  /** The headers of a request that would leave now. */
  readonly headers: (name: string, of: HttpDefinition) => Promise<Record<string, string>>;
  readonly clock: { now: number };
}

/** Secrets and their use are real; nothing is contacted, and no process starts. */
function bench(connectors: readonly Connector[]): Bench {
  const live = new LiveSecrets();
  const clock = { now: 0 };
  const runtimes = new ConnectorRuntimes(() => clock.now);
  const opened: { name: string; definition: HttpDefinition }[] = [];
  const spawned: SpawnOptions[] = [];
  const vault: AuthorityOptions['vault'] = {
    list: () => [],
    resolve: (reference) => {
      const value = VALUES[reference.replace(/^keychain:/, '')];
      return value === undefined
        ? Promise.reject(new CompanionError('E_SECRET_MISSING', 'It is not there.', 'Store it.'))
        : Promise.resolve(value);
    },
  };
  const oauth: OAuthRegistry = {
    of: () => {
      throw new Error('nobody signs in here');
    },
    signOut: () => Promise.resolve({ wasSignedIn: false, revoked: false }),
    close: () => undefined,
  };
  const openHttp = createOpenHttp({
    oauth,
    vault,
    live,
    limits: DEFAULT_LIMITS,
    parseLarge: () => Promise.reject(new Error('nothing is large here')),
    schedule: () => () => undefined,
    version: '0',
  });
  const deps: PrepareDependencies = {
    pending: () => undefined,
    find: (name) => connectors.find((connector) => connector.name === name),
    runtimes,
    vault,
    live,
    login: { get: () => Promise.resolve({ env: { PATH: '/login/bin', HOME: '/login' } }) },
    policyOf: (name) => compilePolicy({ connector: name, default: 'allow', rules: [denied(name)] }),
    spawn: (options) => {
      spawned.push(options);
      return aProcess();
    },
    track: { started: () => undefined, ended: () => undefined },
    identitySeen: () => Promise.resolve(),
    openHttp: (name, used) => {
      opened.push({ name, definition: used });
      return openHttp(name, used);
    },
  };
  return {
    deps,
    live,
    runtimes,
    opened,
    spawned,
    clock,
    headers: async (name, of) => {
      const { authority, release } = await authorityOf(name, of, vault);
      release();
      return authority.headers();
    },
  };
}

async function authorityOf(name: string, of: HttpDefinition, vault: AuthorityOptions['vault']) {
  const none = { authorization: () => Promise.resolve(undefined), refused: () => Promise.reject(new Error('unused')) };
  return oauthAuthority({ connector: name, definition: of, vault, live: new LiveSecrets(), oauth: none });
}

function aProcess(): ServerProcess {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const exited = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
  return {
    pid: 0,
    stdin,
    stdout,
    stderr,
    started: Promise.resolve(),
    exited: exited.promise,
    stop: async () => {
      exited.resolve({ code: 0, signal: null });
      stdout.end().destroy();
      stderr.destroy();
      await once(stdin.destroy(), 'close');
    },
  };
}

function denied(connector: string): Rule {
  return { id: 'r1', effect: 'deny', connector, tool: 'delete_*', createdAt: NOW.toISOString() };
}

function http(name: string, over: Partial<Connector> = {}, of = definition): Connector {
  return aConnector(name, { definition: of, consent: { hash: httpHash(of), at: NOW.toISOString() }, ...over });
}

const wanted = (name: string, over: Partial<PrepareRequest> = {}): PrepareRequest => ({
  name,
  env: { PATH: '/client/bin', TEAM: 'blue' },
  cwd: '/',
  ...over,
});

describe('a server over HTTP', () => {
  it('is opened with its secrets live until it is released, and counts as a session meanwhile', async () => {
    const { deps, live, opened, runtimes, headers } = bench([http('github')]);
    const prepared = await prepareServer(wanted('github'), deps);
    expect(prepared.connector).toBe('github');
    expect(opened).toEqual([{ name: 'github', definition }]);
    expect(await headers('github', definition)).toEqual({
      'X-Team': 'blue',
      Authorization: 'Bearer ghx-4f1c9b7e2d6a51',
    });
    expect(runtimes.of('github').sessions).toBe(1);
    expect(prepared.redact('it is ghx-4f1c9b7e2d6a51')).toBe('it is [redacted]');
    expect(prepared.redactor.push('ghx-4f1c9b7e2d6a51\n') + prepared.redactor.end()).toBe('[redacted]\n');
    prepared.release({ crashed: false, answered: true });
    expect(runtimes.of('github').sessions).toBe(0);
    expect(live.redact('ghx-4f1c9b7e2d6a51')).toBe('ghx-4f1c9b7e2d6a51');
  });

  it('is looked at only once it is known what was agreed to', async () => {
    const connectors = [http('github')];
    const { deps, opened, live } = bench(connectors);
    const known = Promise.withResolvers<void>();
    const preparing = prepareServer(wanted('github'), { ...deps, pending: () => known.promise });
    connectors[0] = aConnector('github', { definition });
    known.resolve();
    expect(await codeOf(preparing)).toBe('E_CONSENT_MISSING');
    expect(opened).toEqual([]);
    expect(live.redact(VALUES['github'] ?? '')).toBe(VALUES['github']);
    const never = Promise.reject(new CompanionError('E_HANDED_OVER', 'The app answers now.', 'Connect again.'));
    expect(await codeOf(prepareServer(wanted('github'), { ...deps, pending: () => never }))).toBe('E_HANDED_OVER');
  });

  it('is refused where a person agreed to something else, and nothing is looked up', async () => {
    const moved = { ...definition, url: 'https://elsewhere.example/mcp' };
    const richer = { ...definition, secrets: { ...definition.secrets, 'X-Key': 'keychain:tenant' } };
    const agreed = http('x').consent;
    const yesToProgram = {
      hash: httpHash(definition),
      path: '/bin/true',
      realPath: '/bin/true',
      at: NOW.toISOString(),
    };
    const { deps, opened, live, runtimes } = bench([
      aConnector('unseen', { definition }),
      aConnector('moved', { definition: moved, ...(agreed === undefined ? {} : { consent: agreed }) }),
      aConnector('richer', { definition: richer, ...(agreed === undefined ? {} : { consent: agreed }) }),
      aConnector('other-kind', { definition, consent: yesToProgram }),
    ]);
    expect(await codeOf(prepareServer(wanted('unseen'), deps))).toBe('E_CONSENT_MISSING');
    expect(await codeOf(prepareServer(wanted('moved'), deps))).toBe('E_CONSENT_CHANGED');
    expect(await codeOf(prepareServer(wanted('richer'), deps))).toBe('E_CONSENT_CHANGED');
    expect(await codeOf(prepareServer(wanted('other-kind'), deps))).toBe('E_CONSENT_CHANGED');
    expect(opened).toEqual([]);
    expect(live.redact(VALUES['github'] ?? '')).toBe(VALUES['github']);
    expect(runtimes.of('moved').sessions).toBe(0);
  });

  it('is refused with what to do while it is off, paused, or not there', async () => {
    const { deps, runtimes, opened } = bench([http('off', { enabled: false }), http('worn')]);
    for (let crash = 0; crash < 5; crash += 1) runtimes.of('worn').crashes.exited({ hadAnswered: true });
    await expect(prepareServer(wanted('off'), deps)).rejects.toMatchObject({
      code: 'E_CONNECTOR_DISABLED',
      next: expect.stringContaining('runlayer connectors enable off') as string,
    });
    expect(await codeOf(prepareServer(wanted('worn'), deps))).toBe('E_CONNECTOR_PAUSED');
    expect(await codeOf(prepareServer(wanted('nobody'), deps))).toBe('E_CONNECTOR_UNKNOWN');
    expect(await codeOf(prepareServer(wanted('../x'), deps))).toBe('E_CONNECTOR_UNKNOWN');
    expect(opened).toEqual([]);
  });

  it("takes a binding's headers in place of its own, in whatever case they are written", async () => {
    const { deps, opened, headers } = bench([http('github')]);
    const secrets = { authorization: 'Bearer keychain:tenant', 'x-team': 'keychain:github' };
    const prepared = await prepareServer(wanted('github', { secrets }), deps);
    const used = opened[0]?.definition;
    expect(used).toEqual({ ...definition, headers: {}, secrets });
    if (used === undefined) throw new Error('nothing was opened');
    expect(await headers('github', used)).toEqual({
      authorization: 'Bearer tnt-93be07c15fd8aa',
      'x-team': 'ghx-4f1c9b7e2d6a51',
    });
    // The secret that was replaced is not asked for, so it is not live either.
    expect(prepared.redact(`${VALUES['tenant']} ${VALUES['github']}`)).toBe('[redacted] [redacted]');
    prepared.release({ crashed: false, answered: false });
  });

  it.each([
    ['a secret in the clear', { 'X-Key': 'keychain:tenant' }, 'over https only'],
    ['one header in two spellings', { 'X-Key': 'keychain:tenant', 'x-key': 'keychain:github' }, 'given once'],
    ['a header of the transport', { Host: 'keychain:tenant' }, 'do not fit'],
  ])("a binding's secrets are refused when they do not fit: %s", async (_what, secrets, why) => {
    const plain = { ...definition, url: 'http://mcp.example.com/mcp', secrets: {} };
    const { deps, opened, live, runtimes } = bench([http('plain', {}, plain), http('safe')]);
    const name = why === 'over https only' ? 'plain' : 'safe';
    await expect(prepareServer(wanted(name, { secrets }), deps)).rejects.toMatchObject({
      code: 'E_BINDING_SECRETS',
      message: expect.stringContaining(why) as string,
      next: expect.stringContaining('runlayer hub revoke') as string,
    });
    expect(opened).toEqual([]);
    expect(live.redact(VALUES['tenant'] ?? '')).toBe(VALUES['tenant']);
    expect(runtimes.of(name).sessions).toBe(0);
  });

  it.each(['keychain:oauth.other', 'Bearer keychain:OAuth.other'])(
    'a sign-in of another server is never sent as a header: %s',
    async (reference) => {
      const stolen = { ...definition, secrets: { Authorization: reference } };
      const { deps } = bench([http('own', {}, stolen), http('bound')]);
      expect(await codeOf(prepareServer(wanted('own'), deps))).toBe('E_SECRET_RESERVED');
      const secrets = { Authorization: reference };
      expect(await codeOf(prepareServer(wanted('bound', { secrets }), deps))).toBe('E_SECRET_RESERVED');
    },
  );

  it.each([
    ['is not there', 'keychain:nobody', 'E_SECRET_MISSING'],
    ['is reserved', 'keychain:oauth.other', 'E_SECRET_RESERVED'],
    ['cannot stand in a header', 'keychain:lines', 'E_SECRET_HEADER'],
  ])('holds nothing when one of its secrets %s', async (_why, reference, code) => {
    const broken = { ...definition, secrets: { ...definition.secrets, 'X-Key': reference } };
    const { deps, live, runtimes } = bench([http('broken', {}, broken)]);
    expect(await codeOf(prepareServer(wanted('broken'), deps))).toBe(code);
    for (const value of Object.values(VALUES)) expect(live.redact(value)).toBe(value);
    expect(runtimes.of('broken').sessions).toBe(0);
  });

  it('is governed by the policy of this moment, which a binding only narrows', async () => {
    const { deps } = bench([http('github')]);
    const only =
      (allowed: string) =>
      (policy: Policy): Policy => ({
        ...policy,
        decideTool: (tool) =>
          tool.name === allowed
            ? policy.decideTool(tool)
            : { effect: 'deny', decidedBy: 'local', code: 'outside_binding', reason: 'x' },
      });
    const effect = (policy: Policy, name: string): string => policy.decideTool(toolFacts(name, {})).code;
    const open = await prepareServer(wanted('github'), deps);
    expect([effect(open.policy(), 'get'), effect(open.policy(), 'delete_all')]).toEqual(['default_allow', 'rule_deny']);
    const narrow = await prepareServer(wanted('github', { narrow: only('get') }), deps);
    expect(effect(narrow.policy(), 'get')).toBe('default_allow');
    expect(effect(narrow.policy(), 'put')).toBe('outside_binding');
    const none = await prepareServer(wanted('github', { narrow: only('delete_all') }), deps);
    expect(effect(none.policy(), 'delete_all')).toBe('rule_deny');
    for (const one of [open, narrow, none]) one.release({ crashed: false, answered: false });
  });

  it('an address without a connector goes the same way, with the policy that it was given', async () => {
    const { deps, opened, runtimes } = bench([]);
    const policy = compilePolicy({ connector: 'github-readonly', default: 'ask', rules: [] });
    const address = { ...definition, headers: {}, secrets: {} };
    const prepared = await prepareHttp(
      { name: 'github-readonly', definition: address, policy: () => policy },
      { secrets: { Authorization: 'Bearer keychain:tenant' } },
      deps,
    );
    expect(opened[0]).toMatchObject({ name: 'github-readonly', definition: { url: definition.url } });
    expect(prepared.policy()).toBe(policy);
    prepared.release({ crashed: false, answered: false });
    expect(runtimes.of('github-readonly').sessions).toBe(0);
  });

  it('that fails again and again is paused', async () => {
    const { deps, runtimes } = bench([http('github')]);
    for (let crash = 0; crash < 5; crash += 1) {
      const prepared = await prepareHttp(
        { name: 'github', definition, policy: () => deps.policyOf('github') },
        {},
        deps,
      );
      prepared.release({ crashed: true, answered: true });
    }
    expect(runtimes.of('github').crashes.state().kind).toBe('paused');
  });
});

describe('a program', () => {
  async function program(name: string, secrets: Readonly<Record<string, string>>): Promise<Connector> {
    const resolved = await resolveCommand(process.execPath, '');
    if (resolved === undefined) throw new Error('node is not there');
    const of = { command: process.execPath, args: ['server.js'], env: {}, secrets: { ...secrets } };
    const consent = { hash: programHash(of, resolved), ...resolved, at: NOW.toISOString() };
    return aConnector(name, { definition: of, consent });
  }

  const start = async (request: PrepareRequest, { deps, spawned }: Bench): Promise<SpawnOptions | undefined> => {
    const prepared = await prepareServer(request, deps);
    const ignore = (): void => undefined;
    const events = {
      bytes: ignore,
      message: ignore,
      failed: ignore,
      drained: ignore,
      stderr: ignore,
      log: ignore,
    };
    await prepared.open(events).stop(0);
    prepared.release({ crashed: false, answered: true });
    return spawned.at(-1);
  };

  it('gets the secrets of its binding in its environment, and then not the PATH or folder of the client', async () => {
    const b = bench([await program('tools', { TOKEN: 'keychain:github' })]);
    const launch = await start(wanted('tools', { secrets: { TOKEN: 'keychain:tenant', OTHER: 'keychain:github' } }), b);
    expect(launch).toMatchObject({ path: process.execPath, args: ['server.js'], cwd: homedir() });
    expect(launch?.env).toMatchObject({
      TOKEN: 'tnt-93be07c15fd8aa',
      OTHER: 'ghx-4f1c9b7e2d6a51',
      PATH: '/login/bin',
      HOME: '/login',
      TEAM: 'blue',
    });
  });

  it('without a secret is started as the client would', async () => {
    const b = bench([await program('tools', {})]);
    const env = { PATH: '/client/bin', TERM: 'dumb', TEAM: 'blue' };
    expect(await start(wanted('tools', { env }), b)).toMatchObject({ cwd: '/', env });
  });

  it('never gets a sign-in, and holds nothing when one secret fails', async () => {
    const b = bench([
      await program('thief', { A: 'keychain:github', B: 'keychain:oauth.other' }),
      await program('gap', { A: 'keychain:github', B: 'keychain:nobody' }),
      await program('fine', {}),
    ]);
    expect(await codeOf(prepareServer(wanted('thief'), b.deps))).toBe('E_SECRET_RESERVED');
    expect(await codeOf(prepareServer(wanted('gap'), b.deps))).toBe('E_SECRET_MISSING');
    const secrets = { X: 'keychain:oauth.other' };
    expect(await codeOf(prepareServer(wanted('fine', { secrets }), b.deps))).toBe('E_SECRET_RESERVED');
    for (const value of Object.values(VALUES)) expect(b.live.redact(value)).toBe(value);
    for (const name of ['thief', 'gap', 'fine']) expect(b.runtimes.of(name).sessions).toBe(0);
    expect(b.spawned).toEqual([]);
  });
});
