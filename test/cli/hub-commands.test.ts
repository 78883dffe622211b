import { describe, expect, it } from 'vitest';
import {
  CompanionError,
  type HubBindingView,
  type HubConfig,
  type HubEndpoint,
  type HubListener,
} from '../../preload/contract/index.ts';
import { tell, type Scene } from './fake-io.ts';

const AT = '2026-11-21T08:00:00.000Z';
const URL = 'http://127.0.0.1:41234/mcp';
const TOKEN = `rlh_${'A'.repeat(43)}`;
const config: HubConfig = {
  name: 'github-readonly',
  target: { connector: 'github' },
  allowedTools: ['get_*', 'github.search_*'],
  description: 'to look',
  createdAt: AT,
  updatedAt: AT,
};
const web: HubConfig = {
  ...config,
  name: 'web',
  target: { endpoint: 'https://mcp.example.com/mcp', default: 'ask' },
  allowedTools: ['*'],
  description: '',
};
const binding: HubBindingView = {
  id: 'b00000001',
  config: 'github-readonly',
  secrets: { GITHUB_TOKEN: 'keychain:github' },
  client: 'claude_code',
  variable: 'RL_TOKEN_GITHUB_READONLY',
  createdAt: AT,
  sessions: 2,
  lastUsedAt: AT,
  problem: '',
};
const all: HubBindingView = {
  id: 'b00000002',
  config: null,
  secrets: {},
  variable: 'RL_TOKEN_ALL',
  createdAt: AT,
  sessions: 0,
  problem: 'The secret "x" is not stored. Store it with "runlayer secrets set x".',
};
const listener: HubListener = {
  id: 'l00000001',
  kind: 'address',
  address: 'fd00::1',
  port: 8808,
  hosts: ['hub.local'],
};
const endpoint: HubEndpoint = {
  url: URL,
  state: 'listening',
  problem: '',
  onDemand: false,
  origins: ['http://localhost:6274'],
  listeners: [{ listener, state: 'failed', problem: 'The port is taken. Name another.' }],
};
const answers: Scene['answers'] = {
  'connectors.list': [{ name: 'github' }],
  'hub.configs.create': config,
  'hub.configs.list': [config, web],
  'hub.configs.get': ({ name }: { name: string }) => {
    if (name === 'nope') throw new CompanionError('E_HUB_CONFIG_UNKNOWN', 'none', 'list', { exitCode: 2 });
    return name === 'web' ? web : config;
  },
  'hub.configs.update': config,
  'hub.configs.delete': {},
  'hub.bind': { binding, token: TOKEN, url: URL },
  'hub.binds': [binding, all],
  'hub.rotate': { url: URL, tokens: [{ binding, token: TOKEN }] },
  'hub.revoke': {},
  'hub.endpoint': endpoint,
  'hub.listen.add': listener,
  'hub.listen.remove': {},
  'hub.origins.allow': {},
  'hub.origins.refuse': {},
};
const WEAKENS: Scene['weakens'] = [
  'hub.configs.create',
  'hub.configs.update',
  'hub.bind',
  'hub.rotate',
  'hub.listen.add',
  'hub.origins.allow',
];
const inputOf = async (line: string | string[], name: string, scene: Scene = {}): Promise<unknown> => {
  const { calls } = await tell(line, { answers, ...scene });
  const call = calls.find((one) => one.startsWith(`${name} `));
  return call === undefined ? undefined : JSON.parse(call.slice(name.length + 1));
};

