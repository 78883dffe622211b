import { describe, expect, it } from 'vitest';
import { connectorDescriptions } from '../../main/operations/describe-connectors.ts';
import { ShownConsents } from '../../main/operations/shown-consents.ts';
import type { Connector, ConsentRequest, OwnTarget } from '../../preload/contract/index.ts';
import { aConnector } from './fakes.ts';

const program: OwnTarget = {
  kind: 'program',
  argv: ['npx', '-y', 'server@1.0.0'],
  path: '/usr/bin/npx',
  realPath: '/opt/npx',
  env: ['A=1'],
  secrets: [{ env: 'TOKEN', reference: 'keychain:t', stored: false }],
};
const request = (target: OwnTarget): ConsentRequest => ({
  connector: 'files',
  hash: 'h',
  target,
  risks: [{ code: 'shell', evidence: 'sh -c', text: 'A shell runs.' }],
  default: 'ask',
});
const named = { name: 'files', default: 'ask', consentHash: 'h' } as const;
const NOT_SHOWN = expect.objectContaining({
  code: 'E_CONSENT_CHANGED',
  next: expect.stringContaining('again') as unknown,
}) as Error;
const definition = { command: 'npx', args: ['-y', 'server@1.0.0'], env: {}, secrets: {} };

function questions(target: OwnTarget = program, title?: string, connectors: readonly Connector[] = []) {
  const shown = new ShownConsents();
  shown.remember({ request: request(target), definition, ...(title === undefined ? {} : { title }) });
  return connectorDescriptions({
    shown,
    find: (name) => connectors.find((connector) => connector.name === name),
    comesBack: (name) => name === 'vouched',
  });
}

describe('the question about a connector', () => {
  it('shows the whole of what was shown before, with its risks, and what happens at once', () => {
    const save = { ...named, definition, replace: false };
    expect(questions()['connectors.save']?.({ ...save, check: true })).toEqual({
      title: 'Let AI clients start "files"?',
      detail: [
        'npx',
        '-y',
        'server@1.0.0',
        '',
        'program: /opt/npx',
        'A=1',
        'TOKEN from keychain:t, which is not stored yet',
        'default: ask',
        '! A shell runs. (sh -c)',
        '',
        'It is started once now, to see that it answers.',
      ].join('\n'),
    });
    expect(questions()['connectors.save']?.(save).detail).not.toContain('started once');
    expect(questions()['connectors.save']?.({ ...save, replace: true }).title).toContain('as it is below');
  });

  it('is not asked about what was not shown, or is forgotten', () => {
    const save = { ...named, definition, replace: false };
    for (const over of [{ consentHash: 'x' }, { name: 'other' }, { default: 'allow' as const }]) {
      expect(() => questions()['connectors.save']?.({ ...save, ...over })).toThrow(NOT_SHOWN);
      expect(() => questions()['connectors.install']?.({ ...named, ...over })).toThrow(NOT_SHOWN);
    }
  });

  it('says that it is of the catalogue, and where an address is asked', () => {
    const http: OwnTarget = {
      kind: 'http',
      url: 'https://mcp.example.com/',
      transport: 'streamable-http',
      headers: ['X-Team: blue'],
      secrets: [{ header: 'Authorization', prefix: 'Bearer ', reference: 'keychain:t', stored: true }],
      oauth: true,
      oauthClient: { id: 'id', secret: { reference: 'keychain:c', stored: true } },
    };
    const asked = questions(http, 'Remote')['connectors.install']?.(named);
    expect(asked?.title).toBe('Let AI clients use "files"?');
    expect(asked?.detail.split('\n')).toEqual([
      'https://mcp.example.com/',
      '',
      'transport: streamable-http',
      'header: X-Team: blue',
      'header: Authorization: Bearer keychain:t',
      'sign-in: OAuth, its tokens kept in the keychain',
      'client id: id',
      'its secret: keychain:c',
      'default: ask',
      '! A shell runs. (sh -c)',
      'from the catalogue: Remote',
      '',
      'It is asked for its tools once now, to see that it answers.',
    ]);
  });

  it('shows what is started for a check, a test or a call, and whole arguments with what hides in them', () => {
    const of = questions(program, undefined, [
      aConnector('files', { definition: { ...definition, args: ['a\u001b[2J'] } }),
    ]);
    for (const name of ['connectors.check', 'connectors.test'] as const)
      expect(of[name]?.({ name: 'files' }).detail).toBe(String.raw`connector: files${'\n'}npx${'\n'}$'a\u{1b}[2J'`);
    expect(of['connectors.check']?.({ name: 'gone' }).detail).toContain('not there');
    const args = `{"path":"/x\u202e","long":"${'y'.repeat(5000)}"}`;
    const call = of['connectors.callTool']?.({ name: 'files', tool: 'read\u200b', arguments: args });
    expect(call?.title).toBe(String.raw`Call "read\u{200b}" on "files" once?`);
    expect(call?.detail).toContain(String.raw`/x\u{202e}`);
    expect(call?.detail).toContain('y'.repeat(5000));
  });
});

it('says what goes with a connector, and which ones come back', () => {
  const remove = questions()['connectors.remove'];
  expect(remove?.({ name: 'files' })).toMatchObject({
    title: 'Remove "files"?',
    detail: expect.stringContaining('allow rules') as unknown,
  });
  expect(remove?.({ name: 'vouched' }).title).toContain('comes back by itself');
  expect(remove?.({ name: 'vouched' }).detail).toContain('switched off');
});

it('what was shown is forgotten after a while', () => {
  const shown = new ShownConsents();
  for (let at = 0; at < 65; at += 1) shown.remember({ request: { ...request(program), hash: `h${at}` }, definition });
  expect(shown.find({ ...named, consentHash: 'h0' })).toBeUndefined();
  expect(shown.find({ ...named, consentHash: 'h64' })).toBeDefined();
});
