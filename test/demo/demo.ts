/**
 * `npm run demo`: the main job, on real parts, in a temporary home: a real MCP server from npm and one that needs a secret
 * are added, both client files are written, the official SDK's client starts what stands in them, and each claim is checked;
 * then the same signed in to a tenant.
 * Ends non-zero if any of it is not so.
 */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { createHash, randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keyringMissing, startKeyring, type Keyring } from '../secrets/throwaway-keyring.ts';
import { tenantPart } from './tenant-part.ts';

const here = dirname(fileURLToPath(import.meta.url));
const runlayer = join(here, '..', '..', 'out', 'bin', 'runlayer');
const filesystemServer = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-filesystem/dist/index.js',
);
const home = mkdtempSync(join(tmpdir(), 'rl-demo-'));
const work = join(home, 'Documents');
const secret = `demo-${randomBytes(18).toString('base64url')}`;
const PASSPHRASE = 'a passphrase for the demo\n';
let failures = 0;

function check(claim: string, holds: boolean, detail = ''): void {
  if (!holds) failures += 1;
  console.log(`  ${holds ? 'ok  ' : 'FAIL'}  ${claim}${detail === '' ? '' : `  (${detail})`}`);
}

function title(text: string): void {
  console.log(`\n${text}`);
}

let environment: Record<string, string> = {};

function run(args: readonly string[], input?: string): { code: number; out: string; err: string } {
  const result = spawnSync(runlayer, args, { env: environment, encoding: 'utf8', input: input ?? '' });
  return { code: result.status ?? -1, out: result.stdout, err: result.stderr };
}

function must(args: readonly string[], input?: string): string {
  const { code, out, err } = run(args, input);
  console.log(`  $ runlayer ${args.join(' ').replaceAll(home, '~')}`);
  if (code !== 0) {
    check('the command succeeds', false, err.trim());
    throw new Error(`runlayer ${args[0] ?? ''} failed`);
  }
  return out;
}

interface Entry {
  readonly command: string;
  readonly args: string[];
}

/** Strips comments the way the demo's own file needs it. */
function entriesOf(path: string): Record<string, Entry> {
  const text = readFileSync(path, 'utf8').replace(/^\s*\/\/.*$/gm, '');
  return (JSON.parse(text) as { mcpServers: Record<string, Entry> }).mcpServers;
}

async function connect(entry: Entry, name: string): Promise<Client> {
  const client = new Client({ name, version: '1.0.0' });
  await client.connect(
    new StdioClientTransport({ command: entry.command, args: entry.args, env: environment, stderr: 'ignore' }),
  );
  return client;
}

/** Every file below `folder` that holds `needle`. */
function filesHolding(folder: string, needle: string): string[] {
  const found: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() === true && readFileSync(path).includes(needle))
      found.push(path);
  }
  return found;
}

/** Command lines of all processes that can be read, where the system shows them. */
function commandLines(): string {
  if (!existsSync('/proc/self/cmdline')) return '';
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');
}

