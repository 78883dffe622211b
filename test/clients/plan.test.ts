import * as fc from 'fast-check';
import { createScanner, parseTree, type Node } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { parseConfig, parseConfigText, type ConfigDocument } from '../../main/clients/document.ts';
import { planInstall, planUninstall, proved } from '../../main/clients/plan.ts';
import { planReversal } from '../../main/clients/plan-reversal.ts';
import { configs, layouts, scatter, write } from './json-text.ts';

const launcher = { launcher: '/home/ada/.runlayer/bin/runlayer', platform: 'linux' } as const;
const PROBE = 'zz-probe';

/** A value as nested arrays: keeps key order, duplicate keys and `__proto__`, which plain objects do not. */
function shape(node: Node | undefined): unknown {
  if (node === undefined) return ['object'];
  if (node.children === undefined) return [node.type, node.value];
  return [node.type, ...node.children.map(shape)];
}

/** The oracle: an independent reading of "everything but our entry", from the parse tree of the whole text. */
function others(text: string): unknown {
  const root = parseTree(text.replace(/^\uFEFF/, ''), [], { allowTrailingComma: true });
  const properties = (root?.children ?? []).map((property) => {
    const [key, value] = property.children ?? [];
    if (key?.value !== 'mcpServers') return shape(property);
    const kept = (value?.children ?? []).filter((server) => server.children?.[0]?.value !== PROBE).map(shape);
    return kept.length === 0 ? undefined : ['mcpServers', kept];
  });
  return properties.filter((property) => property !== undefined);
}

function entry(text: string): boolean {
  const root = parseTree(text.replace(/^\uFEFF/, ''), [], { allowTrailingComma: true });
  const expected = ['string', launcher.launcher];
  const args = ['array', ['string', 'run'], ['string', PROBE]];
  const server = ['object', ['property', ['string', 'command'], expected], ['property', ['string', 'args'], args]];
  return JSON.stringify(shape(root)).includes(JSON.stringify(['property', ['string', PROBE], server]));
}

function comments(text: string): string[] {
  const scanner = createScanner(text);
  const found: string[] = [];
  for (;;) {
    const kind: number = scanner.scan();
    if (kind === 17) return found;
    if (kind === 12 || kind === 13) found.push(scanner.getTokenValue());
  }
}

function opened(text: string, dialect: 'json' | 'jsonc'): ConfigDocument {
  const parsed = parseConfig(Buffer.from(text), dialect);
  if (parsed.kind === 'invalid') throw new Error(parsed.problem);
  return parsed;
}

function installed(text: string, dialect: 'json' | 'jsonc'): string {
  const plan = planInstall(opened(text, dialect), dialect, PROBE, launcher);
  if (plan.kind === 'present') throw new Error('already there');
  return plan.edit.bytes.toString('utf8');
}

describe('any configuration', () => {
  it('in any usual layout: install adds our entry, uninstall leaves all else deep-equal (2,000 cases)', () => {
    fc.assert(
      fc.property(configs(PROBE), layouts, (config, layout) => {
        const before = write(config, layout).toString('utf8');
        const after = installed(before, 'json');
        expect(() => void JSON.parse(after.replace(/^\uFEFF/, ''))).not.toThrow();
        expect(entry(after)).toBe(true);
        expect(others(after)).toEqual(others(before));
        expect(after.startsWith('\uFEFF')).toBe(layout.bom);
        const removed =
          planUninstall(opened(after, 'json'), 'json', PROBE, true, launcher)?.bytes.toString('utf8') ?? '';
        expect(others(removed)).toEqual(others(before));
        expect(entry(removed)).toBe(false);
      }),
      { numRuns: 2000, seed: 20261121 },
    );
  });

  it.each(['json', 'jsonc'] as const)(
    'with anything between the tokens, as %s: the same, and no comment is lost (2,000 cases)',
    (dialect) => {
      fc.assert(
        fc.property(
          configs(PROBE),
          fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
          (config, stream) => {
            const random = (): number => stream.next().value ?? 0;
            const before = scatter(config, random, dialect === 'jsonc');
            const after = installed(before, dialect);
            expect(entry(after)).toBe(true);
            expect(others(after)).toEqual(others(before));
            expect(comments(after)).toEqual(comments(before));
            const removed =
              planUninstall(opened(after, dialect), dialect, PROBE, true, launcher)?.bytes.toString('utf8') ?? '';
            expect(others(removed)).toEqual(others(before));
            expect(comments(removed)).toEqual(comments(before));
          },
        ),
        { numRuns: 2000, seed: 20261122 },
      );
    },
  );

  it('install only inserts: the old text is still there, in order', () => {
    fc.assert(
      fc.property(configs(PROBE), layouts, (config, layout) => {
        const before = write(config, layout).toString('utf8').replaceAll(/\s/g, '');
        const after = installed(write(config, layout).toString('utf8'), 'json').replaceAll(/\s/g, '');
        let at = 0;
        for (let index = 0; index < after.length; index++) if (after[index] === before[at]) at++;
        expect(at).toBe(before.length);
      }),
      { numRuns: 300, seed: 20261123 },
    );
  });
});

