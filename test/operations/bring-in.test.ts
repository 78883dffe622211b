import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CompanionError, type OperationInput } from '../../preload/contract/index.ts';
import { parseConfig } from '../../main/clients/document.ts';
import { aMachine, LAUNCHER, rejection } from '../clients/machine.ts';
import { clientBench, type ClientBench } from './client-bench.ts';
import { aConnector, CLI, memorySettings, memoryVault } from './fakes.ts';

const TOKEN = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
const FILE = `{
  // mine
  "theme": "dark",
  "mcpServers": {
    "GitHub Server": {
      "command": "github-server",
      "args": ["stdio", "--log", "x.log"],
      "env": { "GITHUB_TOKEN": "${TOKEN}", "GITHUB_HOST": "github.com" },
      "autoApprove": ["*"]
    },
    "other": { "command": "other" }
  }
}
`;

/** As Claude Desktop reads it. */
const STRICT = FILE.replace('  // mine\n', '');

type Input = OperationInput<'clients.bringInPreview'>;
const input = (over: Partial<Input> = {}): Input => ({
  client: 'cursor',
  entry: 'GitHub Server',
  name: 'github',
  default: 'read-only',
  moveSecrets: ['GITHUB_TOKEN'],
  ...over,
});

async function bringIn(
  bench: ClientBench,
  over: Partial<Input> = {},
): Promise<Awaited<ReturnType<ClientBench['handlers']['clients.bringIn']>>> {
  const preview = await bench.handlers['clients.bringInPreview'](input(over), CLI);
  return bench.handlers['clients.bringIn']({ ...input(over), consentHash: preview.consent.hash }, CLI);
}

async function untouched(bench: ClientBench, file = FILE, client: Input['client'] = 'cursor'): Promise<void> {
  expect(await bench.machine.text(client)).toBe(file);
  expect(bench.settings.read().connectors).toEqual([]);
  expect([...bench.vault.list()]).toEqual([]);
}

