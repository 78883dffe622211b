import { describe, expect, it } from 'vitest';
import type {
  ApprovalView,
  ClientChange,
  ConnectorView,
  ConsentRequest,
  LogEntry,
  Rule,
  SecretView,
  Status,
} from '../../preload/contract/index.ts';
import { CompanionError } from '../../preload/contract/index.ts';
import { tell, type Scene } from './fake-io.ts';
import { NO_TENANT } from '../fixtures/quiet-status.ts';
import { aClientView } from '../fixtures/a-client-view.ts';

const HOSTILE = '\u001b[2J\u001b]0;x\u0007\u202eevil\u200b\u2066\u009b31m\n\r';
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const AT = '2026-11-21T08:00:00.000Z';

const view: ConnectorView = {
  name: 'files',
  target: {
    kind: 'program',
    argv: ['npx', '-y', 'server@1.0.0'],
    envNames: ['LEVEL'],
    secrets: { TOKEN: 'keychain:token' },
    cwd: '/data',
  },
  default: 'read-only',
  enabled: true,
  state: 'ready',
  sessions: 2,
  createdAt: AT,
};
const program = {
  kind: 'program',
  argv: ['npx', '-y', 'server'],
  path: '/usr/bin/npx',
  realPath: '/opt/node/npx',
  env: ['API_URL=https://example.org'],
  secrets: [{ env: 'TOKEN', reference: 'keychain:token', stored: false }],
} as const;
const consent: ConsentRequest = {
  connector: 'files',
  hash: 'h1',
  target: { ...program, argv: [...program.argv], env: [...program.env], secrets: [...program.secrets] },
  risks: [{ code: 'unpinned_package', evidence: 'server', text: 'Any version of the package may run.' }],
  default: 'ask',
};
const rule: Rule = { id: 'r1', effect: 'allow', connector: 'files', tool: 'read_*', createdAt: AT };
const secret: SecretView = {
  name: 'token',
  backend: 'keytar',
  redactable: true,
  updatedAt: AT,
  usedBy: ['files'],
  uses: [{ by: 'connector', name: 'files', as: 'TOKEN' }],
};
const approval: ApprovalView = {
  id: 'a1',
  connector: 'files',
  tool: 'write',
  client: 'cursor',
  hash: 'f00d',
  about: 'call',
  arguments: '{\n  "path": "/x"\n}',
  reason: 'A rule asks.',
  createdAt: AT,
  expiresAt: '2026-11-21T08:05:00.000Z',
  state: 'waiting',
};
const status: Status = {
  companion: {
    running: true,
    version: '1.2.3',
    kind: 'headless',
    pid: 42,
    startedAt: AT,
    home: '/h',
    draining: false,
    sessions: 1,
    connectors: 2,
    waitingApprovals: 0,
    keychain: { backend: 'keytar', state: 'ready', detail: 'Secrets are kept in the keychain.' },
    audit: { state: 'ok', detail: '', seq: 9 },
    ...NO_TENANT,
    warnings: [],
  },
};
const change: ClientChange = {
  client: 'cursor',
  path: '/home/a/.cursor/mcp.json',
  action: 'created',
  diff: '--- /dev/null\n+++ b\n+{}\n',
  dryRun: false,
  backup: '/h/backups/1',
  notes: ['Restart Cursor.'],
  bringsBack: [],
};
const entry: LogEntry = {
  id: 'e1',
  time: AT,
  kind: 'call',
  connector: 'files',
  client: 'cursor',
  method: 'tools/call',
  tool: 'read',
  effect: 'allow',
  outcome: 'ok',
  durationMs: 12.6,
};
const event: LogEntry = {
  id: 'e2',
  time: AT,
  kind: 'event',
  event: 'consent_given',
  connector: 'files',
  detail: { hash: 'a'.repeat(64), by: 'command line' },
};

