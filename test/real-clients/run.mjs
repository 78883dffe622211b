// `npm run test:clients`: real AI clients from npm, offline, in a home of their own, reach a server through the entry that we
// give them: `runlayer run` on stdio, and the hub over HTTP. A stubbed model has them call what they may and what they may not.
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ALLOWED, HIDDEN, playTurn } from './agent-turn.mjs';
import { installClients, openHome } from './client-home.mjs';
import { startPlainServer } from './plain-server.mjs';

const everything = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const recorder = fileURLToPath(new URL('recording-pipe.mjs', import.meta.url));

let failed = 0;
let passed = 0;
function check(name, holds, detail) {
  if (holds) passed += 1;
  else failed += 1;
  console.log(`${holds ? 'ok  ' : 'FAIL'} ${name}${holds ? '' : `\n${detail}`}`);
}

/** What the recorder in front of a server saw. */
function reached(record, tool) {
  return readFileSync(record, 'utf8').includes(`"${tool}"`);
}

function checkGuardedTurn(way, turn, record) {
  check(`${way}: the turn ends well`, turn.finished, turn.detail);
  check(`${way}: the model is offered ${ALLOWED}`, turn.offersAllowed, turn.detail);
  check(`${way}: its result comes back to the model`, turn.echoed, turn.detail);
  check(`${way}: the model is not offered ${HIDDEN}`, !turn.offersHidden, turn.detail);
  check(`${way}: calling it all the same fails`, turn.hiddenRefused, turn.detail);
  check(
    `${way}: ${ALLOWED} reached the server, ${HIDDEN} did not`,
    reached(record, ALLOWED) && !reached(record, HIDDEN),
    '',
  );
}

/** Without us both calls go through: what the other checks tell is our doing. */
async function withoutUs(home) {
  const server = await startPlainServer(everything);
  try {
    await home.claude('mcp', 'add', '--scope', 'user', '--transport', 'http', 'plain', server.url);
    const turn = await playTurn(home, 'plain');
    const all = turn.finished && turn.echoed && turn.offersHidden && turn.hiddenCalled;
    check(`without us: claude calls ${ALLOWED} and ${HIDDEN} over HTTP`, all, turn.detail);
    await home.claude('mcp', 'remove', '--scope', 'user', 'plain');
  } finally {
    await server.close();
  }
}

async function onStdio(home) {
  const record = join(home.path, 'stdio.record');
  const words = ['--', process.execPath, recorder, record, process.execPath, everything];
  const added = await home.runlayer('connectors', 'add', 'everything', '--default', 'allow', '-y', ...words);
  check('stdio: the connector is added', added.code === 0, added.text);
  const rule = await home.runlayer('policy', 'deny', 'everything', HIDDEN, '-y');
  check(`stdio: a rule denies ${HIDDEN}`, rule.code === 0, rule.text);
  // Puts the launcher in its place; Claude Code's own file is written by Claude Code here.
  mkdirSync(join(home.path, '.cursor'));
  const installed = await home.runlayer('setup', 'install', '--client', 'cursor', '--connector', 'everything');
  check('stdio: the launcher is in its place', installed.code === 0, installed.text);
  const entry = ['everything', '--', home.launcher, 'run', 'everything'];
  const taken = await home.claude('mcp', 'add', '--scope', 'user', ...entry);
  check('stdio: claude mcp add takes our entry', taken.code === 0, taken.text);
  const list = await home.claude('mcp', 'list');
  check('stdio: claude mcp list shows it as connected', /everything:.*Connected/.test(list.text), list.text);
  checkGuardedTurn('stdio', await playTurn(home, 'everything'), record);
  await home.claude('mcp', 'remove', '--scope', 'user', 'everything');
}

