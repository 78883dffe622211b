import { describe, expect, it } from 'vitest';
import type { ConnectorView, ConsentRequest, HttpDefinition } from '../../preload/contract/index.ts';
import { tell, type Scene } from './fake-io.ts';

const AT = '2026-11-21T08:00:00.000Z';
const HOSTILE = '\u001b[2J\u202eevil\u200b\n\r';
// eslint-disable-next-line no-control-regex
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const URL_TEXT = 'https://mcp.example.com/mcp';
const ADD = ['connectors', 'add', 'issues', '--url', URL_TEXT];

const view: ConnectorView = {
  name: 'issues',
  target: {
    kind: 'http',
    url: URL_TEXT,
    transport: 'streamable-http',
    headerNames: ['X-Team'],
    secrets: { Authorization: 'Bearer keychain:issues' },
    oauth: true,
  },
  default: 'ask',
  enabled: true,
  state: 'ready',
  sessions: 1,
  createdAt: AT,
};
const target = {
  kind: 'http' as const,
  url: URL_TEXT,
  transport: 'streamable-http' as const,
  headers: ['X-Team: blue'],
  secrets: [
    { header: 'Authorization', prefix: 'Bearer ', reference: 'keychain:issues', stored: false },
    { header: 'X-Key', prefix: '', reference: 'keychain:key', stored: true },
  ],
  oauth: true,
};
const consent: ConsentRequest = {
  connector: 'issues',
  hash: 'h1',
  target,
  risks: [{ code: 'secret_literal', evidence: 'X-Team: …', text: 'This looks like a secret written out.' }],
  default: 'ask',
};
const answers: NonNullable<Scene['answers']> = { 'connectors.preview': consent, 'connectors.save': view };

/** The definition that the companion was asked about, or the words of the refusal. */
async function definitionOf(words: readonly string[], scene: Scene = { answers }): Promise<HttpDefinition | string> {
  const told = await tell(words, scene);
  if (told.failure !== undefined) {
    expect([told.code, told.out, told.calls.filter((call) => !call.startsWith('connectors.definition'))]).toEqual([
      2,
      '',
      [],
    ]);
    return `${told.failure.code}: ${told.failure.message} | ${told.failure.next}`;
  }
  const preview = told.calls.find((call) => call.startsWith('connectors.preview ')) ?? '';
  return (JSON.parse(preview.slice('connectors.preview '.length)) as { definition: HttpDefinition }).definition;
}

describe('what is shown of a server at an address', () => {
  it('before a yes is all of it', async () => {
    const told = await tell([...ADD, '--default', 'ask'], { answers, tty: true, typed: ['y'] });
    expect(told.out).toBe(`Connector "issues" will send what clients ask of it to:

  https://mcp.example.com/mcp

  transport streamable-http
  header    X-Team: blue
  secret    Authorization: Bearer keychain:issues (not stored yet:
            "runlayer secrets set issues")
  secret    X-Key: keychain:key
  sign-in   OAuth; its tokens are kept in the keychain
  default   ask: every call that no rule names waits for you

Look at this before you say yes:
  ! This looks like a secret written out.
    (X-Team: …)

Stored. Next, connect a client:
  runlayer setup install --client cursor --connector issues
`);
    expect(told.asked).toEqual(['Let clients use this? [y/N] ']);
    const subject = `"name":"issues","definition":{"url":"${URL_TEXT}","transport":"streamable-http","headers":{},"secrets":{},"oauth":false},"default":"ask","replace":false`;
    expect(told.calls).toEqual([`connectors.preview {${subject}}`, `connectors.save! {${subject},"consentHash":"h1"}`]);
  });

  it('a no stores nothing, and without a terminal it needs -y', async () => {
    const declined = await tell(ADD, { answers, tty: true, typed: ['n'] });
    expect([declined.code, declined.failure?.code, declined.calls.length]).toEqual([2, 'E_DECLINED', 1]);
    const unasked = await tell(ADD, { answers });
    expect([unasked.code, unasked.failure?.code, unasked.calls.length]).toEqual([2, 'E_CONFIRMATION', 1]);
    const done = await tell([...ADD, '-y', '--json'], { answers });
    expect([done.code, JSON.parse(done.out), done.err]).toEqual([0, view, '']);
  });

  it('afterwards is everything but the values of headers', async () => {
    expect((await tell('connectors show issues', { answers: { 'connectors.get': view } })).out).toBe(`issues
  state     ready
  default   ask: every call that no rule names waits for you
  sessions  1
  address   https://mcp.example.com/mcp
  transport streamable-http
  headers   X-Team
  secret    Authorization: Bearer keychain:issues
  sign-in   OAuth; its tokens are kept in the keychain
`);
    const bare = { ...view.target, headerNames: [], secrets: {}, oauth: false };
    const { out } = await tell('connectors show issues', { answers: { 'connectors.get': { ...view, target: bare } } });
    expect(out).not.toMatch(/header|secret|OAuth/);
  });

  it('in a list is its address', async () => {
    expect((await tell('connectors list', { answers: { 'connectors.list': [view] } })).out).toBe(
      `NAME    STATE  DEFAULT  SESSIONS  COMMAND OR ADDRESS
issues  ready  ask      1         https://mcp.example.com/mcp
`,
    );
  });

  const hostile = { ...target, url: HOSTILE, headers: [HOSTILE], secrets: [{ ...target.secrets[0], prefix: HOSTILE }] };
  it.each<[string, readonly string[], NonNullable<Scene['answers']>]>([
    ['add', [...ADD, '-y'], { ...answers, 'connectors.preview': { ...consent, target: hostile } }],
    ['show', ['connectors', 'show', 'x'], { 'connectors.get': { ...view, target: { ...view.target, url: HOSTILE } } }],
    ['list', ['connectors', 'list'], { 'connectors.list': [{ ...view, target: { ...view.target, url: HOSTILE } }] }],
  ])('is shown, not obeyed: %s', async (_title, words, given) => {
    for (const line of [words, [...words, '--json']]) {
      const { out, err } = await tell(line, { answers: given });
      expect(out + err).not.toMatch(UNSEEN);
    }
  });
});