describe('connectors', () => {
  it('list is a table, with what to do under it', async () => {
    const paused: ConnectorView = { ...view, name: 'b', state: 'paused', next: 'See "runlayer connectors logs b".' };
    expect((await tell('connectors list', { answers: { 'connectors.list': [view, paused] } })).out).toBe(
      `NAME   STATE   DEFAULT    SESSIONS  COMMAND OR ADDRESS
files  ready   read-only  2         npx -y server@1.0.0
b      paused  read-only  2         npx -y server@1.0.0

b: See "runlayer connectors logs b".
`,
    );
    expect((await tell('connectors list', { answers: { 'connectors.list': [] } })).out).toBe(
      'No connectors yet. Add one:\n  runlayer connectors add <name> -- <command> [args…]\n',
    );
  });

  it('show says everything but values', async () => {
    expect((await tell('connectors show files', { answers: { 'connectors.get': view } })).out).toBe(`files
  state     ready
  default   read-only: tools that the server itself calls read-only are allowed
            (its own claim, not checked); the rest asks
  sessions  2
  command   npx
            -y
            server@1.0.0
  folder    /data
  env       LEVEL
  secret    TOKEN from keychain:token
`);
  });

  it('test shows what policy makes of each tool', async () => {
    const result = {
      ok: true,
      server: 's 1',
      protocolVersion: '2025-11-25',
      durationMs: 7,
      tools: [{ name: 'read', effect: 'allow', code: 'default_read_only' }],
    };
    const shown = `s 1 answered in 7 ms (protocol 2025-11-25), 1 tool.

TOOL  DECISION  BECAUSE
read  allow     default_read_only
`;
    const answers = { 'connectors.test': result, 'connectors.get': view };
    expect((await tell('connectors test files', { answers })).out).toBe(shown);
    // The tenant of a connector would have a say in both.
    const target = { kind: 'tenant', host: 'https://acme.example', server: 'x', title: 'Files' };
    const told = await tell('connectors test files', {
      answers: { ...answers, 'connectors.get': { ...view, target } },
    });
    expect(told.out).toBe(`${shown}
https://acme.example was not asked about this list: it may hide tools, and
decides about each call.
`);
  });

  it('logs asks for as many lines as were wanted', async () => {
    const scene: Scene = { answers: { 'connectors.logs': { lines: ['one', HOSTILE] } } };
    const told = await tell('connectors logs files -n 7', scene);
    expect(told.calls).toEqual(['connectors.logs {"name":"files","lines":7}']);
    expect(told.out.split('\n')).toHaveLength(3);
    expect((await tell('connectors logs files', scene)).calls).toEqual([
      'connectors.logs {"name":"files","lines":100}',
    ]);
    expect((await tell('connectors logs files', { answers: { 'connectors.logs': { lines: [] } } })).out).toBe(
      'Nothing was printed since the companion started.\n',
    );
  });

  it('remove, disable and enable say what is so now', async () => {
    const answers: Scene['answers'] = {
      'connectors.remove': {},
      'connectors.get': view,
      'connectors.disable': { ...view, state: 'disabled' },
      'connectors.enable': { ...view, state: 'needs_consent', next: 'Look at it.' },
    };
    expect((await tell('connectors remove files', { answers })).out).toBe('Removed "files".\n');
    expect((await tell('connectors disable files', { answers })).out).toBe('"files" is switched off.\n');
    const enabled = await tell('connectors enable files', {
      answers,
      weakens: ['connectors.enable'],
      tty: true,
      typed: ['y'],
    });
    expect(enabled.out).toBe('"files" is needs_consent.\nLook at it.\n');
    expect(enabled.asked).toEqual(['Let clients start "files" again? [y/N] ']);
  });

  it('remove asks where the connector would come back by itself', async () => {
    const scene: Scene = { answers: { 'connectors.remove': {} }, weakens: ['connectors.remove'] };
    const no = await tell('connectors remove files', { ...scene, tty: true, typed: ['n'] });
    expect(no.failure?.code).toBe('E_DECLINED');
    expect(no.asked).toEqual([expect.stringContaining('gets it back, switched on')]);
    expect((await tell('connectors remove files -y', scene)).out).toBe('Removed "files".\n');
  });

  it('nobody is asked about a connector that is not there', async () => {
    const unknown = (): never => {
      throw new CompanionError('E_CONNECTOR_UNKNOWN', 'none', 'list', { exitCode: 2 });
    };
    const told = await tell('connectors enable nope', { tty: true, answers: { 'connectors.get': unknown } });
    expect([told.code, told.asked]).toEqual([2, []]);
  });
});

