import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { adapterFor } from '../../main/clients/adapters.ts';
import { parseConfig } from '../../main/clients/document.ts';
import { install, undo, uninstall } from '../../main/clients/operations.ts';
import { planUninstall } from '../../main/clients/plan.ts';
import type { WritableClientId } from '../../preload/contract/client.ts';
import { aMachine } from './machine.ts';

const GOLDEN = join(import.meta.dirname, 'golden');
const clients: WritableClientId[] = ['claude_desktop', 'cursor'];

function golden(client: WritableClientId, shape: string, name: string): Buffer | null {
  const path = join(GOLDEN, client, shape, name);
  return existsSync(path) ? readFileSync(path) : null;
}

function shapesOf(client: WritableClientId): string[] {
  return readdirSync(join(GOLDEN, client)).sort();
}

it('has a golden pair for every shape that matters', () => {
  const common = ['bom', 'compact', 'crlf', 'empty-file', 'empty-object', 'empty-servers', 'inline-entries', 'missing'];
  const rest = ['no-final-newline', 'other-servers', 'tabs', 'unknown-keys'];
  expect(shapesOf('claude_desktop')).toEqual([...common, ...rest].sort());
  expect(shapesOf('cursor')).toEqual(
    [...common, ...rest, 'comments', 'only-a-comment-inside', 'trailing-commas'].sort(),
  );
});

for (const client of clients) {
  describe(client, () => {
    for (const shape of shapesOf(client)) {
      const before = golden(client, shape, 'before.json');
      const after = golden(client, shape, 'after.json');

      it(`${shape}: install writes the golden file, undo gives the bytes back`, async () => {
        const machine = await aMachine();
        if (before !== null) await machine.put(client, before);
        const installed = await install(machine.environment, { client, connectors: ['github'], dryRun: false });
        expect(installed.action).toBe(before === null ? 'created' : 'changed');
        expect((await machine.read(client))?.toString('utf8')).toBe(after?.toString('utf8'));
        expect((await machine.read(client))?.equals(after ?? Buffer.alloc(0))).toBe(true);

        const undone = await undo(machine.environment, { client });
        expect(undone.action).toBe(before === null ? 'deleted' : 'restored');
        expect(await machine.read(client)).toEqual(before);
      });

      it(`${shape}: uninstall of an untouched file gives the bytes back`, async () => {
        const machine = await aMachine();
        if (before !== null) await machine.put(client, before);
        await install(machine.environment, { client, connectors: ['github'], dryRun: false });
        await uninstall(machine.environment, { client, connector: 'github', dryRun: false });
        expect(await machine.read(client)).toEqual(before);
      });

      it(`${shape}: an entry without any journal is removed and nothing else changes`, () => {
        const { dialect } = adapterFor(client);
        const document = parseConfig(after ?? Buffer.alloc(0), dialect);
        if (document.kind === 'invalid') throw new Error(document.problem);
        const launcher = { launcher: '/home/ada/.runlayer/bin/runlayer', platform: 'linux' } as const;
        const edit = planUninstall(document, dialect, undefined, true, launcher);
        const text = edit?.bytes.toString('utf8').replace(/^\uFEFF/, '') ?? '';
        const earlier = before?.toString('utf8').replace(/^\uFEFF/, '') ?? '';
        const servers = (value: object): object => ({ mcpServers: {}, ...value });
        expect(servers(parse(text))).toEqual(servers(parse(earlier === '' ? '{}' : earlier)));
        for (const comment of earlier.match(/\/\/.*|\/\*.*\*\//g) ?? []) expect(text).toContain(comment);
      });
    }
  });
}
