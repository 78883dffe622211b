import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { childEnvironment, isGuiStart, type EnvironmentSources } from '../../main/connectors/child-environment.ts';

function compose(sources: Partial<EnvironmentSources>): Record<string, string> {
  return childEnvironment({
    client: {},
    login: {},
    definitionEnv: {},
    secrets: {},
    holdsSecret: false,
    guiStart: false,
    platform: 'linux',
    ...sources,
  });
}

const neverFromClient = [
  'RUNLAYER_COMPANION_HOME', 'RUNLAYER_ANYTHING', 'ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS', 'LD_PRELOAD', 'LD_LIBRARY_PATH',
  'DYLD_INSERT_LIBRARIES', 'PYTHONPATH', 'PYTHONSTARTUP', 'PYTHONHOME', 'BASH_ENV', 'ENV', 'PERL5OPT', 'PERL5LIB', 'RUBYOPT',
  'RUBYLIB', 'JAVA_TOOL_OPTIONS', '_JAVA_OPTIONS', 'JDK_JAVA_OPTIONS', 'DOTNET_STARTUP_HOOKS', 'DOTNET_GCName', 'COMPlus_X',
  'CORECLR_PROFILER_PATH', 'COR_PROFILER', 'NODE_EXTRA_CA_CERTS', 'NODE_PATH', 'BASH_FUNC_ls%%', 'GCONV_PATH', 'SSLKEYLOGFILE',
  'OPENSSL_CONF', 'PYTHONWARNINGS', 'SHELLOPTS', 'PS4', 'ZDOTDIR', 'LUA_INIT', 'ERL_FLAGS', 'CLASSPATH', 'HOSTALIASES',
]; // prettier-ignore

const aims = [
  'PATH', 'npm_config_registry', 'NPM_CONFIG_USERCONFIG', 'PIP_INDEX_URL', 'UV_INDEX_URL', 'HTTP_PROXY', 'https_proxy',
  'ALL_PROXY', 'no_proxy', 'SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'NODE_TLS_REJECT_UNAUTHORIZED', 'HOME', 'XDG_CONFIG_HOME',
  'GIT_SSH_COMMAND', 'DOCKER_HOST', 'OPENAI_BASE_URL', 'GITHUB_API_URL', 'SLACK_HOST', 'DENO_DIR', 'YARN_REGISTRY', 'SHELL',
]; // prettier-ignore