describe('connectors add', () => {
  const answers: Scene['answers'] = { 'connectors.preview': consent, 'connectors.save': view };

  it('shows the whole of it, asks, and stores with exactly that consent', async () => {
    const told = await tell('connectors add files --default ask -- npx -y server', {
      answers,
      tty: true,
      typed: ['yes'],
    });
    expect(told.out).toBe(`Connector "files" will run, whenever a client asks for it:

  npx
    -y
    server

  program   /usr/bin/npx
            (which is /opt/node/npx)
  env       API_URL=https://example.org
  secret    TOKEN from keychain:token (not stored yet:
            "runlayer secrets set token")
  default   ask: every call that no rule names waits for you

Look at this before you say yes:
  ! Any version of the package may run.
    (server)

Stored. Next, connect a client:
  runlayer setup install --client cursor --connector files
`);
    expect(told.asked).toEqual(['Let clients start this? [y/N] ']);
    const subject =
      '"name":"files","definition":{"command":"npx","args":["-y","server"],"env":{},"secrets":{}},"default":"ask","replace":false';
    expect(told.calls).toEqual([`connectors.preview {${subject}}`, `connectors.save! {${subject},"consentHash":"h1"}`]);
  });

  it.each([
    ['no', 'n'],
    ['an empty line', ''],
    ['a long word', 'yesss'],
    ['nothing (Ctrl-D)', undefined],
  ])('%s is a no: nothing is stored, exit 2', async (_title, typed) => {
    const told = await tell('connectors add files -- npx', { answers, tty: true, typed: [typed] });
    expect(told.code).toBe(2);
    expect(told.calls.some((call) => call.startsWith('connectors.save'))).toBe(false);
  });

  it('without a terminal needs -y', async () => {
    const refused = await tell('connectors add files -- npx', { answers });
    expect([refused.code, refused.failure?.code]).toEqual([2, 'E_CONFIRMATION']);
    expect((await tell('connectors add files -y -- npx', { answers })).code).toBe(0);
  });

  it('--json keeps stdout one document, and stderr for the error', async () => {
    const done = await tell('connectors add files -y --json -- npx', { answers });
    expect([JSON.parse(done.out), done.err]).toEqual([view, '']);
    const refused = await tell('connectors add files --json -- npx', { answers });
    expect([refused.out, refused.err, refused.failure?.code]).toEqual(['', '', 'E_CONFIRMATION']);
    const asked = await tell('connectors add files --json -- npx', { answers, tty: true, typed: ['y'] });
    expect(JSON.parse(asked.out)).toEqual(view);
    expect(asked.err).toContain('Any version of the package may run.');
  });

  const definitionOf = async (line: string | string[], scene: Scene = {}): Promise<unknown> => {
    const told = await tell(line, { answers, ...scene });
    const preview = told.calls.find((call) => call.startsWith('connectors.preview ')) ?? '';
    return (JSON.parse(preview.slice('connectors.preview '.length)) as { definition: unknown }).definition;
  };

  it.each<[string, string[], object]>([
    [
      'options of the server are its own',
      ['--', 'npx', '-y', '--json', '--env', 'A=1'],
      { args: ['-y', '--json', '--env', 'A=1'] },
    ],
    ['a second "--" is the server\'s', ['--', 'npx', '--', 'x'], { args: ['--', 'x'] }],
    ['an empty argument stays', ['--', 'npx', ''], { args: [''] }],
    ['a path is taken from here', ['--', './bin/server', './data'], { command: '/here/bin/server', args: ['./data'] }],
    ['an absolute path stays', ['--', '/bin/../bin/server'], { command: '/bin/../bin/server' }],
    ['a folder is taken from here', ['--cwd', 'sub', '--', 'npx'], { cwd: '/here/sub' }],
    ['a value keeps its "="', ['--env', 'A=b=c=', '--', 'npx'], { env: { A: 'b=c=' } }],
    ['an empty value stays', ['--env', 'A=', '--', 'npx'], { env: { A: '' } }],
    [
      'several of each',
      ['--env', 'A=1', '--env', 'B=2', '--secret', 'T=keychain:t', '--', 'npx'],
      { env: { A: '1', B: '2' }, secrets: { T: 'keychain:t' } },
    ],
  ])('%s', async (_title, words, expected) => {
    expect(await definitionOf(['connectors', 'add', 'files', '-y', ...words])).toMatchObject(expected);
  });

  it('a name behind the dashes is the name', async () => {
    const told = await tell('connectors add -y -- files npx', { answers });
    expect(told.calls[0]).toContain('"name":"files","definition":{"command":"npx","args":[]');
  });
});

