import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { inFolder } from './fakes.ts';

const script = fileURLToPath(new URL('../../resources/scripts/postinstall.mjs', import.meta.url));
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const LINE = /^keytar was not built \([^\n]+\); the companion will use @napi-rs\/keyring\.\n$/;

const run = (root: string, env: NodeJS.ProcessEnv = {}) =>
  spawnSync(process.execPath, [script], {
    env: { ...process.env, RUNLAYER_POSTINSTALL_ROOT: root, ...env },
    encoding: 'utf8',
  });

const has = (command: string, ...args: string[]): boolean => spawnSync(command, args).status === 0;

/** Why keytar cannot be built on this machine. */
function cannotBuild(): string | undefined {
  if (process.platform !== 'linux') return 'built from source on Linux only in this test';
  if (!existsSync(join(modules, 'keytar/binding.gyp'))) return 'keytar is not installed';
  if (!has('g++', '--version') || !has('make', '--version')) return 'no compiler';
  if (!has('pkg-config', '--exists', 'libsecret-1')) return 'no libsecret-1-dev';
  return undefined;
}

/** A node_modules of its own: keytar's source without what was built, and links to what its build needs. */
function copyKeytar(root: string): string {
  const keytar = join(root, 'node_modules', 'keytar');
  mkdirSync(keytar, { recursive: true });
  for (const part of ['package.json', 'binding.gyp', 'lib', 'src']) {
    cpSync(join(modules, 'keytar', part), join(keytar, part), { recursive: true });
  }
  for (const name of ['node-addon-api', 'prebuild-install', `node-linux-${process.arch}`]) {
    if (existsSync(join(modules, name))) symlinkSync(join(modules, name), join(root, 'node_modules', name));
  }
  return keytar;
}

describe('postinstall', () => {
  it('does nothing and says nothing where keytar is not installed', async () =>
    inFolder((root) => {
      expect(run(root)).toMatchObject({ status: 0, stdout: '', stderr: '' });
      return Promise.resolve();
    }));

  it('does nothing and says nothing where keytar loads', async () =>
    inFolder((root) => {
      mkdirSync(join(root, 'node_modules/keytar'), { recursive: true });
      writeFileSync(join(root, 'node_modules/keytar/index.js'), '');
      expect(run(root)).toMatchObject({ status: 0, stdout: '', stderr: '' });
      return Promise.resolve();
    }));

  it('one line and no failure where keytar crashes whoever loads it and cannot be built', async () =>
    inFolder((root) => {
      const keytar = join(root, 'node_modules/keytar');
      mkdirSync(keytar, { recursive: true });
      writeFileSync(join(keytar, 'index.js'), 'process.kill(process.pid, "SIGSEGV")');
      const { status, stdout, stderr } = run(root);
      expect(status).toBe(0);
      expect(stdout).toMatch(LINE);
      expect(stderr).toBe('');
      return Promise.resolve();
    }));

  it('one line and no failure without any tools', async () =>
    inFolder((root) => {
      mkdirSync(join(root, 'node_modules/keytar'), { recursive: true });
      const { status, stdout } = run(root, { PATH: '/nonexistent', CXX: '', PYTHON: '' });
      expect(status).toBe(0);
      expect(stdout).toMatch(LINE);
      return Promise.resolve();
    }));

  const reason = cannotBuild();
  const skipped = reason === undefined ? '' : ` [skipped: ${reason}]`;
  it.skipIf(reason !== undefined)(
    `builds keytar so that it loads, quietly; a second run has nothing to do${skipped}`,
    { timeout: 150_000 },
    async () =>
      inFolder((root) => {
        const keytar = copyKeytar(root);
        expect(run(root)).toMatchObject({ status: 0, stdout: '', stderr: '' });
        const loaded = spawnSync(process.execPath, ['-p', `typeof require(${JSON.stringify(keytar)}).getPassword`], {
          encoding: 'utf8',
        });
        expect(loaded).toMatchObject({ status: 0, stdout: 'function\n' });
        expect(run(root)).toMatchObject({ status: 0, stdout: '', stderr: '' });
        return Promise.resolve();
      }),
  );

  it.skipIf(reason !== undefined)(
    `takes away what a failed build left, in one line${skipped}`,
    { timeout: 150_000 },
    async () =>
      inFolder((root) => {
        const keytar = copyKeytar(root);
        writeFileSync(join(keytar, 'src/main.cc'), '#error "does not compile"\n');
        const { status, stdout, stderr } = run(root);
        expect(status).toBe(0);
        expect(stdout).toMatch(LINE);
        expect(stderr).toBe('');
        expect(existsSync(join(keytar, 'build'))).toBe(false);
        return Promise.resolve();
      }),
  );
});
