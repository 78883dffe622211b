import { describe, expect, it } from 'vitest';
import type { ConnectorView, ConsentRequest, HttpDefinition, OAuthClient } from '../../preload/contract/index.ts';
import { tell, type Scene } from './fake-io.ts';

const URL_TEXT = 'https://mcp.example.com/mcp';
const ADD = ['connectors', 'add', 'issues', '-y', '--url', URL_TEXT];
const CLIENT: OAuthClient = { id: 'client-1', secret: 'keychain:client' };
const server: HttpDefinition = {
  url: URL_TEXT,
  transport: 'streamable-http',
  headers: {},
  secrets: {},
  oauth: true,
};

const view: ConnectorView = {
  name: 'issues',
  target: {
    kind: 'http',
    url: URL_TEXT,
    transport: 'streamable-http',
    headerNames: [],
    secrets: {},
    oauth: true,
    oauthClient: CLIENT,
  },
  default: 'ask',
  enabled: true,
  state: 'ready',
  sessions: 0,
  createdAt: '2026-11-21T08:00:00.000Z',
};
const consent: ConsentRequest = {
  connector: 'issues',
  hash: 'h1',
  target: {
    kind: 'http',
    url: URL_TEXT,
    transport: 'streamable-http',
    headers: [],
    secrets: [],
    oauth: true,
    oauthClient: { id: 'client-1', secret: { reference: 'keychain:client', stored: false } },
  },
  risks: [],
  default: 'ask',
};
const answers: NonNullable<Scene['answers']> = { 'connectors.preview': consent, 'connectors.save': view };

/** The client that the companion was asked about, or the words of the refusal. */
async function clientOf(
  words: readonly string[],
  given: NonNullable<Scene['answers']> = answers,
): Promise<OAuthClient | string | undefined> {
  const told = await tell(words, { answers: given });
  if (told.failure !== undefined) {
    const { code, message, next } = told.failure;
    expect([told.code, told.calls.filter((call) => call.startsWith('connectors.preview'))]).toEqual([2, []]);
    return `${code}: ${message} | ${next}`;
  }
  const preview = told.calls.find((call) => call.startsWith('connectors.preview ')) ?? '';
  return (JSON.parse(preview.slice('connectors.preview '.length)) as { definition: HttpDefinition }).definition
    .oauthClient;
}

describe('a client id', () => {
  it('is shown before a yes, with what is still to be stored', async () => {
    const { out } = await tell([...ADD, '--oauth'], { answers });
    expect(out).toContain(`  sign-in   OAuth; its tokens are kept in the keychain
  client id client-1
            its secret: keychain:client (not stored yet:
            "runlayer secrets set client")
`);
  });

  it('is shown afterwards', async () => {
    const { out } = await tell('connectors show issues', { answers: { 'connectors.get': view } });
    expect(out).toContain(`  client id client-1
            its secret: keychain:client
`);
  });

  it('is shown, not obeyed', async () => {
    const hostile = 'x\u001b[2J\u202e';
    const target = { ...consent.target, oauthClient: { id: hostile } };
    const given = { ...answers, 'connectors.preview': { ...consent, target } };
    const { out } = await tell([...ADD, '--oauth'], { answers: given });
    expect(out).toContain('client id');
    // eslint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u001b\u202e]/u);
  });

  it.each<[string, string[], OAuthClient | undefined]>([
    ['none', ['--oauth'], undefined],
    ['an id', ['--oauth', '--oauth-client-id', 'client-1'], { id: 'client-1' }],
    [
      'an id with its secret',
      ['--oauth', '--oauth-client-id', 'client-1', '--oauth-client-secret', 'keychain:client'],
      CLIENT,
    ],
  ])('given to add: %s', async (_title, words, expected) => {
    expect(await clientOf([...ADD, ...words])).toEqual(expected);
  });

  const id = ['--oauth-client-id', 'client-1'];
  it.each<[string, string[], string, string]>([
    ['without OAuth', id, 'A client id belongs to a server that somebody signs in to', 'Give --oauth too'],
    [
      'that is none',
      ['--oauth', '--oauth-client-id', 'hunter2 hunter2'],
      '--oauth-client-id gives does not fit',
      'Copy it',
    ],
    ['that is empty', ['--oauth', '--oauth-client-id', ''], '--oauth-client-id gives does not fit', 'Copy it'],
    [
      'whose secret is written out',
      ['--oauth', ...id, '--oauth-client-secret', 'hunter2'],
      'never the secret itself',
      'runlayer secrets set <name>',
    ],
    [
      'that is missing where there is a secret',
      ['--oauth', '--oauth-client-secret', 'keychain:client'],
      'belongs to a client id',
      '--oauth-client-id',
    ],
  ])('%s is refused, with a way out and without the value', async (_title, words, said, next) => {
    const text = await clientOf([...ADD, ...words]);
    const [message = '', way = ''] = typeof text === 'string' ? text.split(' | ') : [];
    expect(message).toContain(said);
    expect(way).toContain(next);
    expect(text).not.toContain('hunter2');
  });

  const edit = (before: HttpDefinition, ...words: string[]): ReturnType<typeof clientOf> =>
    clientOf(['connectors', 'edit', 'issues', '-y', ...words], {
      ...answers,
      'connectors.definition': { definition: before, default: 'ask' },
      'connectors.get': view,
    });
  const stored = { ...server, oauthClient: CLIENT };

  it.each<[string, string[], OAuthClient | undefined]>([
    ['stays when something else changes', ['--header', 'A: b'], CLIENT],
    ['gets another secret', ['--oauth-client-secret', 'keychain:other'], { id: 'client-1', secret: 'keychain:other' }],
    [
      'that is a new one does not take the secret of the old one',
      ['--oauth-client-id', 'client-2'],
      { id: 'client-2' },
    ],
    [
      'that is a new one takes its own secret',
      ['--oauth-client-id', 'client-2', '--oauth-client-secret', 'keychain:two'],
      { id: 'client-2', secret: 'keychain:two' },
    ],
    ['is dropped', ['--remove-oauth-client'], undefined],
    ['is dropped and given without its secret', ['--remove-oauth-client', ...id], { id: 'client-1' }],
    ['ends with the sign-in', ['--no-oauth'], undefined],
  ])('on edit %s', async (_title, words, expected) => {
    expect(await edit(stored, ...words)).toEqual(expected);
  });

  it('given as it is changes nothing', async () => {
    const told = await tell(['connectors', 'edit', 'issues', ...id], {
      answers: { 'connectors.definition': { definition: stored, default: 'ask' }, 'connectors.get': view },
    });
    expect(told.out).toMatch(/^Nothing to change\./);
  });

  it.each([
    ['--remove-oauth-client', '--oauth-client-secret', 'keychain:x'],
    ['--no-oauth', '--oauth-client-id', 'client-2'],
  ])('on edit is refused: %s %s', async (...words) => {
    expect(await edit(stored, ...words)).toMatch(/^E_(?:USAGE|DEFINITION_INVALID): /);
  });

  it.each([['--oauth-client-id'], ['--oauth-client-secret']])('%s is nothing of a program', async (option) => {
    const text = await clientOf(['connectors', 'add', 'x', option, 'y', '--', 'npx']);
    expect(text).toContain(`${option} is for a server that is reached at an address`);
  });
});
