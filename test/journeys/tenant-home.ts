/** A home whose companion runs and is signed in to a reference tenant, as a person would have it: real HTTP, a real sign-in. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { startTenant, type RunningTenant } from '../backend/start-tenant.ts';
import { textUntil } from '../process/processes.ts';
import { launcher } from './build-once.ts';
import { openHome, type CompanionHome } from './companion-home.ts';
import { RawClient } from './raw-client.ts';

/** The tenant of these journeys speaks http on this machine; only the companion's own environment may allow that. */
export const INSECURE = { RUNLAYER_ALLOW_INSECURE_TRANSPORT: '1' };

export interface TenantHome {
  readonly home: CompanionHome;
  readonly tenant: RunningTenant;
  /** Holds what opens the vault. */
  readonly passphraseFile: string;
  /** Starts a host with this environment; one that ran before has to be ended first. Its vault is locked. */
  serve(env?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export async function serve(home: CompanionHome, env: Readonly<Record<string, string>> = INSECURE): Promise<void> {
  const host = home.start(['serve'], { env });
  await textUntil(host.stdout, /runlayer stop/);
  host.stdout.resume();
  host.stderr.resume();
}

/** With the passphrase vault, so that no keychain is needed. */
export async function openTenantHome(options: Parameters<typeof startTenant>[0] = {}): Promise<TenantHome> {
  const tenant = await startTenant(options);
  const home = await openHome();
  const passphrase = join(home.path, 'passphrase');
  writeFileSync(passphrase, 'correct horse battery\n', { mode: 0o600 });
  await serve(home);
  await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
  return {
    home,
    tenant,
    passphraseFile: passphrase,
    serve: (env = {}) => serve(home, { ...INSECURE, ...env }),
    close: async () => {
      await home.close();
      await tenant.stop();
    },
  };
}

/** Signs in by the device flow; the tenant's person approves the code that the command prints. */
export async function signIn(
  { home, tenant }: Pick<TenantHome, 'home' | 'tenant'>,
  options: readonly string[] = [],
): Promise<string> {
  const login = home.start(['login', '--host', tenant.url, ...options]);
  const out = login.stdout.setEncoding('utf8');
  const said = await textUntil(out, /\b([A-Z0-9]{4}-[A-Z0-9]{4})\b[^]*$/);
  const code = /\b([A-Z0-9]{4}-[A-Z0-9]{4})\b/.exec(said)?.[1] ?? '';
  tenant.admin.approveDevice(code);
  return await textUntil(out, /You are signed in[^\n]*\n/);
}

/** Puts the documented entry into a client's file, as the tenant's page tells people to, and starts what stands there in its `env`. */
export function startEntry(
  home: CompanionHome,
  server: string,
  host: string,
  env: Readonly<Record<string, string>> = {},
): RawClient {
  const path = join(home.path, '.cursor', 'mcp.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(
    path,
    JSON.stringify({ mcpServers: { everything: { command: launcher, args: ['run', server, '--host', host] } } }),
  );
  const file = JSON.parse(readFileSync(path, 'utf8')) as {
    mcpServers: Record<string, { command: string; args: string[] }>;
  };
  const entry = file.mcpServers['everything'];
  if (entry === undefined) throw new Error('no entry');
  return new RawClient(home.spawn(entry.command, entry.args, { env }));
}
