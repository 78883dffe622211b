import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { definitionOf } from '../../main/catalogue/definition-of.ts';
import { assessRisks } from '../../main/connectors/risks.ts';
import { Catalogue, CatalogueEntry, isHttpDefinition } from '../../preload/contract/index.ts';
import { anAddress, anEntry } from '../catalogue/entries.ts';

const shipped = Catalogue.parse(
  JSON.parse(readFileSync(fileURLToPath(new URL('../../resources/catalogue.json', import.meta.url)), 'utf8')),
);

describe('the catalogue that ships', () => {
  it('holds these, each checked or saying why not', () => {
    expect(shipped.entries.map(({ id, check }) => `${id} ${check.done ? 'checked' : 'not checked'}`)).toEqual([
      'filesystem checked',
      'github not checked',
      'linear not checked',
      'notion checked',
      'playwright checked',
      'chrome-devtools checked',
      'context7 checked',
      'brave-search checked',
      'tavily checked',
      'sentry checked',
      'stripe not checked',
      'mongodb checked',
      'memory checked',
      'sequential-thinking checked',
      'everything checked',
    ]);
  });

  it.each(shipped.entries.map((entry) => [entry.id, entry] as const))(
    '%s makes a definition with nothing to weigh but what it is',
    (_id, entry) => {
      const definition = definitionOf(entry, {
        parameters: Object.fromEntries(
          entry.parameters.map(({ id, kind }) => [id, [kind === 'folder' ? '/data' : 'x']]),
        ),
        secrets: Object.fromEntries(entry.secrets.map((secret) => [secret.for, secret.name])),
      });
      if (isHttpDefinition(definition)) expect(definition.url).toMatch(/^https:/);
      else expect(assessRisks(definition, { realPath: '/usr/bin/npx', writableByOthers: false })).toEqual([]);
    },
  );
});

const program = anEntry().runs;
if (program.kind !== 'program') throw new Error('a program');
const secret = anEntry().secrets[0];
if (secret === undefined) throw new Error('a secret');
const packaged = (over: Partial<typeof program.package>): Partial<CatalogueEntry> => ({
  runs: { ...program, package: { ...program.package, ...over } },
});

describe('an entry', () => {
  it('may be a program or an address', () => {
    expect(CatalogueEntry.parse(anEntry())).toEqual(anEntry());
    expect(CatalogueEntry.parse(anAddress())).toEqual(anAddress());
  });

  it.each<[string, Partial<CatalogueEntry>]>([
    ['a range of versions', packaged({ version: '^1.2.3' })],
    ['the latest version', packaged({ version: 'latest' })],
    ['a package from elsewhere', packaged({ name: 'git+https://example.com/x' })],
    ['a package that is an option', packaged({ name: '--package' })],
    ['a package that is a path', packaged({ name: '../x' })],
    ['no integrity', packaged({ integrity: 'sha1-x' })],
    ['an argument with a line break', { runs: { ...program, args: ['a\nb', { parameter: 'folders' }] } }],
    ['a title that hides characters', { title: 'Fi\u200bles' }],
    ['a title that turns its direction', { title: '\u202eselif' }],
    ['a description with an escape', { description: '\u001b[2J' }],
    [
      'a variable that loads code',
      { runs: { ...program, env: { NODE_OPTIONS: '--require=/x', LIST: { parameter: 'list' } } } },
    ],
    [
      'a variable that aims the package runner',
      { runs: { ...program, env: { npm_config_registry: 'https://x', LIST: { parameter: 'list' } } } },
    ],
    ['a secret that loads code', { secrets: [{ ...secret, for: 'LD_PRELOAD' }] }],
    ['a secret with a prefix in a variable', { secrets: [{ ...secret, prefix: 'Bearer ' }] }],
    ['a secret twice', { secrets: [secret, secret] }],
    ['a secret where a value stands already', { secrets: [{ ...secret, for: 'LIST' }] }],
    ['a parameter that nobody asks for', { parameters: [] }],
    ['a parameter that nothing uses', { runs: { ...program, args: [] } }],
    [
      'a parameter of a variable that may be many',
      { parameters: anEntry().parameters.map((one) => ({ ...one, many: true })) },
    ],
    ['plain http for where it comes from', { homepage: 'http://example.com/' }],
    ['a script for where it comes from', { homepage: 'javascript:alert(1)' }],
    ['a user name in an address', { homepage: 'https://a@example.com/' }],
    [
      'a server without https',
      { runs: { kind: 'http', url: 'http://mcp.example.com/mcp', oauth: false }, parameters: [] },
    ],
    ['a header that belongs to the transport', { ...anAddress(), secrets: [{ ...secret, for: 'Host' }] }],
    ['a tool that looks like another', { check: { done: true, on: '2026-11-21', server: 'x', tools: ['re\u0430d'] } }],
  ])('is refused with %s', (_what, over) => {
    expect(CatalogueEntry.safeParse(anEntry(over)).success).toBe(false);
  });

  it('stands once', () => {
    expect(Catalogue.safeParse({ version: 1, entries: [anEntry(), anEntry()] }).success).toBe(false);
  });

  it('has no member that is not known', () => {
    expect(CatalogueEntry.safeParse({ ...anEntry(), command: 'sh' }).success).toBe(false);
  });
});