async function story(): Promise<void> {
  mkdirSync(work);
  writeFileSync(join(work, 'hello.txt'), 'hello from a real file\n');
  const cursorFile = join(home, '.cursor', 'mcp.json');
  const cursorBefore = '{\n  // mine\n  "mcpServers": {}\n}\n';
  mkdirSync(dirname(cursorFile));
  writeFileSync(cursorFile, cursorBefore);
  const claudeFile = join(
    home,
    process.platform === 'darwin' ? 'Library/Application Support/Claude' : '.config/Claude',
    'claude_desktop_config.json',
  );

  title('1. Add two servers: one from npm, one that needs a secret');
  must(['connectors', 'add', 'files', '-y', '--', process.execPath, filesystemServer, work]);
  if (keyringMissing !== undefined) {
    console.log(
      `  (no throw-away keyring: ${keyringMissing}; the passphrase vault stands in, because the demo asks for it)`,
    );
    must(['secrets', 'vault', 'create'], PASSPHRASE);
  }
  must(['secrets', 'set', 'demo-token'], `${secret}\n`);
  must([
    'connectors',
    'add',
    'account',
    '-y',
    '--secret',
    'DEMO_TOKEN=keychain:demo-token',
    '--',
    process.execPath,
    join(here, 'secret-server.mjs'),
  ]);
  must(['policy', 'deny', 'files', 'write_*']);
  must(['policy', 'deny', 'account', 'drop_*']);

  title('2. Connect both clients');
  for (const client of ['cursor', 'claude_desktop']) {
    for (const connector of ['files', 'account'])
      must(['setup', 'install', '--client', client, '--connector', connector]);
  }
  const cursor = entriesOf(cursorFile);
  const claude = entriesOf(claudeFile);
  check(
    'each entry is our launcher and ["run", name]',
    JSON.stringify(claude['account']?.args) === '["run","account"]' &&
      cursor['files']?.command === join(home, '.runlayer', 'bin', 'runlayer'),
  );
  check("the person's comment is still there", readFileSync(cursorFile, 'utf8').includes('// mine'));

  title('3. Cursor reads a file, and tries to write one');
  const files = await connect(cursor['files'] ?? { command: '', args: [] }, 'Cursor');
  const names = (await files.listTools()).tools.map((tool) => tool.name);
  check('read_text_file is offered', names.includes('read_text_file'));
  check('write_file is hidden from tools/list', !names.includes('write_file'));
  const read = await files.callTool({ name: 'read_text_file', arguments: { path: join(work, 'hello.txt') } });
  check('the allowed call gives the file', JSON.stringify(read.content).includes('hello from a real file'));
  const refused = await files
    .callTool({ name: 'write_file', arguments: { path: join(work, 'evil.txt'), content: 'x' } })
    .then(
      () => 'it was carried out',
      (error: Error) => error.message,
    );
  check('a call of the hidden tool is refused', refused.includes('Unknown tool: write_file'), refused);
  check('and nothing was written', !existsSync(join(work, 'evil.txt')));

  title('4. A tool that is not read-only asks first; a person says no');
  const asking = files.callTool({ name: 'create_directory', arguments: { path: join(work, 'new') } });
  let waiting: { id: string; tool: string }[] = [];
  while (waiting.length === 0) waiting = JSON.parse(run(['approvals', 'list', '--json']).out) as typeof waiting;
  check('the call waits', waiting[0]?.tool === 'create_directory');
  must(['approvals', 'deny', waiting[0]?.id ?? '']);
  const answer = await asking;
  check('the agent is told so', answer.isError === true && JSON.stringify(answer.content).includes('said no'));
  check('and no folder was made', !existsSync(join(work, 'new')));

  title('5. Claude Desktop uses the server with the secret');
  const account = await connect(claude['account'] ?? { command: '', args: [] }, 'Claude Desktop');
  const who = JSON.stringify((await account.callTool({ name: 'whoami', arguments: {} })).content);
  check('the secret is in the server', who.includes(createHash('sha256').update(secret).digest('hex')));
  check(
    'the tool that a rule denies is hidden',
    !(await account.listTools()).tools.some((tool) => tool.name === 'drop_everything'),
  );
  check('the secret is in no command line', !commandLines().includes(secret));
  await account.close();
  await files.close();

  title('6. What is left behind');
  check(
    'the secret is in no file of this home',
    filesHolding(home, secret).length === 0,
    filesHolding(home, secret).join(', '),
  );
  console.log(
    must(['logs'])
      .trimEnd()
      .split('\n')
      .map((line) => `    ${line}`)
      .join('\n'),
  );
  const verified = must(['audit', 'verify']);
  check(
    'the audit trail is whole',
    verified.startsWith('The audit trail is whole'),
    verified.trim().replace('\n', '; '),
  );
  must(['setup', 'undo', '--client', 'cursor']);
  must(['setup', 'undo', '--client', 'cursor']);
  check("undo gives Cursor's file back byte for byte", readFileSync(cursorFile, 'utf8') === cursorBefore);
  must(['setup', 'uninstall', '--client', 'claude_desktop']);
  check(
    "uninstall leaves nothing of ours in Claude Desktop's file",
    !existsSync(claudeFile) || !readFileSync(claudeFile, 'utf8').includes('runlayer'),
  );
}

let keyring: Keyring | undefined;
try {
  keyring = keyringMissing === undefined ? await startKeyring() : undefined;
  environment = {
    HOME: home,
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    SHELL: '/bin/sh',
    TERM: 'dumb',
    ...keyring?.env,
  };
  await story();
  await tenantPart({
    runlayer,
    environment,
    title,
    check,
    connect,
    passphrase: keyringMissing === undefined ? undefined : PASSPHRASE,
  });
} catch (error) {
  failures += 1;
  console.error(error);
} finally {
  run(['stop']);
  await keyring?.stop();
  rmSync(home, { recursive: true, force: true });
}
console.log(failures === 0 ? '\nEverything is as claimed.' : `\n${failures} claims do not hold.`);
process.exitCode = failures === 0 ? 0 : 1;