describe('hub config', () => {
  it.each<[string[], object]>([
    [['--connector', 'github'], { target: { connector: 'github' }, allowedTools: ['*'], description: '' }],
    [
      ['--connector', 'github', '--allow-tool', 'get_*', '--allow-tool=a?', '--description', 'to look'],
      { allowedTools: ['get_*', 'a?'], description: 'to look' },
    ],
    [['--endpoint', 'https://x.example/mcp'], { target: { endpoint: 'https://x.example/mcp', default: 'read-only' } }],
    [['--endpoint', 'https://x.example/mcp', '--default', 'deny'], { target: { default: 'deny' } }],
  ])('create %j', async (options, expected) => {
    expect(await inputOf(['hub', 'config', 'create', 'x', ...options], 'hub.configs.create')).toMatchObject({
      name: 'x',
      ...expected,
    });
  });

  it('create says what it made and what comes next', async () => {
    const { out } = await tell('hub config create github-readonly --connector github', { answers });
    expect(out).toBe(`github-readonly
  reaches      connector github
  tools        get_*
               github.search_*
  description  to look
  changed      ${AT}

Give somebody a token for it:
  runlayer hub bind github-readonly
`);
    const none = await tell('hub config create x --connector github', {
      answers: { ...answers, 'connectors.list': [] },
    });
    expect(none.out).toContain('No connector is named "github" yet; see "runlayer connectors list".');
  });

  it.each<[string, object]>([
    ['--allow-tool *', { allowedTools: ['*'] }],
    ['--description=', { description: '' }],
    ['--connector other', { target: { connector: 'other' } }],
    ['--endpoint https://y.example/', { target: { endpoint: 'https://y.example/', default: 'read-only' } }],
  ])('update github-readonly %s names that and nothing else', async (options, expected) => {
    const line = `hub config update github-readonly ${options}`;
    expect(await inputOf(line, 'hub.configs.update')).toEqual({ name: 'github-readonly', ...expected });
  });

  it.each<[string, object]>([
    ['--default deny', { endpoint: 'https://mcp.example.com/mcp', default: 'deny' }],
    ['--endpoint https://y.example/', { endpoint: 'https://y.example/', default: 'ask' }],
  ])('update of an address %s keeps the other half', async (options, target) => {
    expect(await inputOf(`hub config update web ${options}`, 'hub.configs.update')).toEqual({ name: 'web', target });
  });

  it.each([
    ['create x', 'Nothing says what the config reaches.'],
    ['create x --default ask', 'Nothing says what the config reaches.'],
    ['create x --connector a --endpoint https://b', '--connector and --endpoint cannot both be given'],
    ['create x --connector a --default ask', '--default is for an address'],
    ['update github-readonly', 'Nothing says what to change.'],
    ['update github-readonly --default ask', '--default is for an address'],
  ])('%s means nothing', async (line, message) => {
    const told = await tell(`hub config ${line}`, { answers });
    expect([told.code, told.failure?.code]).toEqual([2, 'E_USAGE']);
    expect(told.failure?.message).toContain(message);
    expect(told.calls.some((call) => /create|update/.test(call))).toBe(false);
  });

  it('list and get', async () => {
    expect((await tell('hub config list', { answers })).out).toBe(
      `NAME             REACHES                                    TOOLS
github-readonly  connector github                           get_* github.search_*
web              https://mcp.example.com/mcp (default ask)  *
`,
    );
    expect((await tell('hub config list', { answers: { 'hub.configs.list': [] } })).out).toContain('No configs.');
    expect((await tell('hub config get web', { answers })).out).toContain(
      'web\n  reaches      https://mcp.example.com/mcp',
    );
    expect((await tell('hub config delete web', { answers })).out).toBe('Deleted "web".\n');
  });
});