describe('connectors edit', () => {
  const definition = { command: 'npx', args: ['server'], env: { A: '1' }, secrets: { T: 'keychain:t' }, cwd: '/data' };
  const answers: Scene['answers'] = {
    'connectors.definition': { definition, default: 'ask' },
    'connectors.get': view,
    'connectors.preview': consent,
    'connectors.save': view,
  };
  const saved = async (line: string, scene: Scene = {}): Promise<Record<string, unknown> | undefined> => {
    const told = await tell(line, { answers, ...scene });
    const call = told.calls.find((one) => one.startsWith('connectors.save!'));
    return call === undefined
      ? undefined
      : (JSON.parse(call.slice('connectors.save! '.length)) as Record<string, unknown>);
  };

  it('with nothing changed asks nothing and stores nothing', async () => {
    for (const line of [
      'connectors edit files',
      'connectors edit files --default ask',
      'connectors edit files --cwd /data',
    ]) {
      const told = await tell(line, { answers, tty: true });
      expect([told.code, told.asked]).toEqual([0, []]);
      expect(told.out).toMatch(/^Nothing to change\.\n\nfiles\n/);
      expect(told.calls.some((call) => call.startsWith('connectors.save'))).toBe(false);
    }
    expect(JSON.parse((await tell('connectors edit files --json', { answers })).out)).toEqual(view);
  });

  it('with nothing changed says yes again to what needs it', async () => {
    const needs = { ...answers, 'connectors.get': { ...view, state: 'needs_consent' } };
    expect(await saved('connectors edit files -y', { answers: needs })).toMatchObject({ definition, replace: true });
  });

  it.each([
    ['--env B=2', { env: { A: '1', B: '2' } }],
    ['--env A=2', { env: { A: '2' } }],
    ['--remove-env A', { env: {} }],
    ['--remove-env T', { secrets: {} }],
    ['--env T=plain', { env: { A: '1', T: 'plain' }, secrets: {} }],
    ['--secret A=keychain:a', { env: {}, secrets: { T: 'keychain:t', A: 'keychain:a' } }],
    ['--remove-env A --env A=3', { env: { A: '3' } }],
    ['--cwd /other', { cwd: '/other' }],
    ['-- other -x', { command: 'other', args: ['-x'], env: { A: '1' } }],
  ])('%s changes that and nothing else', async (options, expected) => {
    const line = options.startsWith('--  ') ? options : `connectors edit files -y ${options}`;
    expect(await saved(line)).toMatchObject({
      definition: { ...definition, ...expected },
      default: 'ask',
      replace: true,
    });
  });

  it('--default alone keeps the definition', async () => {
    expect(await saved('connectors edit files -y --default deny')).toMatchObject({ definition, default: 'deny' });
  });

  it('a variable that is not there cannot be dropped', async () => {
    const told = await tell('connectors edit files -y --remove-env NOPE', { answers });
    expect([told.code, told.failure?.message]).toEqual([2, '"files" has no variable "NOPE".']);
  });
});

