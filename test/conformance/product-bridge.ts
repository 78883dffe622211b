// `product-bridge.ts run|login <home folder> <url>`: makes the URL a connector of that home once, then runs it on this
// process's stdio, or signs in to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { launcher } from '../journeys/build-once.ts';
import { CompanionHome } from '../journeys/companion-home.ts';
import { CLIENT_METADATA_URL } from './client-sign-in.ts';
import { isSignIn } from './client-scenarios.ts';

const [task = '', folder = '', url = ''] = process.argv.slice(2);
const scenario = process.env['MCP_CONFORMANCE_SCENARIO'] ?? '';
const version = process.env['MCP_CONFORMANCE_PROTOCOL_VERSION'] ?? '';
const context = JSON.parse(process.env['MCP_CONFORMANCE_CONTEXT'] ?? '{}') as Readonly<Record<string, unknown>>;
// Ports come again; no sign-in of one scenario may be another one's.
const name = `${scenario.replace('/', '-')}-${version}-${new URL(url).port}`.toLowerCase().slice(0, 63);
const home = new CompanionHome(folder, {});

/** Their servers read client documents, and whoever has one gives its address as the client id. */
const READS_DOCUMENTS: ReadonlySet<string> = new Set(['auth/basic-cimd', 'auth/offline-access-scope']);

/** The client that the suite says is registered already, or the one that a document describes. */
async function clientOptions(): Promise<string[]> {
  if (READS_DOCUMENTS.has(scenario)) return ['--oauth-client-id', CLIENT_METADATA_URL];
  const { client_id: id, client_secret: secret } = context;
  if (typeof id !== 'string') return [];
  if (typeof secret !== 'string') return ['--oauth-client-id', id];
  await home.must(['secrets', 'set', name], { input: `${secret}\n` });
  return ['--oauth-client-id', id, '--oauth-client-secret', `keychain:${name}`];
}

const connectors = await home.json<{ name: string }[]>(['connectors', 'list']);
if (!connectors.some((connector) => connector.name === name)) {
  const oauth = isSignIn(scenario) ? ['--oauth', ...(await clientOptions())] : [];
  await home.must(['connectors', 'add', name, '-y', '--default', 'allow', '--url', url, ...oauth]);
}
const args = task === 'login' ? ['connectors', 'login', name] : ['run', name];
const child = spawn(launcher, args, { env: home.env, cwd: home.path, stdio: 'inherit' });
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