describe('hub bind', () => {
  it('prints the token once, with what to do with it', async () => {
    const line = 'hub bind github-readonly --secret GITHUB_TOKEN=keychain:github --client claude-code';
    const told = await tell(line, { answers, weakens: WEAKENS, tty: true, typed: ['y'] });
    expect(told.out).toBe(`Bound github-readonly (b00000001, claude_code).
The token is shown only now. Keep it in a variable:

  export RL_TOKEN_GITHUB_READONLY=${TOKEN}

Clients use it at ${URL}. See how with
  runlayer hub snippet b00000001 --client claude_code
`);
    expect(told.asked).toEqual(['Let whoever holds the new token use "github-readonly"? [y/N] ']);
    expect(told.calls.at(-2)).toBe(
      'hub.bind! {"config":"github-readonly","secrets":{"GITHUB_TOKEN":"keychain:github"},"client":"claude_code"}',
    );
    expect(told.out.split(TOKEN)).toHaveLength(2);
    expect(told.err).toBe('');
  });

  it('--all is every connector', async () => {
    expect(await inputOf('hub bind --all', 'hub.bind')).toEqual({ config: null, secrets: {} });
    const told = await tell('hub bind --all', { answers, weakens: WEAKENS, tty: true, typed: ['n'] });
    expect([told.asked, told.failure?.code]).toEqual([
      ['Let whoever holds the new token use all connectors? [y/N] '],
      'E_DECLINED',
    ]);
  });

  it('keeps a label of a client that we do not know', async () => {
    expect(await inputOf('hub bind web --client my-agent', 'hub.bind')).toMatchObject({ client: 'my-agent' });
  });

  it('--json is one document', async () => {
    const { out, err } = await tell('hub bind web -y --json', { answers, weakens: WEAKENS });
    expect([JSON.parse(out), err]).toEqual([{ binding, token: TOKEN, url: URL }, '']);
  });

  it('says at once what is missing', async () => {
    const told = await tell('hub bind web -y', {
      answers: { ...answers, 'hub.bind': { binding: { ...binding, problem: all.problem }, token: TOKEN, url: URL } },
    });
    expect(told.out).toContain('! The secret "x" is not stored.');
  });

  it('asks nobody about a config that is not there', async () => {
    const told = await tell('hub bind nope', { answers, weakens: WEAKENS, tty: true, typed: ['y'] });
    expect([told.code, told.asked, told.failure?.code]).toEqual([2, [], 'E_HUB_CONFIG_UNKNOWN']);
  });

  it.each([
    ['hub bind', 'Nothing says what to bind.'],
    ['hub bind web --all', 'A config and --all cannot both be given.'],
    ['hub bind web --secret hunter2', '--secret takes NAME=value.'],
    ['hub bind web --secret A=hunter2', 'What --secret gives for A is no reference to a secret.'],
    ['hub bind web --secret hunter(2=keychain:x', 'A secret is named like an environment variable'],
    ['hub bind web --secret A=keychain:x --secret A=keychain:y', '--secret A is given twice.'],
  ])('%s means nothing', async (line, message) => {
    const told = await tell(line, { answers });
    expect([told.code, told.failure?.message]).toEqual([2, expect.stringContaining(message)]);
    expect(JSON.stringify([told.failure?.message, told.failure?.next])).not.toContain('hunter');
  });
});

describe('bindings', () => {
  it('are a table, with what is wrong under it', async () => {
    expect((await tell('hub binds', { answers })).out).toBe(
      `ID         CONFIG            CLIENT       SESSIONS  USED               VARIABLE
b00000001  github-readonly   claude_code  2         2026-11-21 08:00Z  RL_TOKEN_GITHUB_READONLY
b00000002  (all connectors)  -            0         never              RL_TOKEN_ALL

b00000002: its token is refused. The secret "x" is not stored. Store it with
           "runlayer secrets set x".
`,
    );
    expect((await tell('hub binds', { answers: { 'hub.binds': [] } })).out).toContain('No bindings.');
  });

  it('get a new token with a yes, and end without one', async () => {
    const rotated = await tell('hub rotate b00000001', { answers, weakens: WEAKENS, tty: true, typed: ['yes'] });
    expect(rotated.asked).toEqual([
      'Make a new token for github-readonly (b00000001, claude_code)? The old one is dead at once. [y/N] ',
    ]);
    expect(rotated.out).toContain(`  export RL_TOKEN_GITHUB_READONLY=${TOKEN}\n`);
    expect(rotated.out.split(TOKEN)).toHaveLength(2);
    expect((await tell('hub rotate b0000000f', { answers })).failure?.code).toBe('E_HUB_BINDING_UNKNOWN');
    const json = await tell('hub rotate b00000001 -y --json', { answers, weakens: WEAKENS });
    expect(JSON.parse(json.out)).toEqual({ binding, token: TOKEN, url: URL });
    expect((await tell('hub revoke b00000001', { answers })).out).toBe('Revoked b00000001.\n');
  });
});