describe('secrets', () => {
  const state = { backend: 'vault', state: 'ready', detail: 'In the vault.' };
  const answers: Scene['answers'] = {
    'secrets.set': secret,
    'secrets.list': [secret],
    'secrets.remove': {},
    'secrets.unlock': state,
    'secrets.createVault': state,
  };

  it.each([
    ['v\n', 'v'],
    ['v\r\n', 'v'],
    ['v', 'v'],
    ['two\nlines\n', 'two\nlines'],
    [' spaced ', ' spaced '],
    ['v\n\n', 'v\n'],
  ])('set takes %j from stdin as %j', async (stdin, value) => {
    const told = await tell('secrets set token', { answers, stdin });
    expect(told.calls).toEqual([`secrets.set ${JSON.stringify({ name: 'token', value })}`]);
    expect(told.out).toBe('Stored "token" in keytar. Use it with --secret NAME=keychain:token\n');
  });

  it('set asks at a terminal, and never reads a value from the command line', async () => {
    const told = await tell('secrets set token', { answers, tty: true, typed: ['typed'], stdin: 'not read' });
    expect([told.asked, told.calls]).toEqual([
      ['Value (not shown): '],
      ['secrets.set {"name":"token","value":"typed"}'],
    ]);
    expect((await tell('secrets set token value', { answers })).failure?.code).toBe('E_USAGE');
  });

  it.each(['', '\n', '\r\n'])('set refuses nothing (%j)', async (stdin) => {
    const told = await tell('secrets set token', { answers, stdin });
    expect([told.code, told.failure?.code, told.calls]).toEqual([2, 'E_SECRET_VALUE', []]);
  });

  it('says where a value cannot be redacted', async () => {
    const plain = { ...answers, 'secrets.set': { ...secret, redactable: false } };
    expect((await tell('secrets set token', { answers: plain, stdin: 'x' })).out).toContain('it cannot be redacted');
  });

  it('list shows names, never values', async () => {
    expect((await tell('secrets list', { answers })).out).toBe(
      'NAME   KEPT IN  REDACTABLE  USED BY\ntoken  keytar   yes         files\n',
    );
  });

  it('vault create asks twice, and only for what can be', async () => {
    const short = await tell('secrets vault create', { answers, tty: true, typed: ['short'] });
    expect([short.code, short.asked.length, short.calls]).toEqual([2, 1, []]);
    const differs = await tell('secrets vault create', { answers, tty: true, typed: ['long enough', 'long enouhg'] });
    expect([differs.code, differs.failure?.message]).toEqual([2, 'The two were not the same; nothing was made.']);
    const made = await tell('secrets vault create', { answers, tty: true, typed: ['long enough', 'long enough'] });
    expect([made.code, made.out]).toEqual([0, 'In the vault.\n']);
    expect((await tell('secrets vault create', { answers, stdin: 'long enough\n' })).code).toBe(0);
  });

  it('no value is in what is printed', async () => {
    for (const line of ['secrets set token', 'secrets unlock', 'secrets vault create']) {
      for (const json of ['', ' --json']) {
        const told = await tell(`${line}${json}`, { answers, stdin: 'hunter2-hunter2' });
        expect(told.out + told.err).not.toContain('hunter2');
      }
    }
  });
});

describe('status and open', () => {
  it('read well', async () => {
    expect((await tell('status', { answers: { 'status.get': status } })).out)
      .toBe(`Companion 1.2.3 (headless, process 42)
  sessions   1
  connectors 2
  waiting    0
  keychain   Secrets are kept in the keychain.
  audit      10 records
  delivery   off, the audit trail stays on this machine
  tenants    none; sign in to one with "runlayer login --host https://…"
  home       /h
`);
    const bad: Status = {
      companion: {
        ...status.companion,
        draining: true,
        waitingApprovals: 2,
        audit: { state: 'unavailable', detail: 'disk full', seq: 9 },
        warnings: ['settings.json is not used.'],
      },
    };
    const { out } = await tell('status', { answers: { 'status.get': bad } });
    for (const part of [
      ', ending\n',
      '2, see "runlayer approvals list"',
      'NOT WRITTEN: disk full',
      '  ! settings.json',
    ])
      expect(out).toContain(part);
    expect((await tell('open', { answers: { 'interface.link': { url: 'http://x/#t=1' } } })).out).toBe(
      'http://x/#t=1\n',
    );
  });
});

describe('setup', () => {
  const clients = [
    aClientView({ path: '/c', connectors: ['files'], unmanaged: ['x', 'y'] }),
    aClientView({ id: 'claude_desktop', title: 'C', path: '/d', state: 'invalid', problem: 'Not JSON.' }),
  ];

  it('list, with what is wrong under it', async () => {
    expect((await tell('setup list', { answers: { 'clients.list': clients } })).out).toBe(
      `CLIENT          STATE    MANAGED  NOT MANAGED  FILE
cursor          ok       files    x, y         /c
claude_desktop  invalid  -        -            /d

claude_desktop: Not JSON.
`,
    );
  });

  it('install shows the exact change', async () => {
    const answers: Scene['answers'] = { 'clients.connect': change };
    const told = await tell('setup install --client claude-desktop --connector files', { answers });
    expect(told.calls).toEqual(['clients.connect {"client":"claude_desktop","connectors":["files"]}']);
    expect(told.out).toBe(`Created /home/a/.cursor/mcp.json
--- /dev/null
+++ b
+{}
Backup: /h/backups/1
Restart Cursor.
`);
    const dry = { 'clients.preview': { ...change, dryRun: true } };
    const line = 'setup install --client cursor --connector files --dry-run';
    expect((await tell(line, { answers: dry })).out).toMatch(
      /^This would change .*:\n[^]*Nothing was written \(--dry-run\)\.\n/,
    );
    const same = { 'clients.preview': { ...change, action: 'unchanged', diff: '', dryRun: true } };
    expect((await tell(line, { answers: same })).out).toMatch(/^Nothing to change in /);
  });

  it('uninstall and undo are carried out here', async () => {
    const done: unknown[] = [];
    const note = (options: unknown): Promise<void> => {
      done.push(options);
      return Promise.resolve();
    };
    const local = { setupUninstall: note, setupUndo: note };
    await tell('setup uninstall --client claude-desktop --connector x --dry-run', { local });
    await tell('setup undo --client cursor --json', { local });
    expect(done).toEqual([
      { client: 'claude_desktop', connector: 'x', dryRun: true },
      { client: 'cursor', json: true },
    ]);
  });
});

