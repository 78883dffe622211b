// Starts every program of the catalogue once, as it would be installed but with made-up secrets, and compares: the integrity that
// the registry gives for its version, and the tools that it lists. Needs the network; no part of the tests.
//   npm run catalogue:check [-- --write] [-- <id> …]     --write stores what was seen, with today's date
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { definitionOf } from '../../main/catalogue/definition-of.ts';
import { Catalogue } from '../../preload/contract/catalogue.ts';

const START_MS = 240_000;
const file = join(dirname(fileURLToPath(import.meta.url)), '..', 'catalogue.json');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isWriting = process.argv.includes('--write');

/** Secrets whose form is looked at before the first message. */
const MADE_UP = { MDB_MCP_CONNECTION_STRING: 'mongodb://127.0.0.1:1/' };

function integrityOf({ name, version }) {
  const out = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity', '--json'], { encoding: 'utf8' });
  return JSON.parse(out);
}

async function start(entry, folder) {
  const given = {
    parameters: Object.fromEntries(entry.parameters.map(({ id, kind }) => [id, [kind === 'folder' ? folder : 'x']])),
    secrets: Object.fromEntries(entry.secrets.map((secret) => [secret.for, secret.name])),
  };
  const { command, args, env, secrets } = definitionOf(entry, given);
  const values = Object.fromEntries(Object.keys(secrets).map((name) => [name, MADE_UP[name] ?? 'made-up']));
  const passed = Object.entries(process.env).filter(([name]) =>
    /^(PATH|npm_config_|NODE_EXTRA_CA_CERTS|.*_proxy)/i.test(name),
  );
  const cache = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  const transport = new StdioClientTransport({
    command,
    args,
    // Nothing of the person who runs this is within reach but the packages that were fetched already.
    env: { ...Object.fromEntries(passed), npm_config_cache: cache, HOME: folder, ...env, ...values },
    cwd: folder,
    stderr: 'ignore',
  });
  const client = new Client({ name: 'catalogue-check', version: '1' });
  try {
    await client.connect(transport, { timeout: START_MS });
    const tools = [];
    let cursor;
    do {
      const page = await client.listTools(cursor === undefined ? {} : { cursor });
      tools.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const { name, version } = client.getServerVersion();
    return { server: `${name} ${version}`, tools: tools.sort() };
  } finally {
    await client.close();
  }
}

function differences(entry, seen, integrity) {
  const found = [];
  if (integrity !== entry.runs.package.integrity) found.push(`the registry gives ${integrity}`);
  if (!entry.check.done) return [...found, 'it was never checked'];
  if (entry.check.server !== seen.server) found.push(`it calls itself ${seen.server}, not ${entry.check.server}`);
  const before = new Set(entry.check.tools);
  const now = new Set(seen.tools);
  for (const tool of now) if (!before.has(tool)) found.push(`new tool ${tool}`);
  for (const tool of before) if (!now.has(tool)) found.push(`no tool ${tool} any more`);
  return found;
}

async function check(entry) {
  if (entry.runs.kind === 'http') {
    const answer = await fetch(entry.runs.url, { signal: AbortSignal.timeout(10_000) }).then(
      ({ status }) => `answers with ${status}; what it offers is seen only signed in`,
      () => 'cannot be reached from here',
    );
    return { problems: [], note: answer };
  }
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  try {
    const integrity = integrityOf(entry.runs.package);
    const seen = await start(entry, folder);
    const problems = differences(entry, seen, integrity);
    if (isWriting) {
      entry.runs.package.integrity = integrity;
      entry.check = { done: true, on: new Date().toISOString().slice(0, 10), ...seen };
    }
    return { problems, note: `${seen.server}, ${seen.tools.length} tools` };
  } catch (error) {
    return { problems: [String(error)], note: '' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const catalogue = Catalogue.parse(JSON.parse(readFileSync(file, 'utf8')));
let failed = 0;
for (const entry of catalogue.entries) {
  if (wanted.length > 0 && !wanted.includes(entry.id)) continue;
  const { problems, note } = await check(entry);
  failed += problems.length;
  console.log(
    `${problems.length === 0 ? 'ok  ' : 'FAIL'} ${entry.id}: ${[note, ...problems].filter(Boolean).join('; ')}`,
  );
}
if (isWriting) writeFileSync(file, `${JSON.stringify(Catalogue.parse(catalogue), undefined, 2)}\n`);
process.exit(failed === 0 || isWriting ? 0 : 1);