describe('hub env', () => {
  it('prints the address, and keeps the tokens that are there', async () => {
    const { out, err, calls } = await tell('hub env', { answers });
    expect(out.split('\n').map((line) => line.slice(0, 48))).toEqual([
      `export RL_MCP_URL=${URL};`,
      'if [ -n "${RL_TOKEN_GITHUB_READONLY-}" ]; then e',
      'if [ -n "${RL_TOKEN_ALL-}" ]; then export RL_TOK',
      '',
    ]);
    expect(err).toBe('');
    expect(calls).toEqual(['hub.binds {}', 'hub.endpoint {}']);
  });

  it('--rotate asks, and exports new ones', async () => {
    const told = await tell('hub env --rotate', { answers, weakens: WEAKENS, tty: true, typed: ['y'] });
    expect(told.asked).toEqual(['Make new tokens for all 2 bindings? The old ones are dead at once. [y/N] ']);
    expect(told.out).toBe(`export RL_MCP_URL=${URL};\nexport RL_TOKEN_GITHUB_READONLY=${TOKEN};\n`);
    expect(told.calls.at(-1)).toBe('hub.rotate! {"bindings":["b00000001","b00000002"]}');
    const no = await tell('hub env --rotate', { answers, weakens: WEAKENS, tty: true, typed: ['n'] });
    expect([no.code, no.out]).toEqual([2, '']);
  });

  it('prints nothing for a shell where there is nothing', async () => {
    const off: HubEndpoint = { url: null, state: 'off', problem: '', onDemand: false, origins: [], listeners: [] };
    for (const line of ['hub env', 'hub env --rotate -y']) {
      const told = await tell(line, { answers: { 'hub.binds': [], 'hub.endpoint': off } });
      expect([told.out, told.code, told.failure?.code]).toEqual(['', 1, 'E_HUB_EMPTY']);
    }
    const failed = await tell('hub env', {
      answers: { 'hub.binds': [], 'hub.endpoint': { ...off, problem: 'The port is taken.' } },
    });
    expect([failed.out, failed.failure?.message]).toEqual(['', 'The port is taken.']);
  });

  it('--json names the variables', async () => {
    expect(JSON.parse((await tell('hub env --json', { answers })).out)).toEqual({
      url: URL,
      bindings: [
        { id: 'b00000001', variable: 'RL_TOKEN_GITHUB_READONLY' },
        { id: 'b00000002', variable: 'RL_TOKEN_ALL' },
      ],
    });
  });
});

describe('hub snippet', () => {
  it('prints what is to be copied on stdout, the rest beside it', async () => {
    const code = await tell('hub snippet b00000001 --client claude-code', { answers });
    expect(code.out).toBe(
      `claude mcp add --transport http github-readonly ${URL} --header 'Authorization: Bearer \${RL_TOKEN_GITHUB_READONLY}'\n`,
    );
    const cursor = await tell('hub snippet b00000001 --client cursor', { answers });
    expect(JSON.parse(cursor.out)).toHaveProperty(['mcpServers', 'github-readonly', 'url'], URL);
    expect(cursor.err).toContain('This belongs into ~/.cursor/mcp.json:');
    const json = await tell('hub snippet b00000002 --client vscode --json', { answers });
    expect(JSON.parse(json.out)).toMatchObject({
      client: 'vscode',
      file: expect.stringContaining('mcp.json') as string,
    });
    expect(json.err).toBe('');
  });

  it.each([
    ['b0000000f --client cursor', 'E_HUB_BINDING_UNKNOWN'],
    ['b00000001 --client zed', 'E_CLIENT_UNKNOWN'],
    ['b00000001 --client claude_desktop', 'E_CLIENT_UNKNOWN'],
    ['b00000001 --client bogus', 'E_CLIENT_UNKNOWN'],
    ['b00000001', 'E_USAGE'],
  ])('%s is refused', async (line, code) => {
    expect((await tell(`hub snippet ${line}`, { answers })).failure).toMatchObject({ code, exitCode: 2 });
  });
});

