// `product-bridge.ts run|login <home folder> <url>`: makes the URL a connector of that home once, then runs it on this
// process's stdio, or signs in to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { launcher } from '../journeys/build-once.ts';
import { CompanionHome } from '../journeys/companion-home.ts';

const [task = '', folder = '', url = ''] = process.argv.slice(2);
const name = `suite-${new URL(url).port}`;
const home = new CompanionHome(folder, {});
const connectors = await home.json<{ name: string }[]>(['connectors', 'list']);
if (!connectors.some((connector) => connector.name === name)) {
  const oauth = task === 'login' ? ['--oauth'] : [];
  await home.must(['connectors', 'add', name, '-y', '--default', 'allow', '--url', url, ...oauth]);
}
const args = task === 'login' ? ['connectors', 'login', name] : ['run', name];
const child = spawn(launcher, args, { env: home.env, cwd: home.path, stdio: 'inherit' });
const [code] = (await once(child, 'close')) as [number | null];
process.exitCode = code ?? 1;