describe('clients.bringIn', () => {
  it('makes a connector, moves the secret, and lets the client start it through the companion', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const done = await bringIn(bench);
    expect(done).toMatchObject({
      connector: { name: 'github' },
      change: { action: 'changed' },
      secrets: ['github-GITHUB_TOKEN'],
    });
    expect(bench.settings.read().connectors).toMatchObject([
      {
        name: 'github',
        default: 'read-only',
        definition: {
          command: 'github-server',
          args: ['stdio', '--log', 'x.log'],
          env: { GITHUB_HOST: 'github.com' },
          secrets: { GITHUB_TOKEN: 'keychain:github-GITHUB_TOKEN' },
        },
        consent: { path: bench.program, realPath: bench.program },
      },
    ]);
    expect(bench.vault.values.get('github-GITHUB_TOKEN')).toBe(TOKEN);
    expect(await bench.machine.text('cursor')).toBe(`{
  // mine
  "theme": "dark",
  "mcpServers": {
    "GitHub Server": {
      "command": "${LAUNCHER}",
      "args": [
        "run",
        "github"
      ]
    },
    "other": { "command": "other" }
  }
}
`);
    expect(bench.recorded).toEqual([
      'secret github-GITHUB_TOKEN set by a test',
      'consent github by a test',
      'client cursor changed by a test',
      'changed',
    ]);
    expect(bench.launchers.at(-1)).toBe(true);
  });

  it('shows everything but values before, and writes nothing then', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE.replace('"x.log"', `"x.log", "--api-key", "${TOKEN}"`));
    const preview = await bench.handlers['clients.bringInPreview'](input({ moveSecrets: [] }), CLI);
    expect(JSON.stringify(preview)).not.toContain(TOKEN.slice(4));
    expect(preview).toMatchObject({
      consent: {
        connector: 'github',
        target: {
          argv: ['github-server', 'stdio', '--log', 'x.log', '--api-key', "'…'"],
          env: ['GITHUB_HOST=…', 'GITHUB_TOKEN=…'],
          realPath: bench.program,
        },
        risks: [{ code: 'secret_literal', evidence: 'GITHUB_TOKEN=…' }, { code: 'secret_literal' }],
      },
      secrets: [],
      notes: ['Not taken over: autoApprove.'],
      change: { dryRun: true, action: 'changed' },
    });
    expect(bench.settings.read().connectors).toEqual([]);
    expect([bench.recorded, bench.launchers]).toEqual([[], [false]]);
  });

  it('asks the person about the whole of it', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const { consent, secrets, notes } = await bench.handlers['clients.bringInPreview'](input(), CLI);
    expect(secrets).toEqual([{ from: 'GITHUB_TOKEN', secret: 'github-GITHUB_TOKEN' }]);
    expect(notes[0]).toContain('backups/cursor');
    const words = bench.descriptions['clients.bringIn']?.({ ...input(), consentHash: consent.hash });
    expect(words?.title).toBe('Let AI clients start "github", as Cursor does now?');
    expect(words?.detail.replace(bench.program, '/bin/github-server')).toBe(
      [
        'github-server',
        'stdio',
        '--log',
        'x.log',
        '',
        'default: read-only',
        'GITHUB_HOST=github.com',
        'GITHUB_TOKEN from keychain:github-GITHUB_TOKEN',
        'program: /bin/github-server',
        '',
        'In the file of Cursor, "GitHub Server" starts the companion from then on.',
        'The value of GITHUB_TOKEN moves to the keychain, as "github-GITHUB_TOKEN".',
      ].join('\n'),
    );
    expect(() => bench.descriptions['clients.bringIn']?.({ ...input(), consentHash: 'made up' })).toThrow(
      expect.objectContaining({ code: 'E_CONSENT_CHANGED' }) as Error,
    );
  });

  it('gives the very bytes back when it is undone, after a question', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    await bringIn(bench);
    expect(await rejection(Promise.resolve(bench.handlers['clients.undo']({ client: 'cursor' }, CLI)))).toMatchObject({
      code: 'E_UNDO_BRINGS_BACK',
    });
    const { change, consentHash = '' } = await bench.handlers['clients.undoPreview']({ client: 'cursor' }, CLI);
    expect(change).toMatchObject({ bringsBack: ['GitHub Server'], dryRun: true });
    expect(change.diff).not.toContain(TOKEN);
    expect(bench.weakens['clients.undo']?.({ client: 'cursor', consentHash }, CLI)).toBe(true);
    expect(bench.weakens['clients.undo']?.({ client: 'cursor' }, CLI)).toBe(false);
    expect(bench.descriptions['clients.undo']?.({ client: 'cursor', consentHash })).toEqual({
      title: 'Let Cursor start "GitHub Server" without the companion again?',
      detail: [
        '"GitHub Server":',
        '  github-server',
        '  stdio',
        '  --log',
        '  x.log',
        '  with GITHUB_TOKEN, GITHUB_HOST',
        '',
        'No rule decides about its calls then, nothing is looked through, and nothing is recorded.',
      ].join('\n'),
    });
    await bench.handlers['clients.undo']({ client: 'cursor', consentHash }, CLI);
    expect(await bench.machine.text('cursor')).toBe(FILE);
  });

  it('is refused the second time in clear words', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    await bringIn(bench);
    expect(await rejection(bringIn(bench, { name: 'again' }))).toMatchObject({
      code: 'E_CLIENT_ENTRY_OURS',
      message: '"GitHub Server" goes through Runlayer already. Nothing was written.',
    });
  });

  it('done twice at once makes one connector', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const first = await bench.handlers['clients.bringInPreview'](input(), CLI);
    const call = { ...input(), consentHash: first.consent.hash };
    const both = await Promise.allSettled([1, 2].map(async () => bench.handlers['clients.bringIn'](call, CLI)));
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(bench.settings.read().connectors).toHaveLength(1);
  });
});

describe('what changed since somebody looked', () => {
  it.each<[string, (file: string) => string]>([
    ['the command', (file) => file.replace('"github-server"', '"/bin/sh"')],
    ['an argument', (file) => file.replace('x.log', 'y.log')],
    ['a variable', (file) => file.replace('github.com', 'evil.example')],
    ['the secret itself', (file) => file.replace(TOKEN, 'another-value-9')],
    ['what only the client knows', (file) => file.replace('autoApprove', 'other')],
  ])('is refused: %s', async (_title, change) => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const preview = await bench.handlers['clients.bringInPreview'](input(), CLI);
    const changed = change(FILE);
    await bench.machine.put('cursor', changed);
    const call = { ...input(), consentHash: preview.consent.hash };
    expect(await rejection(Promise.resolve(bench.handlers['clients.bringIn'](call, CLI)))).toMatchObject({
      code: 'E_CONSENT_CHANGED',
    });
    await untouched(bench, changed);
  });

  it.each<[string, Partial<Input>]>([
    ['the name', { name: 'other' }],
    ['the default', { default: 'allow' }],
    ['which values move', { moveSecrets: [] }],
  ])('by the page is refused: %s', async (_title, over) => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const preview = await bench.handlers['clients.bringInPreview'](input(), CLI);
    const call = { ...input(over), consentHash: preview.consent.hash };
    expect(await rejection(Promise.resolve(bench.handlers['clients.bringIn'](call, CLI)))).toMatchObject({
      code: 'E_CONSENT_CHANGED',
    });
    await untouched(bench);
  });

  it('elsewhere in the file does not matter, and stays', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const preview = await bench.handlers['clients.bringInPreview'](input(), CLI);
    await bench.machine.put('cursor', FILE.replace('dark', 'light'));
    await bench.handlers['clients.bringIn']({ ...input(), consentHash: preview.consent.hash }, CLI);
    expect(await bench.machine.text('cursor')).toContain('"light"');
  });
});