describe('hub listen', () => {
  it.each<[string, object]>([
    ['--socket /run/hub.sock', { kind: 'socket', path: '/run/hub.sock', hosts: ['localhost'] }],
    ['--socket /run/hub.sock --host a --host b:80', { kind: 'socket', path: '/run/hub.sock', hosts: ['a', 'b:80'] }],
    ['--address 172.17.0.1:8808', { kind: 'address', address: '172.17.0.1', port: 8808, hosts: ['172.17.0.1:8808'] }],
    ['--address [fd00::1]:8808', { kind: 'address', address: 'fd00::1', port: 8808, hosts: ['[fd00::1]:8808'] }],
  ])('%s', async (options, expected) => {
    expect(await inputOf(`hub listen ${options}`, 'hub.listen.add')).toEqual(expected);
  });

  it('asks, and says where it does not listen', async () => {
    const told = await tell('hub listen --address [fd00::1]:8808', {
      answers,
      weakens: WEAKENS,
      tty: true,
      typed: ['y'],
    });
    expect(told.asked).toEqual(['Let whoever reaches fd00::1 port 8808 use the hub, with a token? [y/N] ']);
    expect(told.out).toBe(
      'Stored as l00000001, but the hub does not listen there.\n! The port is taken. Name another.\n',
    );
    const fine: HubEndpoint = { ...endpoint, listeners: [{ listener, state: 'listening', problem: '' }] };
    const works = await tell('hub listen --address [fd00::1]:8808', { answers: { ...answers, 'hub.endpoint': fine } });
    expect(works.out).toBe('The hub listens at [fd00::1]:8808 (l00000001).\n');
  });

  it.each([
    ['', 'Nothing says where to listen.'],
    ['--socket /a --address 172.17.0.1:8808', '--socket and --address cannot both be given.'],
    ['--address 172.17.0.1', 'Give an address and a port'],
    ['--address localhost:80', 'Give an address and a port'],
    ['--address fd00::1:80', 'Give an address and a port'],
  ])('%s means nothing', async (options, message) => {
    const told = await tell(['hub', 'listen', ...options.split(' ').filter((word) => word !== '')], { answers });
    expect([told.code, told.failure?.message]).toEqual([2, expect.stringContaining(message)]);
  });

  it('listeners and unlisten', async () => {
    expect((await tell('hub listeners', { answers })).out).toBe(
      `ID         STATE   WHERE           HOSTS
l00000001  failed  [fd00::1]:8808  hub.local

l00000001: The port is taken. Name another.
`,
    );
    expect((await tell('hub listeners', { answers: { 'hub.endpoint': { ...endpoint, listeners: [] } } })).out).toBe(
      'The hub listens on loopback only.\n',
    );
    expect((await tell('hub unlisten l00000001', { answers })).out).toBe('Removed l00000001.\n');
  });
});

it('hub status is the whole of it', async () => {
  expect((await tell('hub status', { answers })).out).toBe(`  address    ${URL}
  state      listening
  configs    2
  bindings   2, 1 refused, see "runlayer hub binds"
  sessions   2
  listeners  1
  origin     http://localhost:6274
`);
  expect(JSON.parse((await tell('hub status --json', { answers })).out)).toEqual(endpoint);
});

it('nothing that weakens is done without a yes', async () => {
  for (const line of [
    'hub config create x --endpoint https://x.example',
    'hub config update web --allow-tool *',
    'hub bind web',
    'hub rotate b00000001',
    'hub env --rotate',
    'hub listen --socket /run/hub.sock',
    'hub allow-origin http://localhost:6274',
  ]) {
    const told = await tell(line, { answers, weakens: WEAKENS });
    expect([line, told.failure?.code, told.out]).toEqual([line, 'E_CONFIRMATION', '']);
    expect((await tell(`${line} -y`, { answers, weakens: WEAKENS })).code).toBe(0);
  }
});

describe('a hub that goes away', () => {
  const leaving = { ...answers, 'hub.endpoint': { ...endpoint, onDemand: true } };
  const flat = (text: string): string => text.replace(/\s+/g, ' ');
  it.each(['hub status', 'hub bind web -y', 'hub snippet b00000001 --client cursor'])('says so: %s', async (line) => {
    const note = 'HTTP clients cannot start the companion: keep it running with the app or "runlayer serve".';
    const told = await tell(line, { answers: leaving, weakens: WEAKENS });
    expect(flat(told.out + told.err)).toContain(note);
    const stays = await tell(line, { answers, weakens: WEAKENS });
    expect(flat(stays.out + stays.err)).not.toContain('cannot start');
  });
});

describe('hub listen --lan', () => {
  it('says what it means, before and after', async () => {
    const line = 'hub listen --address 192.168.1.5:8808 --lan';
    const told = await tell(line, { answers, weakens: WEAKENS, tty: true, typed: ['y'] });
    expect(told.asked[0]).toContain('Every machine on that network can reach it, and tokens travel in the clear.');
    expect(told.err).toContain('Every machine on that network');
    expect(await inputOf(line, 'hub.listen.add')).toMatchObject({ address: '192.168.1.5', lan: true });
    expect((await tell('hub listen --socket /run/x --lan', { answers })).failure?.message).toBe(
      '--lan is about an address.',
    );
  });
});
