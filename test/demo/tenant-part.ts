/**
 * The last part of the demo: signed in to a tenant. The reference tenant runs in this process with its seeded organisation, so
 * every command here is waited for and never blocks it.
 */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { startTenant, type RunningTenant } from '../backend/start-tenant.ts';

const everythingServer = createRequire(import.meta.url).resolve(
  '@modelcontextprotocol/server-everything/dist/index.js',
);
/** The tenant speaks http on this machine; only the companion's own environment may allow that. */
const INSECURE = { RUNLAYER_ALLOW_INSECURE_TRANSPORT: '1' };
const USER_CODE = /\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/;

export interface Stage {
  readonly runlayer: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly title: (text: string) => void;
  readonly check: (claim: string, holds: boolean, detail?: string) => void;
  readonly connect: (entry: { readonly command: string; readonly args: string[] }, name: string) => Promise<Client>;
  /** Where no keychain is there: opens the vault that stands in. */
  readonly passphrase: string | undefined;
}

export async function tenantPart(stage: Stage): Promise<void> {
  const tenant = await startTenant({ seed: true });
  try {
    await signedIn(stage, tenant);
  } finally {
    await tenant.stop();
  }
}

async function signedIn(stage: Stage, tenant: RunningTenant): Promise<void> {
  const { title, check } = stage;
  const { id } = tenant.admin.addConnector({
    name: 'Everything, offline',
    url: process.execPath,
    transport_config: { args: [everythingServer] },
    is_official: true,
  });
  tenant.admin.setPolicy({
    connector: id,
    tool: 'get-env',
    rule: { kind: 'deny', reason: 'Environment variables of a workstation stay on it' },
  });
  tenant.admin.setPolicy({
    connector: id,
    tool: 'echo',
    rule: { kind: 'output', mask: [{ find: '\\b\\d{3}-\\d{2}-\\d{4}\\b', with: '[SSN]' }] },
  });

  title('7. Signed in to a tenant: it decides, and sees what happened');
  await must(stage, ['stop']);
  const companion = start(stage, ['serve'], INSECURE);
  await textOf(companion, /runlayer stop/);
  try {
    if (stage.passphrase !== undefined) await must(stage, ['secrets', 'unlock'], stage.passphrase);
    say(`$ runlayer login --host ${tenant.url}`);
    const login = start(stage, ['login', '--host', tenant.url]);
    const [code = ''] = USER_CODE.exec(await textOf(login, USER_CODE)) ?? [];
    say(`a person approves ${code} in the browser`);
    tenant.admin.approveDevice(code);
    check('a person is signed in', (await textOf(login, /You are signed in[^\n]*\n/)).includes(tenant.url));
    show((await must(stage, ['tenant', 'servers'])).split('\n\n')[0] ?? '');
    const accepted = await must(stage, ['connectors', 'accept', id, '--name', 'offline', '-y']);
    check('what would run is shown before it may', accepted.includes(everythingServer));

    const client = await stage.connect({ command: stage.runlayer, args: ['run', id, '--host', tenant.url] }, 'Cursor');
    const text = async (name: string, args: Record<string, unknown>): Promise<string> =>
      JSON.stringify(await client.callTool({ name, arguments: args }));
    check(
      'an allowed call is made, and its answer masked',
      (await text('echo', { message: 'hello, 078-05-1120' })).includes('Echo: hello, [SSN]'),
    );
    const denied = await text('get-env', {});
    check('a call that the tenant denies is not', denied.includes('tenant_deny') && !denied.includes('PATH'));
    await client.close();

    const log = await must(stage, ['logs', '--connector', 'offline', '--tenant']);
    show(log);
    check('the log says who decided, and why', log.includes('[tenant]') && log.includes('stay on it'));
    check(
      'the tenant has the same call in its own log',
      tenant.admin.logs().some((row) => JSON.stringify(row).includes(id)),
    );
    const status = await must(stage, ['status']);
    const lines = status.replace(/\n {13}/g, ' ').split('\n');
    show(lines.filter((line) => /tenants|approval|account/.test(line)).join('\n'));
    check('status says whom it is signed in to', status.includes(`${tenant.url} (default): signed in`));
  } finally {
    companion.kill('SIGTERM');
    if (companion.exitCode === null && companion.signalCode === null) await once(companion, 'close');
  }
}

type Child = ReturnType<typeof start>;

function start({ runlayer, environment }: Stage, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const child = spawn(runlayer, args, { env: { ...environment, ...more }, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdout.setEncoding('utf8');
  child.stderr.setEncoding('utf8');
  return child;
}

/** What it printed from now on, once that holds `wanted`. */
function textOf(child: Child, wanted: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const take = (chunk: string): void => {
      text += chunk;
      if (!wanted.test(text)) return;
      child.stdout.off('data', take);
      child.stdout.resume();
      resolve(text);
    };
    child.stdout.on('data', take);
    child.stderr.resume();
    child.once('close', () => reject(new Error(`it ended before it said ${wanted}: ${text}`)));
  });
}

async function must(stage: Stage, args: readonly string[], input = ''): Promise<string> {
  say(`$ runlayer ${args.join(' ')}`);
  const child = start(stage, args);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: string) => (out += chunk));
  child.stderr.on('data', (chunk: string) => (err += chunk));
  child.stdin.end(input);
  await once(child, 'close');
  if (child.exitCode !== 0) {
    stage.check('the command succeeds', false, err.trim());
    throw new Error(`runlayer ${args[0] ?? ''} failed`);
  }
  return out;
}

function say(line: string): void {
  console.log(`  ${line}`);
}

function show(text: string): void {
  for (const line of text.trimEnd().split('\n')) console.log(`    ${line}`);
}
