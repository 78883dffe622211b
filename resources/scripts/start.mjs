// `npm start`: the tray app where an Electron binary and a display are there, else one plain line and the headless host.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const out = join(root, 'out');

/** Looks for the binary without importing electron, because importing it would start a download. */
function electronBinary() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist');
  const pathFile = join(root, 'node_modules', 'electron', 'path.txt');
  const names = existsSync(pathFile)
    ? [readFileSync(pathFile, 'utf8').trim()]
    : ['electron', 'electron.exe', 'Electron.app/Contents/MacOS/Electron'];
  return names.map((name) => join(folder, name)).find((path) => existsSync(path));
}

function hasDisplay() {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

if (!existsSync(join(out, 'cli', 'runlayer.js'))) await import('./build.mjs');

const binary = electronBinary();
const why =
  binary === undefined ? 'no Electron binary is installed here' : hasDisplay() ? undefined : 'there is no display here';
if (why !== undefined) console.log(`No tray app: ${why}. Running the same companion without a window.`);
const child =
  why === undefined
    ? spawn(binary, [root], { stdio: 'inherit' })
    : spawn(process.execPath, [join(out, 'cli', 'runlayer.js'), 'serve'], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
