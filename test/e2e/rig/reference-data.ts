/** A home as a person has it after a first day: real servers, two clients, rules, secrets, and calls of every outcome. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../journeys/build-once.ts';
import type { CompanionHome } from '../../journeys/companion-home.ts';
import { connect } from '../../journeys/deciding-steps.ts';
import type { RawClient } from '../../journeys/raw-client.ts';

/** What no page may ever show. */
export const CANARY_SECRET = 's3cr3t-Zk9pQw7RtY2uXv5BnM8c';

/** As a server or an agent would write it to deceive: reversed, split, and with a text that only a machine reads. */
export const HOSTILE_TOOL = 'read\u202Efdp.\u200Bfile\u{E0068}\u{E0069}<img src=x onerror=alert(1)>';

const CURSOR = { mcpServers: { 'old-notes': { command: 'uvx', args: ['notes-mcp==0.3.1'] } } };

/** `npx` finds the packages that are installed here, so that nothing is fetched. */
export function installPackages(home: CompanionHome): void {
  symlinkSync(join(root, 'node_modules'), join(home.path, 'node_modules'));
}

export const npx = (name: string): string[] => ['npx', '-y', `@modelcontextprotocol/${name}@2026.8.31`];

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

export interface ReferenceHome {
  readonly documents: string;
  /** Open sessions of AI clients. */
  readonly cursor: RawClient;
  readonly claude: RawClient;
  /** Closes the sessions. */
  close(): Promise<void>;
}

export async function fillHome(home: CompanionHome): Promise<ReferenceHome> {
  installPackages(home);
  const documents = join(home.path, 'Documents');
  write(join(documents, 'plan.md'), '# Plan\n\nWater the plants.\n');
  write(join(home.path, '.cursor', 'mcp.json'), `${JSON.stringify(CURSOR, undefined, 2)}\n`);
  write(join(home.path, '.config', 'Claude', 'claude_desktop_config.json'), '{\n  "mcpServers": {}\n}\n');

  await home.must(['secrets', 'set', 'notes-token'], { input: `${CANARY_SECRET}\n` });
  await home.add('files', [...npx('server-filesystem'), documents], ['--default', 'read-only']);
  await home.add(
    'everything',
    [...npx('server-everything'), 'stdio'],
    ['--default', 'ask', '--secret', 'NOTES_TOKEN=keychain:notes-token'],
  );
  await home.add('sandbox', [...npx('server-everything'), 'stdio'], ['--default', 'ask']);
  await home.must(['connectors', 'disable', 'sandbox']);
  await home.must(['policy', 'deny', 'files', 'move_file', '--note', 'Nothing is moved by an assistant']);
  await home.must(['policy', 'allow', 'everything', 'echo', '-y']);
  await home.must(['setup', 'install', '--client', 'cursor', '--connector', 'files']);
  await home.must(['setup', 'install', '--client', 'claude_desktop', '--connector', 'everything']);

  const [cursor, claude] = await Promise.all([
    connect(home, 'files', 'Cursor'),
    connect(home, 'everything', 'Claude Desktop'),
  ]);
  await cursor.call(1, 'list_directory', { path: documents });
  await cursor.call(2, 'read_text_file', { path: join(documents, 'plan.md') });
  await cursor.call(3, 'move_file', { source: join(documents, 'plan.md'), destination: join(documents, 'old.md') });
  await cursor.call(4, 'read_text_file', { path: join(documents, 'missing.md') });
  await cursor.call(5, HOSTILE_TOOL, { path: '/etc/\u202Edwssap' });
  await claude.call(1, 'echo', { message: 'hello' });
  return {
    documents,
    cursor,
    claude,
    close: async () => {
      await Promise.all([cursor.close(), claude.close()]);
    },
  };
}
