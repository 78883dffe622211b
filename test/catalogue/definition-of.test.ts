import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { definitionOf, foldersOf } from '../../main/catalogue/definition-of.ts';
import { readPackageSpec } from '../../main/connectors/risk/package-spec.ts';
import { CompanionError, ConnectorDefinition, isHttpDefinition } from '../../preload/contract/index.ts';
import { anAddress, anEntry } from './entries.ts';

const given = { parameters: { folders: ['/a', '/b c'] }, secrets: { TOKEN: 'mine' } };

function problem(over: Partial<typeof given> | { parameters: Record<string, string[]> }): string {
  try {
    definitionOf(anEntry(), { ...given, ...over });
    return 'taken';
  } catch (error) {
    if (!(error instanceof CompanionError)) throw error;
    expect(error.code).toBe('E_CATALOGUE_PARAMETER');
    return error.message;
  }
}

describe('definitionOf', () => {
  it('makes a program of the exact package, with parameters as single arguments', () => {
    expect(definitionOf(anEntry(), { ...given, parameters: { folders: ['/a', '/b c'], list: ['/x'] } })).toEqual({
      command: 'npx',
      args: ['-y', '@some/files@1.2.3', '--quiet', '/a', '/b c'],
      env: { LIST: '/x/list.txt' },
      secrets: { TOKEN: 'keychain:mine' },
    });
  });

  it('leaves out what is not required and not given', () => {
    expect(definitionOf(anEntry(), given)).toMatchObject({ env: {} });
    const secrets = anEntry().secrets.map((secret) => ({ ...secret, required: false }));
    expect(definitionOf(anEntry({ secrets }), { ...given, secrets: {} })).toMatchObject({ secrets: {} });
  });

  it('makes an address with its header', () => {
    expect(definitionOf(anAddress(), { parameters: {}, secrets: { Authorization: 'gh' } })).toEqual({
      url: 'https://mcp.example.com/mcp',
      transport: 'streamable-http',
      headers: {},
      secrets: { Authorization: 'Bearer keychain:gh' },
      oauth: false,
    });
  });

  it.each<[string, Parameters<typeof problem>[0], RegExp]>([
    ['a missing parameter', { parameters: { folders: [] } }, /Folders is missing/],
    [
      'a parameter that is not asked for',
      { parameters: { folders: ['/a'], command: ['sh'] } },
      /nothing named "command"/,
    ],
    [
      'one from the prototype',
      { parameters: JSON.parse('{"folders":["/a"],"__proto__":["x"]}') as never },
      /nothing named/,
    ],
    ['a folder that is relative', { parameters: { folders: ['a'] } }, /not a whole path/],
    ['a folder that is an option', { parameters: { folders: ['--allow-all'] } }, /not a whole path/],
    ['a text that is an option', { parameters: { folders: ['/a'], list: ['-c'] } }, /begins with "-"/],
    ['two where there is one', { parameters: { folders: ['/a'], list: ['a', 'b'] } }, /once/],
    ['a control character', { parameters: { folders: ['/a\n'] } }, /control/],
    ['nothing but spaces', { parameters: { folders: ['/a'], list: [' '] } }, /empty/],
    ['a long text', { parameters: { folders: ['/a'], list: ['x'.repeat(1025)] } }, /longer/],
    ['a missing secret', { secrets: {} as never }, /Token is missing/],
    ['a secret that is not asked for', { secrets: { TOKEN: 'x', LD_PRELOAD: 'x' } as never }, /takes no secret/],
  ])('refuses %s', (_what, over, message) => {
    expect(problem(over)).toMatch(message);
  });

  it('whatever is given, it is the same package or refused, and a definition that fits', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), fc.string(), (folders, list) => {
        let definition;
        try {
          definition = definitionOf(anEntry(), { ...given, parameters: { folders, list: [list] } });
        } catch (error) {
          return error instanceof CompanionError;
        }
        if (isHttpDefinition(definition)) return false;
        const spec = readPackageSpec([definition.command, ...definition.args]);
        return (
          spec?.name === '@some/files' &&
          spec.version === '1.2.3' &&
          spec.all.length === 1 &&
          definition.args.slice(3).every((word) => !word.startsWith('-')) &&
          ConnectorDefinition.safeParse(definition).success
        );
      }),
    );
  });
});

it('foldersOf gives the folders alone', () => {
  expect(foldersOf(anEntry(), { folders: ['/a', '/b'], list: ['x'] })).toEqual(['/a', '/b']);
  expect(foldersOf(anEntry(), {})).toEqual([]);
});