describe('logs', () => {
  const lines = [
    { ...entry, id: 'e3', outcome: 'refused', reason: 'A rule denies it.', durationMs: 0.2 },
    { ...entry, id: 'e4', outcome: 'failed', errorType: 'server_gone' },
    event,
    entry,
  ];

  it('oldest first, one line each', async () => {
    const { out } = await tell('logs --events', { answers: { 'logs.query': lines } });
    expect(out).toBe(`2026-11-21 08:00:00Z  ok         cursor → files.read  13 ms
2026-11-21 08:00:00Z  event      consent_given files hash=aaaaaaaaaaaa… by=command line
2026-11-21 08:00:00Z  failed     cursor → files.read  13 ms  server_gone
2026-11-21 08:00:00Z  blocked    cursor → files.read  0 ms  A rule denies it.
`);
  });

  it.each<[string, Partial<LogEntry>, string]>([
    [
      'names what was found once',
      { outcome: 'refused', reason: 'The guard found: secret (aws).', decidedBy: 'guard' },
      '  [guard]  The guard found: secret (aws).  found: pii (iban)',
    ],
    [
      'says who let it through',
      { decidedBy: 'approval', reason: 'Approved by a person (window).' },
      '  [approval]  Approved by a person (window).  found: secret (aws), pii (iban)',
    ],
    ['says no reason of a rule', { reason: 'Rule r allows it.' }, '  found: secret (aws), pii (iban)'],
  ])('a line %s', async (_title, more, end) => {
    const at = { tier: 'hard', at: '', action: 'alert' } as const;
    const findings = [
      { category: 'secret', rule: 'aws', ...at },
      { category: 'pii', rule: 'iban', ...at },
    ];
    const { out } = await tell('logs', { answers: { 'logs.query': [{ ...entry, ...more, findings }] } });
    expect(out.endsWith(`13 ms${end}\n`)).toBe(true);
  });

  it('a call that was tried more than once says so, in either form', async () => {
    const tried = { ...entry, attempts: 3 };
    const answers = { 'logs.query': [tried] };
    expect((await tell('logs', { answers })).out).toBe(
      '2026-11-21 08:00:00Z  ok         cursor → files.read  13 ms  3 attempts\n',
    );
    expect(JSON.parse((await tell('logs --json', { answers })).out)).toEqual(tried);
  });

  it('--json gives one document a line', async () => {
    const { out } = await tell('logs --json', { answers: { 'logs.query': lines } });
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as LogEntry).id),
    ).toEqual(['e1', 'e2', 'e4', 'e3']);
  });

  it.each([
    ['logs', { limit: 50 }],
    [
      'logs -n 5 --connector a --tool b --blocked --events',
      { limit: 5, connector: 'a', tool: 'b', blocked: true, events: true },
    ],
    ['logs --since 2026-01-31', { limit: 50, since: '2026-01-31T00:00:00.000Z' }],
    ['logs --since 2026-01-31T10:00:00+02:00', { limit: 50, since: '2026-01-31T08:00:00.000Z' }],
  ])('%s', async (line, filter) => {
    const told = await tell(line, { answers: { 'logs.query': [] } });
    expect(told.calls).toEqual([`logs.query ${JSON.stringify(filter)}`]);
    expect(told.out).toBe(line === 'logs' ? 'No calls yet.\n' : told.out);
  });

  it('says whether nothing is there or nothing fits', async () => {
    expect((await tell('logs', { answers: { 'logs.query': [] } })).out).toBe('No calls yet.\n');
    expect((await tell('logs --tool x', { answers: { 'logs.query': [] } })).out).toBe('Nothing fits.\n');
    expect((await tell('logs --json', { answers: { 'logs.query': [] } })).out).toBe('');
  });

  const logged = (one: Partial<LogEntry>): { type: 'log'; entry: LogEntry } => ({
    type: 'log',
    entry: { ...entry, ...one },
  });
  const ids = (out: string): string[] =>
    out
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as LogEntry).id);

  it('-f goes on, shows what fits, each once, and ends with its reader', async () => {
    const told = await tell('logs -f --json --connector files', {
      answers: { 'logs.query': [entry] },
      events: [
        { type: 'status_changed' },
        logged({ id: 'n1', connector: 'other' }),
        { type: 'log', entry: { ...entry, id: 'n2', outcome: undefined } as unknown as LogEntry },
        logged({ id: 'n3' }),
        { type: 'log', entry: event },
      ],
    });
    expect(ids(told.out)).toEqual(['e1', 'n3']);
  });

  it('-f loses nothing between the query and the following, and shows nothing twice', async () => {
    let answer: (entries: LogEntry[]) => void = () => {};
    const told = tell('logs -f --json', {
      answers: { 'logs.query': () => new Promise((resolve) => (answer = resolve)) },
      events: [logged({ id: 'e1' }), logged({ id: 'n1' })],
    });
    await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
    answer([entry]);
    expect(ids((await told).out)).toEqual(['e1', 'n1']);
  });

  it('-f leaves out what a slow reader does not take, and says so', async () => {
    let slow = true;
    const told = await tell('logs -f --json', {
      answers: { 'logs.query': [] },
      isSlow: () => {
        const was = slow;
        slow = false;
        return was;
      },
      events: [logged({ id: 'n1' }), logged({ id: 'n2' })],
    });
    expect(ids(told.out)).toEqual(['n2']);
    expect(told.err).toBe('(1 entries were left out here: they came faster than they were read)\n');
  });
});