describe('connectors add --url', () => {
  it.each<[string, string[], Partial<HttpDefinition>]>([
    ['nothing else', [], { url: URL_TEXT, transport: 'streamable-http', headers: {}, secrets: {}, oauth: false }],
    ['sse', ['--transport', 'sse'], { transport: 'sse' }],
    ['OAuth', ['--oauth'], { oauth: true }],
    [
      'headers',
      ['--header', 'X-Team: blue', '--header', 'X-Empty:', '--header', 'X-Odd:a: b=c '],
      { headers: { 'X-Team': 'blue', 'X-Empty': '', 'X-Odd': 'a: b=c' } },
    ],
    [
      'secrets',
      ['--secret', 'Authorization=Bearer keychain:issues', '--secret', 'X-Key=keychain:key'],
      { secrets: { Authorization: 'Bearer keychain:issues', 'X-Key': 'keychain:key' } },
    ],
    [
      'an address in the form that is contacted',
      ['--url', 'HTTPS://EXAMPLE.com:443/a/../b'],
      { url: 'https://example.com/b' },
    ],
    ['a name in other letters', ['--url', 'https://b\u00fccher.example'], { url: 'https://xn--bcher-kva.example/' }],
    ['this machine, in the clear, with a secret', ['--url', 'http://localhost:3000/mcp', '--oauth'], { oauth: true }],
    [
      'another machine, in the clear, without one',
      ['--url', 'http://build.example/mcp'],
      { url: 'http://build.example/mcp' },
    ],
  ])('%s', async (_title, words, expected) => {
    expect(await definitionOf([...ADD, '-y', ...words])).toMatchObject(expected);
  });

  const clear = ['--url', 'http://mcp.example.com/mcp'];
  it.each<[string, string[], string, string, string]>([
    [
      'a command',
      ['--', 'npx', 'x'],
      'E_USAGE',
      'A command and --url cannot both be given',
      'Give the command behind "--"',
    ],
    ['a variable', ['--env', 'A=hunter2'], 'E_USAGE', '--env is for a program', '--header "Name: value"'],
    ['a folder', ['--cwd', '/'], 'E_USAGE', '--cwd is for a program', 'Leave --cwd out'],
    [
      'a user name',
      ['--url', 'https://me:hunter2@x.example/'],
      'E_DEFINITION_INVALID',
      'a user name or a password',
      '--secret',
    ],
    [
      'only a user name',
      ['--url', 'https://hunter2@x.example/'],
      'E_DEFINITION_INVALID',
      'a user name or a password',
      '--secret',
    ],
    [
      'no scheme',
      ['--url', 'hunter2.example'],
      'E_DEFINITION_INVALID',
      'An address is https://',
      '--url https://example.com/mcp',
    ],
    ['another scheme', ['--url', 'file:///hunter2'], 'E_DEFINITION_INVALID', 'An address is https://', '--url https'],
    ['a fragment', ['--url', 'https://x.example/#hunter2'], 'E_DEFINITION_INVALID', 'An address is', '--url https'],
    ['nothing', ['--url', ''], 'E_DEFINITION_INVALID', 'An address is https://', '--url https'],
    ['2 KB', ['--url', `https://x.example/${'a'.repeat(2048)}`], 'E_DEFINITION_INVALID', '', '--url https'],
    [
      '2 KB once it is written out',
      ['--url', `https://x.example/${'é'.repeat(1000)}`],
      'E_DEFINITION_INVALID',
      'An address is',
      '--url https',
    ],
    [
      'a secret in the clear',
      [...clear, '--secret', 'A=keychain:a'],
      'E_DEFINITION_INVALID',
      'A secret is sent over https only',
      'Give the https address',
    ],
    [
      'OAuth in the clear',
      [...clear, '--oauth'],
      'E_DEFINITION_INVALID',
      'A secret is sent over https only',
      'Give the https address',
    ],
    [
      'a name that only looks like this machine',
      ['--url', 'http://127.0.0.1.example.com/', '--oauth'],
      'E_DEFINITION_INVALID',
      'A secret is sent',
      'Give the https',
    ],
    [
      "a header of the transport's",
      ['--header', 'Mcp-Session-Id: hunter2'],
      'E_DEFINITION_INVALID',
      'The header "Mcp-Session-Id" belongs to the transport',
      'Leave it out.',
    ],
    [
      "a secret header of the transport's",
      ['--secret', 'cookie=keychain:a'],
      'E_DEFINITION_INVALID',
      'The header "cookie" belongs',
      'Leave it out.',
    ],
    ['a header without a name', ['--header', ': hunter2'], 'E_USAGE', '--header takes "Name: value"', 'X-Team: blue'],
    ['a header without a colon', ['--header', 'hunter2'], 'E_USAGE', '--header takes "Name: value"', 'X-Team: blue'],
    [
      'a name with a space',
      ['--header', 'hunter2 x: y'],
      'E_DEFINITION_INVALID',
      'The name of a header given with --header',
      'X-Team: blue',
    ],
    [
      'a line break in a value',
      ['--header', 'A: hunter2\r\nB: c'],
      'E_DEFINITION_INVALID',
      'A header value is printable ASCII',
      'connectors add --help',
    ],
    [
      'letters beyond ASCII in a value',
      ['--header', 'A: hunter2é'],
      'E_DEFINITION_INVALID',
      'A header value is printable ASCII',
      '--help',
    ],
    [
      'a header twice',
      ['--header', 'A: 1', '--header', 'A: 2'],
      'E_USAGE',
      'The header "A" is given twice',
      'Give it once',
    ],
    [
      'a header twice, in another case',
      ['--header', 'A: 1', '--header', 'a: 2'],
      'E_USAGE',
      'The header "a" is given twice',
      'Give it once',
    ],
    [
      'a header that is a secret too',
      ['--header', 'A: 1', '--secret', 'a=keychain:b'],
      'E_USAGE',
      'The header "a" is given twice',
      'Give it once',
    ],
    [
      'a secret twice',
      ['--secret', 'A=keychain:a', '--secret', 'A=keychain:b'],
      'E_USAGE',
      '--secret A is given twice',
      'Give it once',
    ],
    [
      'a secret written out',
      ['--secret', 'Authorization=Bearer hunter2'],
      'E_DEFINITION_INVALID',
      'What --secret gives for "Authorization" does not fit',
      'runlayer secrets set <name>',
    ],
    [
      'two references',
      ['--secret', 'A=keychain:a keychain:b'],
      'E_DEFINITION_INVALID',
      'What --secret gives for "A"',
      'runlayer secrets set',
    ],
    [
      'a secret without "="',
      ['--secret', 'hunter2'],
      'E_USAGE',
      '--secret takes NAME=value',
      'Authorization=Bearer keychain:',
    ],
  ])('with %s is refused, with a way out and without the value', async (_title, words, code, said, next) => {
    const text = await definitionOf([...ADD, '-y', ...words]);
    const [message = '', way = ''] = typeof text === 'string' ? text.split(' | ') : [];
    expect(message).toContain(`${code}: `);
    expect(message).toContain(said);
    expect(way).toContain(next);
    expect(text).not.toContain('hunter2');
  });

  it.each(['--header', '--transport', '--oauth'])('%s without --url says where it belongs', async (option) => {
    const value = { '--header': ['A: b'], '--transport': ['sse'] }[option] ?? [];
    for (const command of [['--', 'npx'], []]) {
      const text = await definitionOf(['connectors', 'add', 'x', option, ...value, ...command]);
      expect(text).toContain(`E_USAGE: ${option} is for a server that is reached at an address`);
      expect(text).toContain('--url https://example.com/mcp');
    }
  });

  it('another transport is told from the line', async () => {
    expect(await definitionOf([...ADD, '--transport', 'pigeon'])).toContain(
      'Allowed choices are streamable-http, sse.',
    );
  });

  it('nothing at all names both ways', async () => {
    expect(await definitionOf(['connectors', 'add', 'x'])).toContain('runlayer connectors add x --url https://');
  });
});

