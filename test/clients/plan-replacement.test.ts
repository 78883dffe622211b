import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undo, replaceEntry } from '../../main/clients/operations.ts';
import { planReplacement } from '../../main/clients/plan-replacement.ts';
import { parseConfigText } from '../../main/clients/document.ts';
import { configs, layouts, write } from './json-text.ts';
import { aMachine, LAUNCHER } from './machine.ts';

const launcher = { launcher: LAUNCHER, platform: 'linux' } as const;

function replaced(text: string, key: string): string {
  const document = parseConfigText(text, 'jsonc');
  if (document.kind === 'invalid') throw new Error(document.problem);
  return planReplacement(document, 'jsonc', key, 'github', launcher).bytes.toString('utf8');
}

describe('our entry in the place of another', () => {
  it.each<[string, string]>([
    [
      '{"mcpServers":{"a b":{"command":"x","env":{"T":"s"}}}}',
      `{"mcpServers":{"a b":{"command":"${LAUNCHER}","args":["run","github"]}}}`,
    ],
    [
      '{\r\n\t"mcpServers": {\r\n\t\t"a b": { "url": "https://a.example" }, // theirs\r\n\t\t"c": {}\r\n\t}\r\n}',
      `{\r\n\t"mcpServers": {\r\n\t\t"a b": {\r\n\t\t\t"command": "${LAUNCHER}",\r\n\t\t\t"args": [\r\n\t\t\t\t"run",\r\n\t\t\t\t"github"\r\n\t\t\t]\r\n\t\t}, // theirs\r\n\t\t"c": {}\r\n\t}\r\n}`,
    ],
  ])('%j', (before, after) => {
    expect(replaced(before, 'a b')).toBe(after);
  });

  it.each([
    ['nobody', 'E_CLIENT_ENTRY_UNKNOWN'],
    ['ours', 'E_CLIENT_ENTRY_OURS'],
    ['tenant', 'E_CLIENT_ENTRY_OURS'],
  ])('%s: %s', (key, code) => {
    const text = `{"mcpServers":{"ours":{"command":"${LAUNCHER}","args":["run","x"]},"tenant":{"command":"uvx","args":["runlayer","run","abc"]}}}`;
    expect(() => replaced(text, key)).toThrow(expect.objectContaining({ code }) as Error);
  });

  it('changes nothing else in any file, and undo gives the same bytes back (100 cases)', async () => {
    const machine = await aMachine();
    await fc.assert(
      fc.asyncProperty(configs('github'), layouts, async (config, layout) => {
        const servers = { ...(config['mcpServers'] as object | undefined), theirs: { command: 'x', args: ['y'] } };
        const before = write({ ...config, mcpServers: servers }, layout);
        await machine.put('cursor', before);
        await replaceEntry(machine.environment, {
          client: 'cursor',
          entry: 'theirs',
          connector: 'github',
          dryRun: false,
        });
        expect(JSON.parse(JSON.stringify(parsedServers(await machine.text('cursor'))))).toContain('theirs');
        const change = await undo(machine.environment, { client: 'cursor' });
        expect(change.bringsBack).toEqual(['theirs']);
        expect((await machine.read('cursor'))?.equals(before)).toBe(true);
      }),
      { numRuns: 100, seed: 20261121 },
    );
  });
});

function parsedServers(text: string): string[] {
  const document = parseConfigText(text.replace(/^\uFEFF/, ''), 'jsonc');
  return document.kind === 'ok'
    ? (document.servers?.children ?? []).map((child) => String(child.children?.[0]?.value))
    : [];
}