describe('hostile text', () => {
  const scenes: [string, Scene['answers']][] = [
    [
      'connectors list',
      { 'connectors.list': [{ ...view, next: HOSTILE, target: { ...view.target, argv: [HOSTILE] } }] },
    ],
    [
      'connectors show x',
      { 'connectors.get': { ...view, target: { ...view.target, cwd: HOSTILE, argv: [HOSTILE] }, next: HOSTILE } },
    ],
    [
      'connectors test x',
      {
        'connectors.test': {
          ok: true,
          server: HOSTILE,
          protocolVersion: HOSTILE,
          tools: [{ name: HOSTILE, effect: 'ask', code: 'x' }],
          durationMs: 1,
        },
        'connectors.get': { ...view, target: { kind: 'tenant', host: HOSTILE, server: 'x', title: HOSTILE } },
      },
    ],
    ['connectors logs x', { 'connectors.logs': { lines: [HOSTILE] } }],
    [
      'connectors add x -y -- npx',
      {
        'connectors.preview': {
          ...consent,
          target: { ...program, argv: [HOSTILE], path: HOSTILE, realPath: `${HOSTILE}2`, cwd: HOSTILE },
          risks: [{ code: 'shell', evidence: HOSTILE, text: HOSTILE }],
        },
        'connectors.save': view,
      },
    ],
    ['policy list', { 'policy.list': [{ ...rule, tool: HOSTILE, connector: HOSTILE }] }],
    [
      'policy deny a b',
      {
        'policy.add': { ...rule, tool: HOSTILE, connector: HOSTILE },
        'policy.lint': [{ kind: 'shadowed', rules: [rule.id], text: HOSTILE }],
        'connectors.list': [],
      },
    ],
    ['secrets list', { 'secrets.list': [{ ...secret, usedBy: [HOSTILE] }] }],
    ['secrets unlock', { 'secrets.unlock': { backend: null, state: 'ready', detail: HOSTILE } }],
    ['approvals list', { 'approvals.list': [{ ...approval, client: HOSTILE, tool: HOSTILE }] }],
    [
      'approvals show a1',
      { 'approvals.list': [{ ...approval, client: HOSTILE, tool: HOSTILE, reason: HOSTILE, arguments: HOSTILE }] },
    ],
    [
      'status',
      {
        'status.get': {
          companion: {
            ...status.companion,
            home: HOSTILE,
            warnings: [HOSTILE],
            keychain: { backend: null, state: 'absent', detail: HOSTILE },
          },
        },
        'tenant.status': {},
      },
    ],
    [
      'setup list',
      {
        'clients.list': [
          aClientView({
            path: HOSTILE,
            connectors: [HOSTILE],
            unmanaged: [HOSTILE],
            problem: HOSTILE,
            drift: [{ entry: HOSTILE, kind: 'removed', connector: null, text: HOSTILE, next: 'Put it back.' }],
          }),
        ],
      },
    ],
    [
      'setup install --client cursor --connector x',
      { 'clients.connect': { ...change, path: HOSTILE, diff: `+${HOSTILE}`, backup: HOSTILE, notes: [HOSTILE] } },
    ],
    [
      'logs --events',
      {
        'logs.query': [
          { ...entry, client: HOSTILE, tool: HOSTILE, outcome: 'refused', reason: HOSTILE },
          { ...event, detail: { [HOSTILE]: HOSTILE } },
        ],
      },
    ],
  ];

  it.each(scenes)('in the answers to "%s" is shown, not obeyed', async (line, answers) => {
    const { out, err, code } = await tell(line, { ...(answers === undefined ? {} : { answers }), stdin: 'x' });
    expect(code).toBe(0);
    expect(out).toContain(String.raw`\u{202e}evil`);
    expect(out + err).not.toMatch(UNSEEN);
  });

  it.each(scenes)('in the answers to "%s --json" means the same, and is escaped', async (line, answers) => {
    const [command = '', ...server] = line.split(' -- ');
    const words = [command, '--json', ...server.flatMap((word) => ['--', word])].join(' ');
    const { out } = await tell(words, { ...(answers === undefined ? {} : { answers }), stdin: 'x' });
    expect(out).not.toMatch(UNSEEN);
    for (const document of out.trim().split('\n')) expect(() => JSON.parse(document) as unknown).not.toThrow();
  });

  it('in a question is escaped', async () => {
    const { asked } = await tell(['policy', 'allow', 'a\u202eb', 'c\u200bd'], {
      answers: { 'policy.add': rule },
      weakens: ['policy.add'],
      tty: true,
      typed: ['n'],
    });
    expect(asked).toHaveLength(1);
    expect(asked[0]).not.toMatch(UNSEEN);
  });

  it('of 10 KB in one cell leaves the other rows readable', async () => {
    const tools = [
      { name: 'n'.repeat(10_000), effect: 'ask', code: 'x' },
      { name: 'ok', effect: 'allow', code: 'y' },
    ];
    const result = { ok: true, server: 's', protocolVersion: 'p', tools, durationMs: 1 };
    const { out } = await tell('connectors test x', { answers: { 'connectors.test': result, 'connectors.get': view } });
    for (const line of out.split('\n')) expect(line.length).toBeLessThan(100);
  });
});

