import { existsSync } from 'node:fs';
import { mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createLoginShellEnvironment,
  parsePayload,
  type LoginShellResult,
} from '../../main/process/login-shell-environment.ts';
import { isAlive, killHard, until } from './processes.ts';

const onWindows = process.platform === 'win32';
let home = '';

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'rl-shell-')));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

const bash = '/bin/bash';
const noBash = onWindows || !existsSync(bash);

async function ask(
  shell: string,
  profile: string,
  options: { timeoutMs?: number; file?: string } = {},
): Promise<LoginShellResult> {
  await writeFile(join(home, options.file ?? '.profile'), profile);
  const env = { HOME: home, PATH: '/usr/bin:/bin', OWN: 'own' };
  return createLoginShellEnvironment({ shell, env, timeoutMs: options.timeoutMs ?? 10_000 }).get();
}

const shells: readonly (readonly [string, string])[] = [
  ['/bin/sh', '.profile'],
  ['/bin/bash', '.bash_profile'],
  ['/bin/zsh', '.zprofile'],
];

describe('createLoginShellEnvironment', () => {
  for (const [shell, file] of shells) {
    const missing = onWindows || !existsSync(shell);
    it.skipIf(missing)(`${shell} reads its files${missing ? ' [skipped: not installed]' : ''}`, async () => {
      const result = await ask(shell, 'export FROM_FILE="a b"\nexport PATH="/from/file:$PATH"\nNOT_EXPORTED=1\n', {
        file,
      });
      expect(result.problem).toBeUndefined();
      expect(result.env).toMatchObject({ FROM_FILE: 'a b', OWN: 'own', HOME: home });
      expect(result.env['PATH']).toMatch(/^\/from\/file:|:\/from\/file:/);
      for (const name of ['NOT_EXPORTED', '_', 'SHLVL', 'PWD', 'RUNLAYER_RESOLVING_ENVIRONMENT'])
        expect(result.env).not.toHaveProperty(name);
    });
  }

  const noFish = onWindows || !existsSync('/usr/bin/fish');
  it.skipIf(noFish)(`/usr/bin/fish reads its files${noFish ? ' [skipped: not installed]' : ''}`, async () => {
    const result = await ask('/usr/bin/fish', '', {});
    expect(result.problem).toBeUndefined();
    expect(result.env).toMatchObject({ OWN: 'own' });
  });

  it.skipIf(noBash)('passes by noise, echoed commands, aliases and functions [skipped on Windows]', async () => {
    const result = await ask(
      bash,
      `echo hello; printf 'X=1\\0Y=2\\0'; printf '\\033]0;title\\a'; exec 2>&1; set -v
       shopt -s expand_aliases; alias env='echo no' printf='echo no' command='command '
       function env { echo no; }; function printf { echo no; }
       export MULTI="$(echo a; echo 'B=c')"; export EMPTY=; export EQUALS='a=b=c'; trap 'echo bye' EXIT\n`,
      { file: '.bash_profile' },
    );
    expect(result.problem).toBeUndefined();
    expect(result.env).toMatchObject({ MULTI: 'a\nB=c', EMPTY: '', EQUALS: 'a=b=c', OWN: 'own' });
    expect(result.env).not.toHaveProperty('X');
    expect(result.env).not.toHaveProperty('B');
  });

  it.skipIf(noBash)(
    'a shell that waits for a person gets the end of stdin, and no terminal [skipped on Windows]',
    async () => {
      const result = await ask(
        bash,
        'read -r -p "name? " answer; export ANSWER="none:$answer"; tty && export TTY=yes\nexport DONE=1\n',
        {
          file: '.bash_profile',
        },
      );
      expect(result.env).toMatchObject({ ANSWER: 'none:', DONE: '1' });
      expect(result.env).not.toHaveProperty('TTY');
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'one that hangs is killed with everything it started, at the deadline [skipped: needs /proc]',
    async () => {
      const result = await ask(
        '/bin/sh',
        'trap "" TERM HUP\nsleep 300 & echo $! > "$HOME/pid"\nwhile :; do sleep 1; done\n',
        { timeoutMs: 400 },
      );
      expect(result.problem).toMatch(/did not answer within 0\.4 s/);
      expect(result.env).toEqual({ HOME: home, PATH: '/usr/bin:/bin', OWN: 'own' });
      const pid = Number(await readFile(join(home, 'pid'), 'utf8'));
      await until('killed', () => !isAlive(pid), 3000);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'a job that holds the pipe does not hold the answer [skipped: needs /proc]',
    async () => {
      const startedAt = performance.now();
      const result = await ask('/bin/sh', 'setsid sleep 300 & echo $! > "$HOME/pid"\n');
      expect(result.problem).toBeUndefined();
      expect(performance.now() - startedAt).toBeLessThan(5000);
      killHard(Number(await readFile(join(home, 'pid'), 'utf8')));
    },
  );

  it.skipIf(onWindows)('a flood is cut off [skipped on Windows]', async () => {
    const result = await ask('/bin/sh', 'while :; do echo 0123456789012345678901234567890123456789; done\n');
    expect(result.problem).toMatch(/print too much/);
  });

  it.skipIf(onWindows)(
    'each failure falls back to the given environment and says why [skipped on Windows]',
    async () => {
      await symlink('/bin/sh', join(home, 'oddsh'));
      const rows: readonly (readonly [string, string, RegExp])[] = [
        ['/bin/sh', 'exit 3\n', /ended without an answer/],
        ['/bin/sh', 'kill -9 $$\n', /ended without an answer/],
        ['/bin/sh', 'unset PATH\n', /ended without an answer/],
        [join(home, 'oddsh'), '', /only sh, bash, zsh and fish/],
        ['/nowhere/bash', '', /no such program/],
        [join(home, 'none', 'zsh'), '', /no such program/],
      ];
      for (const [shell, profile, message] of rows) {
        const result = await ask(shell, profile);
        expect(result.problem).toMatch(message);
        expect(result.env).toEqual({ HOME: home, PATH: '/usr/bin:/bin', OWN: 'own' });
      }
    },
  );

  it.skipIf(onWindows)('a home that is gone is a problem, not a crash [skipped on Windows]', async () => {
    const env = { HOME: join(home, 'none'), PATH: '/usr/bin:/bin' };
    const result = await createLoginShellEnvironment({ shell: '/bin/sh', env }).get();
    expect(result.problem).toMatch(/could not be read/);
    expect(result.env).toEqual(env);
  });

  it.skipIf(onWindows)('asks once, however many want to know [skipped on Windows]', async () => {
    await writeFile(join(home, '.profile'), 'echo x >> "$HOME/count"\n');
    const login = createLoginShellEnvironment({ shell: '/bin/sh', env: { HOME: home, PATH: '/usr/bin:/bin' } });
    const results = await Promise.all(Array.from({ length: 20 }, () => login.get()));
    results.push(await login.get());
    expect(new Set(results).size).toBe(1);
    expect(await readFile(join(home, 'count'), 'utf8')).toBe('x\n');
  });
});

describe('parsePayload', () => {
  const of = (text: string): Record<string, string> | undefined => parsePayload(Buffer.from(text), 'BEGIN', 'END');

  it.each([
    ['noiseBEGINPATH=/a\0A=b=c\0ENDnoise', { PATH: '/a', A: 'b=c' }],
    ['BEGIN old BEGINPATH=/a\0END', { PATH: '/a' }],
    ['BEGINPATH=/a\0=x\0novalue\0\0__proto__=y\0END', JSON.parse('{"PATH":"/a","__proto__":"y"}')],
    ['BEGINA=1\0END', undefined],
    ['ENDBEGINPATH=/a', undefined],
    ['BEGINPATH=/a', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(of(text)).toEqual(expected);
  });
});