describe('whose entry it is', () => {
  const servers = (text: string): string => `{"mcpServers": {${text}}}`;
  const own = '"a": {"command": "/home/ada/.runlayer/bin/runlayer", "args": ["run", "a"]}';

  it.each<[string, string]>([
    ['another program', '"a": {"command": "npx", "args": ["run", "a"]}'],
    ['a name that only contains ours', '"a": {"command": "/x/not-runlayer", "args": ["run", "a"]}'],
    ['a folder of our name', '"a": {"command": "/x/runlayer/node", "args": ["run", "a"]}'],
    ['other arguments', '"a": {"command": "/x/runlayer", "args": ["run", "a", "--secret", "x"]}'],
    ['another verb', '"a": {"command": "/x/runlayer", "args": ["hook", "a"]}'],
    ['no arguments', '"a": {"command": "/x/runlayer"}'],
    ['arguments of another kind', '"a": {"command": "/x/runlayer", "args": ["run", 1]}'],
    ['started through uvx', '"a": {"command": "uvx", "args": ["runlayer", "run", "a"]}'],
    ['not an object', '"a": "runlayer run a"'],
    ['a null', '"a": null'],
  ])('%s is not ours: never removed, and its key is never taken', (_, text) => {
    const document = opened(servers(text), 'json');
    expect(planUninstall(document, 'json', undefined, false, launcher)).toBeUndefined();
    expect(() => planInstall(document, 'json', 'a', launcher)).toThrow(/already has a server named "a"/);
  });

  it('recognises the launcher at an older place, and only brings its path up to date', () => {
    const old = '"a": {"args": ["run", "a"], "disabled": true, "command":   "/old/bin/runlayer"}';
    const plan = planInstall(opened(servers(old), 'json'), 'json', 'a', launcher);
    expect(plan.kind === 'edit' ? plan.edit.bytes.toString('utf8') : plan).toBe(
      servers(old.replace('/old/bin/runlayer', launcher.launcher)),
    );
  });

  it('finds its entry under another key, and adds no second one', () => {
    const document = opened(servers(own.replace('"a":', '"renamed":')), 'json');
    expect(planInstall(document, 'json', 'a', launcher)).toEqual({ kind: 'present', key: 'renamed' });
    expect(planUninstall(document, 'json', 'a', false, launcher)?.bytes.toString('utf8')).toBe('{"mcpServers": {}}');
  });

  it('removes one connector, or all, between the entries of others', () => {
    const other = '"x": {"command": "npx"}';
    const document = opened(servers(`${own}, ${other}, ${own.replaceAll('"a"', '"b"')}`), 'json');
    const text = (connector?: string): string =>
      planUninstall(document, 'json', connector, false, launcher)?.bytes.toString('utf8') ?? '';
    expect(text()).toBe(servers(other));
    expect(text('a')).toBe(servers(`${other}, ${own.replaceAll('"a"', '"b"')}`));
    expect(text('b')).toBe(servers(`${own}, ${other}`));
  });

  it('compares names on Windows as Windows does', () => {
    const windows = { launcher: 'C:\\rl\\runlayer.exe', platform: 'win32' } as const;
    const document = opened(servers('"a": {"command": "D:\\\\old\\\\Runlayer.EXE", "args": ["run", "a"]}'), 'json');
    expect(planUninstall(document, 'json', undefined, false, windows)).toBeDefined();
    expect(planUninstall(document, 'json', undefined, false, launcher)).toBeUndefined();
  });
});