/** A client that has a token and ignores what it was offered. */
async function callThroughHub({ url, token }, tool) {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${token}`,
  };
  const post = (message) =>
    fetch(url, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
  const hello = await post({
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'stubborn', version: '1' } },
  });
  const session = hello.headers.get('mcp-session-id');
  await hello.text();
  if (session !== null) headers['mcp-session-id'] = session;
  headers['mcp-protocol-version'] = '2025-11-25';
  await (await post({ method: 'notifications/initialized' })).text();
  const answer = await post({ id: 2, method: 'tools/call', params: { name: tool, arguments: { a: 2, b: 40 } } });
  return answer.text();
}

async function throughHub(home) {
  const record = join(home.path, 'hub.record');
  const words = ['--', process.execPath, recorder, record, process.execPath, everything];
  const added = await home.runlayer('connectors', 'add', 'shared', '--default', 'allow', '-y', ...words);
  check('hub: the connector is added', added.code === 0, added.text);
  const config = [
    'hub',
    'config',
    'create',
    'shared',
    '--connector',
    'shared',
    '--allow-tool',
    ALLOWED,
    '-y',
    '--json',
  ];
  const created = await home.runlayer(...config);
  check(`hub: a config lets only ${ALLOWED} through`, created.code === 0, created.text);
  const bound = await home.runlayer('hub', 'bind', 'shared', '-y', '--json');
  check('hub: binding it gives an address and a token', bound.code === 0, bound.err);
  if (bound.code !== 0) return;
  const binding = JSON.parse(bound.out);
  const header = `Authorization: Bearer ${binding.token}`;
  const entry = ['--transport', 'http', 'hub', binding.url, '--header', header];
  const taken = await home.claude('mcp', 'add', '--scope', 'user', ...entry);
  check('hub: claude mcp add takes address and token', taken.code === 0, taken.text);
  const list = await home.claude('mcp', 'list');
  check('hub: claude mcp list shows it as connected', /hub:.*Connected/.test(list.text), list.text);
  checkGuardedTurn('hub', await playTurn(home, 'hub'), record);
  const answer = await callThroughHub(binding, HIDDEN);
  check(`hub: a client that calls ${HIDDEN} by itself is told that there is none`, answer.includes('-32602'), answer);
  check(`hub: still ${HIDDEN} never reached the server`, !reached(record, HIDDEN), '');
  const stranger = await callThroughHub({ ...binding, token: 'x'.repeat(43) }, ALLOWED);
  check('hub: another token gets nothing', !stranger.includes('result'), stranger);
  await home.claude('mcp', 'remove', '--scope', 'user', 'hub');
  await bySnippet(home, binding);
}

/** The other way to give a client the token: by the name of a variable, so that its file does not hold it. */
async function bySnippet(home, { binding, token }) {
  const printed = await home.runlayer('hub', 'snippet', binding.id, '--client', 'claude_code');
  check('snippet: there is one for claude', printed.code === 0, printed.text);
  const pasted = await home.shell(printed.out, {});
  check('snippet: pasted into a shell, claude takes it', pasted.code === 0, pasted.text);
  const list = await home.shell('claude mcp list', { [binding.variable]: token });
  check('snippet: claude mcp list shows it as connected', /shared:.*Connected/.test(list.text), list.text);
  const kept = readFileSync(join(home.path, '.claude.json'), 'utf8');
  check(
    "snippet: claude's file holds the variable's name, not the token",
    kept.includes(binding.variable) && !kept.includes(token),
    kept,
  );
}

async function afterwards(home) {
  // The client's end is noticed a moment after it is gone.
  let logs = { text: '' };
  const deadline = performance.now() + 10_000;
  while (!logs.text.includes('session_ended') && performance.now() < deadline) {
    logs = await home.runlayer('logs', '--events', '--json');
  }
  const seen = logs.text.includes('session_ended') && logs.text.includes('"client":"claude-code"');
  check('the companion saw a session of claude-code', seen, logs.text);
  const { out } = await home.runlayer('logs', '--json');
  const calls = out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .filter(({ connector }) => connector === 'shared')
    .map(({ client, tool, outcome }) => `${client} ${tool} ${outcome}`);
  const told = calls.includes(`claude-code ${ALLOWED} ok`) && calls.includes(`stubborn ${HIDDEN} refused`);
  check('the audit trail tells what the hub let through and what it refused', told, out);
  const verified = await home.runlayer('audit', 'verify');
  check('the audit trail is whole', verified.code === 0, verified.text);
}

installClients();
const home = openHome();
try {
  await withoutUs(home);
  await onStdio(home);
  await throughHub(home);
  await afterwards(home);
} finally {
  await home.runlayer('stop');
  home.close();
}
console.log(`real clients: ${passed} checks hold, ${failed} do not`);
process.exitCode = failed === 0 ? 0 : 1;