describe('everything or nothing', () => {
  it('when the client runs and would overwrite its file', async () => {
    const machine = await aMachine({ isClientRunning: () => Promise.resolve(true) });
    const bench = await clientBench({ machine });
    await machine.put('claude_desktop', STRICT);
    expect(await rejection(bringIn(bench, { client: 'claude_desktop' }))).toMatchObject({ code: 'E_CLIENT_RUNNING' });
    expect(bench.recorded).toEqual([]);
    await untouched(bench, STRICT, 'claude_desktop');
  });

  it('when the file cannot be written at the last moment', async () => {
    let looks = 0;
    const machine = await aMachine({
      // Not at the first question, which comes before anything is made.
      isClientRunning: () => Promise.resolve(++looks > 2),
    });
    const bench = await clientBench({ machine });
    await machine.put('claude_desktop', STRICT);
    expect(await rejection(bringIn(bench, { client: 'claude_desktop' }))).toMatchObject({ code: 'E_CLIENT_RUNNING' });
    expect(bench.recorded.filter((text) => text.startsWith('secret'))).toEqual([
      'secret github-GITHUB_TOKEN set by a test',
      'secret github-GITHUB_TOKEN removed by a test',
    ]);
    await untouched(bench, STRICT, 'claude_desktop');
  });

  it('when the settings cannot be written', async () => {
    const settings = memorySettings();
    const bench = await clientBench({
      settings: {
        ...settings,
        update: () => {
          throw new CompanionError('E_SETTINGS_WRITE', 'full', 'free some');
        },
      },
    });
    await bench.machine.put('cursor', FILE);
    expect(await rejection(bringIn(bench))).toMatchObject({ code: 'E_SETTINGS_WRITE' });
    await untouched(bench);
  });

  it('and what cannot be taken back is named', async () => {
    const vault = { ...memoryVault(), remove: () => Promise.reject(new Error('locked')) };
    const settings = memorySettings();
    const bench = await clientBench({
      vault,
      settings: {
        ...settings,
        update: () => {
          throw new CompanionError('E_SETTINGS_WRITE', 'Full.', 'Free some.');
        },
      },
    });
    await bench.machine.put('cursor', FILE);
    expect(await rejection(bringIn(bench))).toMatchObject({
      code: 'E_SETTINGS_WRITE',
      message: 'Full. What stays: the secret "github-GITHUB_TOKEN".',
    });
  });

  it.each([
    ['absent', 'E_KEYCHAIN_ABSENT'],
    ['locked', 'E_KEYCHAIN_LOCKED'],
  ] as const)('with a keychain that is %s nothing moves; without moving it goes on', async (state, code) => {
    const none = { backend: null, state, detail: 'No keychain here.' };
    const bench = await clientBench({ vault: { ...memoryVault(), state: () => Promise.resolve(none) } });
    await bench.machine.put('cursor', FILE);
    expect(await rejection(bringIn(bench))).toMatchObject({
      code,
      message: 'The values cannot be moved to the keychain: No keychain here.',
      next: expect.stringContaining('without moving') as unknown,
    });
    await untouched(bench);
    await bringIn(bench, { moveSecrets: [] });
    expect(bench.settings.read().connectors).toMatchObject([
      { definition: { env: { GITHUB_TOKEN: TOKEN }, secrets: {} } },
    ]);
  });
});

