/* Both libraries against a real gnome-keyring, each step in a process of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { SecretEntry } from '../../preload/contract/secret.ts';
import { keyringMissing, withKeyring } from './throwaway-keyring.ts';

// Real daemons and several processes: seconds on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

const VALUE = 'Q1w2E3r4-zwölf "Käfer" \\ $HOME 🗝';
const LONG = Array.from(
  { length: 1000 },
  (_, at) => `line ${at} of a long key, 64 characters or so, with a number in it`,
).join('\n');

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'rl-real-'));
});
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

interface Answer {
  answers: unknown[];
  entries: SecretEntry[];
}

function drive(env: NodeJS.ProcessEnv, command: object): Answer {
  const driver = fileURLToPath(new URL('keychain-driver.ts', import.meta.url));
  const done = spawnSync(process.execPath, [driver, JSON.stringify({ home, ...command })], { env, encoding: 'utf8' });
  if (done.stdout === '') throw new Error(`the driver said nothing: ${done.stderr}`);
  const answer: Answer = JSON.parse(done.stdout);
  return answer;
}

function missing(module: string): string | undefined {
  try {
    createRequire(import.meta.url)(module);
    return undefined;
  } catch {
    return `${module} does not load`;
  }
}

const entry = (name: string, backend: string): object => ({ name, backend, redactable: true, updatedAt: new Date(0) });
const libraries = [
  { module: 'keytar', backend: 'keytar', without: ['keyring'] },
  { module: '@napi-rs/keyring', backend: 'secret-service', without: ['keytar'] },
] as const;

for (const { module, backend, without } of libraries) {
  const reason = keyringMissing ?? missing(module);
  const title = `${module} and a real keyring${reason === undefined ? '' : ` [skipped: ${reason}]`}`;
  describe.skipIf(reason !== undefined)(title, () => {
    it('stores, reads in another process, replaces, removes', async () =>
      withKeyring(({ env }) => {
        const full = { ...process.env, ...env };
        const first = drive(full, {
          without,
          steps: [
            ['state'],
            ['set', 'A', 'first value 1'],
            ['set', 'A', VALUE],
            ['set', 'LONG', LONG],
            ['resolve', 'keychain:A'],
          ],
        });
        expect(first.answers[0]).toMatchObject({ backend, state: 'ready' });
        expect(first.answers[4]).toBe(VALUE);
        expect(first.entries.map(({ name, backend }) => [name, backend])).toEqual([
          ['A', backend],
          ['LONG', backend],
        ]);
        expect(JSON.stringify(first.entries)).not.toContain('Q1w2E3r4');

        const second = drive(full, {
          without,
          entries: first.entries,
          steps: [
            ['resolve', 'keychain:A'],
            ['resolve', 'keychain:LONG'],
            ['remove', 'A'],
            ['remove', 'LONG'],
            ['pending'],
          ],
        });
        expect(second.answers).toEqual([VALUE, LONG, 'removed', 'removed', false]);

        const third = drive(full, { without, entries: [entry('A', backend)], steps: [['resolve', 'keychain:A']] });
        expect(third.answers[0]).toMatchObject({ code: 'E_SECRET_MISSING', exitCode: 4 });
        return Promise.resolve();
      }));

    it('locked, and nobody there to ask: says locked at once, and the entry stays', async () =>
      withKeyring((keyring) => {
        const env = { ...process.env, ...keyring.env };
        const { entries } = drive(env, { without, steps: [['set', 'A', VALUE]] });
        keyring.lock();
        const { answers, entries: after } = drive(env, {
          without,
          entries,
          steps: [['resolve', 'keychain:A'], ['remove', 'A'], ['set', 'B', VALUE], ['again'], ['pending']],
        });
        for (const answer of answers.slice(0, 3))
          expect(answer).toMatchObject({ code: 'E_KEYCHAIN_LOCKED', exitCode: 4 });
        expect(answers.slice(3)).toEqual([expect.objectContaining({ backend, state: 'locked' }), false]);
        expect(after).toEqual(entries);
        return Promise.resolve();
      }));

    it('locked, with a prompt that nobody answers: says locked after the limit of 5 s', async () =>
      withKeyring(
        (keyring) => {
          const env = { ...process.env, ...keyring.env };
          const { entries } = drive(env, { without, steps: [['set', 'A', VALUE]] });
          keyring.lock();
          const { answers } = drive(env, {
            without,
            entries,
            steps: [['timing', 'keychain:A'], ['state'], ['pending']],
          });
          expect(answers[0]).toBeGreaterThanOrEqual(4990);
          expect(answers[0]).toBeLessThan(10_000);
          expect(answers[1]).toMatchObject({ backend, state: 'locked' });
          expect(answers[2]).toBe(true);
          return Promise.resolve();
        },
        { prompter: 'silent' },
      ));
  });
}

const bothMissing = keyringMissing ?? missing('keytar') ?? missing('@napi-rs/keyring');
describe.skipIf(bothMissing !== undefined)(
  `both libraries${bothMissing === undefined ? '' : ` [skipped: ${bothMissing}]`}`,
  () => {
    it('keytar is taken first; what the other one stored is still read with the other one', async () =>
      withKeyring(({ env }) => {
        const full = { ...process.env, ...env };
        const { entries } = drive(full, { without: ['keytar'], steps: [['set', 'OLD', VALUE]] });
        const { answers } = drive(full, {
          entries,
          steps: [
            ['set', 'NEW', VALUE],
            ['resolve', 'keychain:OLD'],
            ['resolve', 'keychain:NEW'],
            ['set', 'OLD', 'other value 2'],
            ['resolve', 'keychain:OLD'],
          ],
        });
        expect(answers).toEqual([
          expect.objectContaining({ backend: 'keytar' }),
          VALUE,
          VALUE,
          expect.objectContaining({ name: 'OLD', backend: 'keytar' }),
          'other value 2',
        ]);
        // The old copy is gone from where the other library kept it.
        const old = drive(full, { without: ['keytar'], entries, steps: [['resolve', 'keychain:OLD']] });
        expect(old.answers[0]).toMatchObject({ code: 'E_SECRET_MISSING' });
        return Promise.resolve();
      }));
  },
);

const notLinux = process.platform === 'linux' ? undefined : 'D-Bus and the kernel keyring are of Linux';
describe.skipIf(notLinux !== undefined)(
  `no D-Bus at all${notLinux === undefined ? '' : ` [skipped: ${notLinux}]`}`,
  () => {
    const kernelKeys = (): string[] =>
      readFileSync('/proc/keys', 'utf8')
        .split('\n')
        .filter((line) => line.includes('runlayer-companion'));

    it.each([
      ['both libraries', []],
      ['keytar alone', ['keyring']],
      ['@napi-rs/keyring alone', ['keytar']],
      ['neither', ['keytar', 'keyring']],
    ])('%s: absent, with what to do, nothing stored, and nothing in the kernel keyring', (_name, without) => {
      const env: NodeJS.ProcessEnv = { ...process.env, XDG_RUNTIME_DIR: home };
      for (const name of ['DBUS_SESSION_BUS_ADDRESS', 'DISPLAY', 'WAYLAND_DISPLAY']) delete env[name];
      const before = kernelKeys();
      const { answers, entries } = drive(env, {
        without,
        steps: [['state'], ['set', 'A', VALUE], ['again'], ['pending']],
      });
      expect(answers[0]).toMatchObject({ backend: null, state: 'absent' });
      expect(answers[0]).toHaveProperty('detail', expect.stringContaining('Install and start a keyring'));
      expect(answers[0]).toHaveProperty('detail', expect.stringContaining('runlayer secrets vault create'));
      expect(answers[1]).toMatchObject({ code: 'E_KEYCHAIN_ABSENT', exitCode: 4 });
      expect(answers[2]).toMatchObject({ state: 'absent' });
      expect(answers[3]).toBe(false);
      expect(entries).toEqual([]);
      expect(kernelKeys()).toEqual(before);
    });
  },
);
