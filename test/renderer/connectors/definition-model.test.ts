import { describe, expect, it } from 'vitest';
import { ConnectorDefinition } from '../../../preload/contract/index.ts';
import {
  argsOf,
  EMPTY_FORM,
  formOf,
  formProblem,
  hasBrokenArgument,
  linesOf,
  meantBy,
  splitCommand,
} from '../../../renderer/features/connectors/definition-model.ts';

const program = ConnectorDefinition.parse({
  command: 'npx',
  args: ['-y', 'server@1.0.0', 'a folder', '', 'last'],
  env: { LEVEL: '1', URL: 'https://x' },
  secrets: { TOKEN: 'keychain:t' },
  cwd: '/data',
});
const http = ConnectorDefinition.parse({
  url: 'https://mcp.example.com/mcp',
  transport: 'sse',
  headers: { 'X-Team': 'blue' },
  secrets: { Authorization: 'Bearer keychain:t', 'X-Key': 'keychain:k' },
  oauth: true,
  oauthClient: { id: 'id', secret: 'keychain:c' },
});

describe('a definition in the form', () => {
  it.each([program, http])('means itself again, with its values kept', (definition) => {
    const keep = Object.keys('url' in definition ? definition.headers : definition.env);
    const none = Object.fromEntries(keep.map((name) => [name, '']));
    const hidden = 'url' in definition ? { ...definition, headers: none } : { ...definition, env: none };
    expect(meantBy(formOf(hidden, keep))).toEqual({ definition: hidden, keep });
    expect(meantBy(formOf(definition, [])).definition).toEqual(definition);
  });

  it('takes lines as arguments, but for those that were only begun', () => {
    expect(argsOf(linesOf(['a', '', 'b c']))).toEqual(['a', '', 'b c']);
    expect(argsOf('')).toEqual([]);
    const form = { ...EMPTY_FORM, command: ' npx ', args: argsOf('-y\nserver\n\n') };
    expect(meantBy(form).definition).toEqual({ command: 'npx', args: ['-y', 'server'], env: {}, secrets: {} });
    expect(hasBrokenArgument({ command: 'x', args: ['a\nb'], env: {}, secrets: {} })).toBe(true);
  });

  it('leaves out a client id where nobody signs in, and lines without a name', () => {
    const form = { ...EMPTY_FORM, kind: 'http', url: ' https://x/ ', clientId: 'id' } as const;
    const pairs = [{ name: ' ', value: 'x', kind: 'value', prefix: '' } as const];
    expect(meantBy({ ...form, pairs }).definition).toEqual({
      url: 'https://x/',
      transport: 'streamable-http',
      headers: {},
      secrets: {},
      oauth: false,
    });
  });

  it('says what is missing', () => {
    const pair = { name: 'A', value: '', kind: 'secret', prefix: '' } as const;
    expect(formProblem(EMPTY_FORM)).toMatch(/program/);
    expect(formProblem({ ...EMPTY_FORM, kind: 'http' })).toMatch(/address/);
    expect(formProblem({ ...EMPTY_FORM, command: 'x', pairs: [pair] })).toMatch(/which secret A/);
    expect(
      formProblem({
        ...EMPTY_FORM,
        command: 'x',
        pairs: [
          { ...pair, value: 's' },
          { ...pair, value: 't' },
        ],
      }),
    ).toMatch(/twice/);
    expect(formProblem({ ...EMPTY_FORM, command: 'x' })).toBeUndefined();
  });

  it.each([
    ['npx -y server', ['npx', '-y', 'server']],
    [`node "a b" 'c d'`, ['node', 'a b', 'c d']],
    ['  ', []],
  ])('takes %j apart', (text, words) => {
    expect(splitCommand(text)).toEqual(words);
  });
});
