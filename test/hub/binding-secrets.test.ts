import { describe, expect, it } from 'vitest';
import { withBindingSecrets } from '../../main/connectors/with-binding-secrets.ts';
import { checkBindingSecrets, endpointDefinition } from '../../main/hub/binding-secrets.ts';
import type { ConnectorDefinition, HttpDefinition } from '../../preload/contract/index.ts';

const program: ConnectorDefinition = { command: 'server', args: [], env: {}, secrets: {} };
const https = endpointDefinition('https://mcp.example.com/mcp');
const plain = endpointDefinition('http://mcp.example.com/mcp');
const loopback = endpointDefinition('http://127.0.0.1:9000/mcp');
const oauth: HttpDefinition = { ...https, oauth: true };
const KEY = 'keychain:github';

const problem = (secrets: Record<string, string>, definition: ConnectorDefinition): string | undefined => {
  try {
    checkBindingSecrets(secrets, definition, 'linux');
  } catch (error) {
    expect(error).toMatchObject({ code: 'E_HUB_SECRETS', exitCode: 2, next: expect.stringMatching(/\w/) as string });
    return error instanceof Error ? error.message : '';
  }
  return undefined;
};

describe('secrets of a binding', () => {
  it.each<[string, Record<string, string>, ConnectorDefinition]>([
    ['none, of a program', {}, program],
    ['none, in the clear', {}, plain],
    ['none, of a server with a sign-in', {}, oauth],
    ['a variable', { GITHUB_TOKEN: KEY, _x: KEY }, program],
    ['where a program sends it', { GITHUB_API_URL: KEY }, program],
    ['a header', { 'X-Api-Key': KEY, Authorization: `Bearer ${KEY}` }, https],
    ['a header to this machine', { Authorization: `Bearer ${KEY}` }, loopback],
    ['another header of a server with a sign-in', { 'X-Team-Key': KEY }, oauth],
  ])('fit: %s', (_title, secrets, definition) => {
    expect(problem(secrets, definition)).toBeUndefined();
  });

  it.each<[string, Record<string, string>, ConnectorDefinition, string]>([
    ['a header of a program', { 'X-Api-Key': KEY }, program, '"X-Api-Key" is no name of an environment variable.'],
    ['a scheme for a program', { TOKEN: `Bearer ${KEY}` }, program, 'TOKEN gets its whole value from the keychain'],
    ['a loader', { NODE_OPTIONS: KEY }, program, 'NODE_OPTIONS decides what code a server runs'],
    ['a loader of the system', { LD_PRELOAD: KEY }, program, 'LD_PRELOAD decides'],
    ['one of ours', { RUNLAYER_COMPANION_HOME: KEY }, program, 'RUNLAYER_COMPANION_HOME decides'],
    ['a header of the transport', { Host: KEY }, https, '"Host" cannot be set as a header'],
    ['a header of the protocol', { 'Mcp-Session-Id': KEY }, https, '"Mcp-Session-Id" cannot be set'],
    ['a forged identity', { 'X-Runlayer-User-Email': KEY }, https, '"X-Runlayer-User-Email" cannot be set'],
    ['a header twice', { 'X-Key': KEY, 'x-key': KEY }, https, 'The header x-key is given twice.'],
    [
      'a secret in the clear',
      { 'X-Key': KEY },
      plain,
      'do not fit http://mcp.example.com: a secret is sent over https',
    ],
    ['the sign-in of a server', { authorization: KEY }, oauth, 'This server asks for a sign-in'],
  ])('do not: %s', (_title, secrets, definition, expected) => {
    expect(problem(secrets, definition)).toContain(expected);
  });

  it('replace what the connector sends under the same name, in any case', () => {
    const definition: HttpDefinition = {
      ...https,
      headers: { 'X-Team': 'blue', authorization: 'None' },
      secrets: { AUTHORIZATION: 'keychain:old', 'X-Other': 'keychain:other' },
    };
    expect(withBindingSecrets(definition, { Authorization: `Bearer ${KEY}` })).toEqual({
      ...https,
      headers: { 'X-Team': 'blue' },
      secrets: { 'X-Other': 'keychain:other', Authorization: `Bearer ${KEY}` },
    });
    expect(withBindingSecrets(definition, {})).toEqual(definition);
  });
});
