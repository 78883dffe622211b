// `npm run test:clients`: real AI clients from npm, offline, in a home of their own, start a connector through the written
// entry. Installed on the first run, beside the product's own packages because they are large.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const runlayer = join(here, '..', '..', 'out', 'bin', 'runlayer');
const clientPackage = join(here, 'node_modules', '@anthropic-ai', 'claude-code');
const server = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');

function install() {
  if (existsSync(join(clientPackage, 'package.json'))) return;
  console.log('installing the clients…');
  const done = spawnSync('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: here, stdio: 'inherit' });
  if (done.status !== 0) throw new Error('npm ci failed in test/real-clients');
}

install();
// The package's own step that puts its binary in place; it downloads nothing.
spawnSync(process.execPath, [join(clientPackage, 'install.cjs')], { cwd: clientPackage, stdio: 'ignore' });
const claude = join(clientPackage, 'bin', 'claude.exe');

const home = mkdtempSync(join(tmpdir(), 'rlc-'));
// Nothing of this machine's own configuration, and no way out of it.
const env = {
  HOME: home,
  PATH: process.env.PATH,
  SHELL: '/bin/sh',
  TERM: 'dumb',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
};
const run = (command, ...args) => {
  const result = spawnSync(command, args, { env, cwd: home, encoding: 'utf8', timeout: 60_000 });
  return { code: result.status, text: `${result.stdout}${result.stderr}` };
};

let failed = 0;
let passed = 0;
function check(name, holds, detail) {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds ? '' : `\n${detail}`}`);
}

try {
  mkdirSync(join(home, '.cursor'));
  const added = run(runlayer, 'connectors', 'add', 'everything', '-y', '--', process.execPath, server);
  check('the connector is added', added.code === 0, added.text);
  // Puts the launcher in its place; Claude Code's own file is written by Claude Code here.
  const installed = run(runlayer, 'setup', 'install', '--client', 'cursor', '--connector', 'everything');
  check('the launcher is in its place', installed.code === 0, installed.text);
  const launcher = join(home, '.runlayer', 'bin', 'runlayer');
  const entry = run(claude, 'mcp', 'add', '--scope', 'user', 'everything', '--', launcher, 'run', 'everything');
  check('claude mcp add takes our entry', entry.code === 0, entry.text);
  const list = run(claude, 'mcp', 'list');
  check('claude mcp list shows it as connected', /everything:.*Connected/.test(list.text), list.text);
  // The client's end is noticed a moment after it is gone.
  let logs = { text: '' };
  const deadline = performance.now() + 10_000;
  while (!logs.text.includes('session_ended') && performance.now() < deadline) {
    logs = run(runlayer, 'logs', '--events', '--json');
  }
  check(
    'the companion saw a session of claude-code',
    logs.text.includes('session_ended') && logs.text.includes('"client":"claude-code"'),
    logs.text,
  );
  const verified = run(runlayer, 'audit', 'verify');
  check('the audit trail is whole', verified.code === 0, verified.text);
} finally {
  run(runlayer, 'stop');
  rmSync(home, { recursive: true, force: true });
}
console.log(`real clients: ${passed} checks hold, ${failed} do not`);
process.exitCode = failed === 0 ? 0 : 1;