describe('an edit that did more than it should', () => {
  const before = opened('{"a": 1, "mcpServers": {"x": 1}}', 'json');

  it.each([
    ['changed another value', '{"a": 2, "mcpServers": {"x": 1, "probe": 1}}'],
    ['lost another server', '{"a": 1, "mcpServers": {"probe": 1}}'],
    ['lost the comma', '{"a": 1 "mcpServers": {"x": 1, "probe": 1}}'],
    ['left a comment in a strict file', '{"a": 1, "mcpServers": {"x": 1, "probe": 1}} // c'],
  ])('is never written: it %s', (_, after) => {
    expect(() => proved(before, after, 'json', ['probe'])).toThrow(/more of the file than our own entry/);
  });

  it('and passes when it did just that', () => {
    const after = '{ "a": 1, "mcpServers": {"x": 1,\n"probe": {"command": "c"}}}';
    expect(proved(before, after, 'json', ['probe']).text).toBe(after);
  });
});

describe('taking a change back in a file that changed since', () => {
  const change = { keys: [{ key: 'a', had: false }], createdServersKey: true };
  const own = '{"command": "/home/ada/.runlayer/bin/runlayer", "args": ["run", "a"]}';
  const reverse = (
    text: string,
    over: Partial<typeof change> = {},
    earlier?: string,
  ): [string | undefined, string[]] => {
    const parsed = earlier === undefined ? undefined : parseConfigText(earlier, 'jsonc');
    const before = parsed?.kind === 'ok' ? parsed : undefined;
    const { edit, left } = planReversal(opened(text, 'jsonc'), 'jsonc', { ...change, ...over }, before, launcher);
    return [edit?.bytes.toString('utf8'), left];
  };

  it('removes what it added, and the servers object when that is ours and bare', () => {
    expect(reverse(`{"new": 1, "mcpServers": {"a": ${own}}}`)).toEqual(['{"new": 1}', []]);
    expect(reverse(`{"mcpServers": {"a": ${own}, "b": 1}}`)).toEqual(['{"mcpServers": {"b": 1}}', []]);
    expect(reverse(`{"mcpServers": {"a": ${own}}}`, { createdServersKey: false })).toEqual(['{"mcpServers": {}}', []]);
    expect(reverse(`{"mcpServers": {"a": ${own} /* kept */}}`)).toEqual(['{"mcpServers": { /* kept */}}', []]);
  });

  it('leaves an entry that is no longer ours, and says which', () => {
    expect(reverse('{"mcpServers": {"a": {"command": "npx"}}}')).toEqual([undefined, ['a']]);
    expect(reverse('{"mcpServers": {}}')).toEqual([undefined, []]);
  });

  it('puts a removed entry back as it was written, or an old path', () => {
    const had = { keys: [{ key: 'a', had: true }], createdServersKey: false };
    const former = '{"command":  "/old/runlayer", "args": ["run", "a"], "env": {"K": "v"}}';
    expect(reverse('{"x": 1}', had, `{"mcpServers": {"a": ${former}}}`)[0]).toBe(
      `{"x": 1, "mcpServers": {"a": ${former}}}`,
    );
    expect(reverse(`{"mcpServers": {"a": ${own}}}`, had, `{"mcpServers": {"a": ${former}}}`)[0]).toBe(
      `{"mcpServers": {"a": ${former}}}`,
    );
    expect(reverse('{"x": 1}', had)[0]).toBeUndefined();
  });
});
