// A home folder with a real client in it: nothing of this machine's own configuration, and no way out of it.
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const claudePackage = join(here, 'node_modules', '@anthropic-ai', 'claude-code');
const claude = join(claudePackage, 'bin', 'claude.exe');
const runlayer = join(here, '..', '..', 'out', 'bin', 'runlayer');
const COMMAND_MS = 60_000;

/** On the first run; beside the product's own packages because they are large. */
export function installClients() {
  if (!existsSync(join(claudePackage, 'package.json'))) {
    console.log('installing the clients…');
    const done = spawnSync('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: here, stdio: 'inherit' });
    if (done.status !== 0) throw new Error('npm ci failed in test/real-clients');
  }
  // The package's own step that puts its binary in place; it downloads nothing.
  spawnSync(process.execPath, [join(claudePackage, 'install.cjs')], { cwd: claudePackage, stdio: 'ignore' });
}

export function openHome() {
  const path = mkdtempSync(join(tmpdir(), 'rlc-'));
  const work = join(path, 'work');
  const programs = join(path, 'programs');
  for (const folder of [work, programs]) mkdirSync(folder);
  symlinkSync(claude, join(programs, 'claude'));
  const base = {
    HOME: path,
    PATH: `${programs}:${process.env.PATH}`,
    SHELL: '/bin/sh',
    TERM: 'dumb',
    HTTPS_PROXY: 'http://127.0.0.1:9',
    // Claude Code would ask the proxy for these too.
    NO_PROXY: '127.0.0.1,localhost',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
  };
  /** Its exit code, and stdout and stderr apart and together. */
  const run = (command, args, env = {}) =>
    new Promise((resolve) => {
      const options = { env: { ...base, ...env }, cwd: work, timeout: COMMAND_MS, killSignal: 'SIGKILL' };
      const child = execFile(command, args, options, (error, out, err) =>
        resolve({ code: error === null ? 0 : (error.code ?? -1), out, err, text: `${out}${err}` }),
      );
      child.stdin.end();
    });
  return {
    path,
    launcher: join(path, '.runlayer', 'bin', 'runlayer'),
    runlayer: (...args) => run(runlayer, args),
    claude: (...args) => run(claude, args),
    /** What a person pastes into a shell where `claude` is on PATH. */
    shell: (text, env) => run('/bin/sh', ['-c', text], env),
    /** A whole turn without a person; the model is the stub at `modelUrl`, and may call each tool of the server. */
    turn: (modelUrl, server) =>
      run(
        claude,
        ['-p', 'Do what the plan says.', '--allowedTools', `mcp__${server}`, '--output-format', 'json'],
        // Tools are offered by name at once, not found by a search first.
        { ANTHROPIC_BASE_URL: modelUrl, ANTHROPIC_API_KEY: 'dummy', ENABLE_TOOL_SEARCH: 'false' },
      ),
    close: () => rmSync(path, { recursive: true, force: true }),
  };
}
