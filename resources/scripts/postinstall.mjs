// Builds keytar where it can be built. It never fails an install, never downloads anything and prints at most one line:
// without keytar the companion uses @napi-rs/keyring, which comes prebuilt. keytar's own install script is not run
// (allowScripts in package.json): it fetches a binary that no lockfile vouches for.
// Runs on Node 20 too, because that may be the Node that npm itself runs on.
import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LOAD_LIMIT_MS = 20_000;
const BUILD_LIMIT_MS = 120_000;

/** Resolves to true when the program ended with 0 inside the limit; at the limit its whole process group is killed. */
function succeeds(command, args, options, limitMs) {
  return new Promise((resolve) => {
    const ownGroup = process.platform !== 'win32';
    const child = spawn(command, args, { ...options, stdio: 'ignore', detached: ownGroup, windowsHide: true });
    const killAll = () => {
      try {
        // make and the compiler are grandchildren: killing only the child would leave them running after the install.
        if (ownGroup) process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // already gone
      }
    };
    const timer = setTimeout(killAll, limitMs);
    // A detached group does not get the terminal's Ctrl-C, so an interrupted install would leave the compiler behind.
    const onSignal = () => {
      killAll();
      process.exit(0);
    };
    process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
    const done = (ok) => {
      clearTimeout(timer);
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      resolve(ok);
    };
    child.once('error', () => done(false));
    child.once('close', (code) => done(code === 0));
  });
}

/** In a child process: a half-built native module may crash whoever loads it. */
function loads(folder) {
  return succeeds(process.execPath, ['-e', `require(${JSON.stringify(folder)})`], {}, LOAD_LIMIT_MS);
}

/** node-gyp comes with npm: npm names it to lifecycle scripts; else it is looked for beside npm and beside Node. */
function findNodeGyp(env) {
  const fromNpm = (cli) => {
    try {
      return createRequire(pathToFileURL(cli)).resolve('node-gyp/bin/node-gyp.js');
    } catch {
      return undefined;
    }
  };
  const nodeRoot = dirname(dirname(process.execPath));
  const candidates = [
    env.npm_config_node_gyp,
    env.npm_execpath && fromNpm(env.npm_execpath),
    ...[nodeRoot, '/usr', '/usr/local', '/opt/homebrew'].flatMap((root) => [
      join(root, 'lib/node_modules/npm/node_modules/node-gyp/bin/node-gyp.js'),
      join(root, 'share/nodejs/npm/node_modules/node-gyp/bin/node-gyp.js'),
    ]),
  ];
  return candidates.find((path) => path && existsSync(path));
}

/** The headers in the pinned Node package, so that node-gyp does not try to fetch them. */
function findHeaders(root) {
  const pinned = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);
  const own = dirname(dirname(process.execPath));
  return [pinned, own].find((folder) => existsSync(join(folder, 'include/node/node_api.h')));
}

async function firstThatRuns(commands) {
  for (const command of commands) {
    if (command && (await succeeds(command, ['--version'], {}, LOAD_LIMIT_MS))) return command;
  }
  return undefined;
}

/** Resolves to undefined when keytar now loads, else to what was missing. */
async function build(root, keytar, env) {
  if (process.platform === 'win32') return 'it is not built on Windows';
  const nodeGyp = findNodeGyp(env);
  if (!nodeGyp) return 'node-gyp was not found';
  const headers = findHeaders(root);
  if (!headers) return 'the headers of Node were not found';
  if (!(await firstThatRuns([env.CXX, 'c++', 'g++', 'clang++']))) return 'there is no C++ compiler';
  if (!(await firstThatRuns(['make', 'gmake']))) return 'there is no make';
  if (!(await firstThatRuns([env.npm_config_python, env.PYTHON, 'python3', 'python']))) return 'there is no Python';
  if (process.platform === 'linux' && !(await succeeds('pkg-config', ['--exists', 'libsecret-1'], {}, LOAD_LIMIT_MS))) {
    return 'libsecret-1-dev is not installed';
  }
  const built = await succeeds(
    process.execPath,
    // Node-API 3, as keytar's own releases are built. node-gyp's default is the newest of the Node that runs it, and a module
    // that asks for a newer Node-API than its host knows crashes the host (10, from Node 24, is a segfault in Node 20).
    [nodeGyp, 'rebuild', `--nodedir=${headers}`, '--napi_build_version=3'],
    { cwd: keytar, env },
    BUILD_LIMIT_MS,
  );
  if (built && (await loads(keytar))) return undefined;
  // Whatever a broken or interrupted build left must not be loaded by the companion.
  rmSync(join(keytar, 'build'), { recursive: true, force: true });
  return 'its build failed';
}

try {
  // RUNLAYER_POSTINSTALL_ROOT aims this at a copy of node_modules, so that it can be tested without touching ours.
  const root = process.env.RUNLAYER_POSTINSTALL_ROOT ?? dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const keytar = join(root, 'node_modules', 'keytar');
  if (existsSync(keytar) && !(await loads(keytar))) {
    const missing = await build(root, keytar, process.env);
    if (missing) console.log(`keytar was not built (${missing}); the companion will use @napi-rs/keyring.`);
  }
} catch (error) {
  console.log(`keytar was not built (${error.message}); the companion will use @napi-rs/keyring.`);
}
// Set, not called: an install must not fail over an optional part, whatever happened above.
process.exitCode = 0;