describe('connectors edit of a server at an address', () => {
  const definition: HttpDefinition = {
    url: URL_TEXT,
    transport: 'sse',
    headers: { 'X-Team': 'blue', 'X-Env': 'test' },
    secrets: { Authorization: 'Bearer keychain:issues' },
    oauth: true,
  };
  const stored: NonNullable<Scene['answers']> = {
    ...answers,
    'connectors.definition': { definition, default: 'ask' },
    'connectors.get': view,
  };
  const edit = (...words: string[]): Promise<HttpDefinition | string> =>
    definitionOf(['connectors', 'edit', 'issues', '-y', ...words], { answers: stored });

  it.each<[string, string[], Partial<HttpDefinition>]>([
    ['the address', ['--url', 'https://other.example'], { url: 'https://other.example/' }],
    ['the transport', ['--transport', 'streamable-http'], { transport: 'streamable-http' }],
    ['OAuth', ['--no-oauth'], { oauth: false }],
    ['a value, whatever its case', ['--header', 'x-team: red'], { headers: { 'X-Env': 'test', 'x-team': 'red' } }],
    ['a header more', ['--header', 'X-New: 1'], { headers: { ...definition.headers, 'X-New': '1' } }],
    ['a header less', ['--remove-header', 'X-TEAM'], { headers: { 'X-Env': 'test' } }],
    ['a secret less', ['--remove-header', 'authorization'], { secrets: {} }],
    ['a secret', ['--secret', 'Authorization=Basic keychain:b'], { secrets: { Authorization: 'Basic keychain:b' } }],
    [
      'a value that becomes a secret',
      ['--secret', 'x-env=keychain:e'],
      { headers: { 'X-Team': 'blue' }, secrets: { ...definition.secrets, 'x-env': 'keychain:e' } },
    ],
    [
      'a secret that becomes a value',
      ['--header', 'authorization: none'],
      { headers: { ...definition.headers, authorization: 'none' }, secrets: {} },
    ],
    [
      'what is dropped and given',
      ['--remove-header', 'X-Env', '--header', 'X-Env: 2'],
      { headers: { 'X-Team': 'blue', 'X-Env': '2' } },
    ],
    [
      'only the address',
      ['--url', 'https://other.example/', '--header', 'X-Env: test'],
      { url: 'https://other.example/' },
    ],
  ])('changes %s and nothing else', async (_title, words, expected) => {
    expect(await edit(...words)).toEqual({ ...definition, ...expected });
  });

  it('with nothing changed asks nothing and stores nothing', async () => {
    for (const words of [[], ['--url', 'HTTPS://mcp.example.com:443/mcp'], ['--transport', 'sse'], ['--oauth']]) {
      const told = await tell(['connectors', 'edit', 'issues', ...words], { answers: stored, tty: true });
      expect([told.code, told.asked]).toEqual([0, []]);
      expect(told.out).toMatch(/^Nothing to change\.\n\nissues\n/);
    }
  });

  it('with nothing changed says yes again to what needs it', async () => {
    const needs = { ...stored, 'connectors.get': { ...view, state: 'needs_consent' } };
    expect(await definitionOf(['connectors', 'edit', 'issues', '-y'], { answers: needs })).toEqual(definition);
  });

  it.each<[string, string[], string]>([
    ['a command', ['--', 'npx'], 'is reached at an address and cannot become a program'],
    ['a variable', ['--env', 'A=1'], '--env is for a program'],
    ['a folder', ['--cwd', '/'], '--cwd is for a program'],
    ['a variable dropped', ['--remove-env', 'A'], '--remove-env is for a program'],
    ['a header that is not there', ['--remove-header', 'X-None'], '"issues" has no header "X-None"'],
    ['http to another machine', ['--url', 'http://mcp.example.com/'], 'A secret is sent over https only'],
    ['an address and a command', ['--url', URL_TEXT, '--', 'npx'], 'cannot both be given'],
  ])('refuses %s', async (_title, words, said) => {
    expect(await edit(...words)).toContain(said);
  });

  it.each<[string, string[], string]>([
    ['an address', ['--url', URL_TEXT], 'is a program and cannot become an address'],
    [
      'a header',
      ['--header', 'A: b'],
      '--header is for a server that is reached at an address, and this one is a program. | Leave',
    ],
    ['a header dropped', ['--remove-header', 'A'], '--remove-header is for'],
    ['OAuth', ['--oauth'], '--oauth is for'],
    ['no OAuth', ['--no-oauth'], '--oauth is for'],
  ])('of a program refuses %s', async (_title, words, said) => {
    const program = { command: 'npx', args: [], env: {}, secrets: {} };
    const text = await definitionOf(['connectors', 'edit', 'files', '-y', ...words], {
      answers: { 'connectors.definition': { definition: program, default: 'ask' } },
    });
    expect(text).toContain(said);
  });
});