describe('logs export', () => {
  const job = { id: 'j1', kind: 'export', startedAt: '2026-01-02T03:04:05.000Z', done: 12_000, total: 12_000 } as const;
  const done = { ...job, state: 'done', result: '/home/ada/Downloads/x.jsonl' } as const;
  const answers = { 'activity.export': { job: 'j1' }, 'jobs.get': done };

  it('says where the file is', async () => {
    const told = await tell('logs export --format csv --search read --show denied --since 2026-01-31', { answers });
    expect(told.out).toBe('12,000 entries are in /home/ada/Downloads/x.jsonl\n');
    expect(told.calls[0]).toBe(
      'activity.export {"format":"csv","filter":{"text":"read","show":"denied","events":false,"since":"2026-01-31T00:00:00.000Z"}}',
    );
    expect(JSON.parse((await tell('logs export --json', { answers })).out)).toEqual(done);
  });

  it.each([
    [
      { ...job, state: 'failed', failure: { code: 'E_EXPORT_FAILED', message: 'No room.', next: 'Make some.' } },
      'E_EXPORT_FAILED',
    ],
    [{ ...job, state: 'cancelled' }, 'E_EXPORT_CANCELLED'],
  ])('%#: says why there is none', async (view, code) => {
    expect((await tell('logs export', { answers: { ...answers, 'jobs.get': view } })).failure?.code).toBe(code);
  });

  it('waits for the end, and takes it back where nobody waits any more', async () => {
    const views = [{ ...job, state: 'running' }, done];
    const told = await tell('logs export', {
      answers: { ...answers, 'jobs.get': () => views.shift(), 'jobs.cancel': done },
      events: [],
    });
    expect(told.calls).toContain('jobs.cancel {"id":"j1"}');
  });

  it.each(['--tenant', '-f', '--blocked'])('refuses %s', async (option) => {
    expect((await tell(`logs ${option} export`)).code).toBe(2);
  });
});