describe('what cannot be brought in', () => {
  it.each<[string, string, Partial<Input>, string]>([
    ['nothing of that name', FILE, { entry: 'nobody' }, 'E_CLIENT_ENTRY_UNKNOWN'],
    ['a name of Object', FILE, { entry: '__proto__' }, 'E_CLIENT_ENTRY_UNKNOWN'],
    ['no file', '', { entry: 'x' }, 'E_CLIENT_ENTRY_UNKNOWN'],
    ['a broken file', '{"mcpServers": {', {}, 'E_CLIENT_CONFIG_INVALID'],
    [
      'a key twice',
      '{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}',
      { entry: 'a' },
      'E_CLIENT_CONFIG_INVALID',
    ],
    [
      'a program that is not there',
      FILE.replace('"github-server"', '"nowhere-to-be-found"'),
      {},
      'E_COMMAND_NOT_FOUND',
    ],
    ['a variable that it has not', FILE, { moveSecrets: ['PATH'] }, 'E_SECRET_SOURCE'],
    ['a value that the client fills in', FILE.replace(TOKEN, '${env:TOKEN}'), {}, 'E_ENTRY_UNUSABLE'],
  ])('%s', async (_title, file, over, code) => {
    const bench = await clientBench();
    await bench.machine.put('cursor', file);
    expect(await rejection(bringIn(bench, over))).toMatchObject({ code });
    await untouched(bench, file);
  });

  it('under the name of another connector', async () => {
    const bench = await clientBench({ settings: memorySettings({ connectors: [aConnector('github')] }) });
    await bench.machine.put('cursor', FILE);
    expect(await rejection(bringIn(bench))).toMatchObject({ code: 'E_CONNECTOR_EXISTS' });
    expect(await bench.machine.text('cursor')).toBe(FILE);
  });

  it('a file larger than any configuration', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', `${FILE}${' '.repeat(9 * 1024 * 1024)}`);
    expect(await rejection(bringIn(bench))).toMatchObject({ code: 'E_CLIENT_CONFIG_TOO_LARGE' });
    expect(await bench.handlers['clients.found']({}, CLI)).toEqual([]);
  });
});

describe('other kinds of servers', () => {
  it('a shell: whole and with its risk', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', '{"mcpServers":{"s":{"command":"/bin/sh","args":["-c","curl x | sh"]}}}');
    const preview = await bench.handlers['clients.bringInPreview'](input({ entry: 's', moveSecrets: [] }), CLI);
    expect(preview.consent.target).toMatchObject({ argv: ['/bin/sh', '-c', "'curl x | sh'"] });
    expect(preview.consent.risks.map(({ code }) => code)).toContain('shell');
  });

  it('an address whose header holds a token: its scheme stays, the token moves', async () => {
    const bench = await clientBench();
    const entry = {
      url: 'https://mcp.example.com/sse',
      headers: { Authorization: `Bearer ${TOKEN}`, 'X-Team': 'blue' },
    };
    await bench.machine.put('cursor', JSON.stringify({ mcpServers: { remote: entry } }));
    await bringIn(bench, { entry: 'remote', name: 'remote', moveSecrets: ['Authorization'] });
    expect(bench.settings.read().connectors).toMatchObject([
      {
        definition: {
          url: 'https://mcp.example.com/sse',
          transport: 'sse',
          headers: { 'X-Team': 'blue' },
          secrets: { Authorization: 'Bearer keychain:remote-Authorization' },
          oauth: false,
        },
      },
    ]);
    expect(bench.vault.values.get('remote-Authorization')).toBe(TOKEN);
    expect(await bench.machine.text('cursor')).toBe(
      `{"mcpServers":{"remote":{"command":"${LAUNCHER}","args":["run","remote"]}}}`,
    );
  });

  it('a token is not sent in the clear', async () => {
    const bench = await clientBench();
    const entry = { url: 'http://mcp.example.com/', headers: { Authorization: `Bearer ${TOKEN}` } };
    await bench.machine.put('cursor', JSON.stringify({ mcpServers: { remote: entry } }));
    const moving = bringIn(bench, { entry: 'remote', moveSecrets: ['Authorization'] });
    expect(await rejection(moving)).toMatchObject({
      code: 'E_ENTRY_UNUSABLE',
      message: expect.stringContaining('https only') as unknown,
    });
  });

  it('the copy that undo needs is the only place that keeps the value', async () => {
    const bench = await clientBench();
    await bench.machine.put('cursor', FILE);
    const { change } = await bringIn(bench);
    expect(await readFile(change.backup ?? '', 'utf8')).toBe(FILE);
    const written = await bench.machine.read('cursor');
    expect(written?.includes(TOKEN)).toBe(false);
    expect(parseConfig(written ?? Buffer.alloc(0), 'jsonc').kind).toBe('ok');
    expect(JSON.stringify(bench.settings.read())).not.toContain(TOKEN);
  });
});