describe('childEnvironment', () => {
  it.each(neverFromClient)('never takes %s from a client', (name) => {
    for (const holdsSecret of [false, true]) {
      expect(compose({ client: { [name]: 'x', KEPT: 'y' }, holdsSecret })).toEqual({ KEPT: 'y' });
    }
  });

  it.each([
    'LANG',
    'TERM',
    'TZ',
    'GITHUB_TOOLSETS',
    'ENVIRONMENT',
    'LDAP',
    'NODE_ENV',
    'RUNLAYERX',
    'PYTHONUNBUFFERED',
    'TMPDIR',
  ])('takes %s from the client', (name) => {
    for (const holdsSecret of [false, true]) {
      expect(compose({ client: { [name]: 'c' }, login: { [name]: 'l' }, holdsSecret })).toEqual({ [name]: 'c' });
    }
  });

  it.each(aims)('%s comes from the client, but from the login shell for a connector that holds a secret', (name) => {
    const sources = { client: { [name]: 'client' }, login: { [name]: 'login' } };
    expect(compose(sources)).toEqual({ [name]: 'client' });
    expect(compose({ ...sources, holdsSecret: true })).toEqual({ [name]: 'login' });
    expect(compose({ client: sources.client, holdsSecret: true })).toEqual({});
  });

  it('takes NODE_EXTRA_CA_CERTS from the login shell alone', () => {
    const sources = { client: { NODE_EXTRA_CA_CERTS: '/repo' }, login: { NODE_EXTRA_CA_CERTS: '/corp' } };
    for (const holdsSecret of [false, true]) {
      expect(compose({ ...sources, holdsSecret })).toEqual({ NODE_EXTRA_CA_CERTS: '/corp' });
    }
  });

  it('takes nothing that loads code from the login shell either', () => {
    expect(compose({ login: { NODE_OPTIONS: '-r /x', LD_PRELOAD: '/x', OTHER: 'x' }, holdsSecret: true })).toEqual({});
  });

  it('lays the definition over the client and secrets over both', () => {
    const layers = {
      client: { A: 'c', B: 'c', C: 'c' },
      definitionEnv: { B: 'd', C: 'd', NODE_OPTIONS: '-x' },
      secrets: { C: 's' },
    };
    expect(compose(layers)).toEqual({ A: 'c', B: 'd', C: 's', NODE_OPTIONS: '-x' });
  });

  it('an empty value never overrides, and an empty secret is not exported at all', () => {
    expect(compose({ client: { A: 'c' }, definitionEnv: { A: '', B: '' }, secrets: { A: '', C: '' } })).toEqual({
      A: 'c',
      B: '',
    });
  });

  it('with a secret, an empty value of the definition keeps the client’s out', () => {
    expect(
      compose({ client: { A: 'evil', S: 'evil' }, definitionEnv: { A: '' }, secrets: { S: '' }, holdsSecret: true }),
    ).toEqual({ A: '' });
  });

  it.each([
    ['a terminal start keeps the client’s PATH', { PATH: '/c' }, { PATH: '/l' }, false, '/c'],
    [
      'a desktop start appends what the login shell has more',
      { PATH: '/c:/b' },
      { PATH: '/l:/b::/m' },
      true,
      '/c:/b:/l:/m',
    ],
    ['without a PATH the login shell’s stands in', {}, { PATH: '/l' }, false, '/l'],
    ['an empty PATH is none', { PATH: '' }, { PATH: '/l' }, true, '/l'],
    ['without any there is none', {}, {}, true, undefined],
  ])('%s', (_title, client, login, guiStart, path) => {
    expect(compose({ client, login, guiStart })['PATH']).toBe(path);
  });

  it('with a secret the client has no say in PATH, on a desktop start neither', () => {
    expect(compose({ client: { PATH: '/repo' }, login: { PATH: '/l' }, guiStart: true, holdsSecret: true })).toEqual({
      PATH: '/l',
    });
  });

  it('drops names and values that cannot be passed', () => {
    const odd = { '': 'x', 'A=B': 'x', 'N\0L': 'x', V: 'a\0b', '=C:': 'C:\\' };
    expect(compose({ client: odd, definitionEnv: odd, secrets: { ...odd, OK: '1' } })).toEqual({ OK: '1' });
  });

  it('Windows compares names without case', () => {
    const platform = 'win32';
    expect(compose({ client: { node_options: 'x', Path: 'C:\\c' }, platform })).toEqual({ PATH: 'C:\\c' });
    expect(compose({ client: { Path: 'C:\\c' }, login: { PATH: 'C:\\l' }, guiStart: true, platform })).toEqual({
      PATH: 'C:\\c;C:\\l',
    });
    expect(compose({ client: { Token: 'c' }, secrets: { TOKEN: 's' }, platform })).toEqual({ TOKEN: 's' });
    expect(compose({ client: { path: 'C:\\repo' }, login: { Path: 'C:\\l' }, holdsSecret: true, platform })).toEqual({
      Path: 'C:\\l',
    });
    expect(compose({ client: { node_options: 'x' } })).toEqual({ node_options: 'x' });
  });

  it('is not fooled by names of Object.prototype', () => {
    const client = Object.fromEntries([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    const env = compose({ client });
    expect(Object.keys(env).sort()).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(env)).toBe(Object.prototype);
  });

  it('with a secret, no value of the client stands where login, definition or secrets have a say', () => {
    const name = fc.constantFrom(...aims, ...neverFromClient, 'FOO', 'TOKEN');
    const env = (value: string): fc.Arbitrary<Record<string, string>> =>
      fc.dictionary(name, fc.constantFrom(value, ''));
    fc.assert(
      fc.property(
        env('client'),
        env('login'),
        env('definition'),
        env('secret'),
        fc.boolean(),
        (client, login, definitionEnv, secrets, guiStart) => {
          const result = compose({ client, login, definitionEnv, secrets, guiStart, holdsSecret: true });
          for (const [key, value] of Object.entries(result)) {
            if (value !== 'client') continue;
            expect(['FOO', 'TOKEN']).toContain(key);
            expect(Object.hasOwn(definitionEnv, key) || Object.hasOwn(secrets, key)).toBe(false);
          }
          for (const [key, value] of Object.entries(secrets)) if (value !== '') expect(result[key]).toBe(value);
        },
      ),
    );
  });
});

describe('isGuiStart', () => {
  it.each([
    [{}, true],
    [{ PATH: '/usr/bin' }, true],
    [{ SHELL: '', TERM: '' }, true],
    [{ SHELL: '/bin/zsh' }, false],
    [{ TERM: 'xterm' }, false],
  ])('%j → %s', (client, expected) => {
    expect(isGuiStart(client)).toBe(expected);
  });
});
