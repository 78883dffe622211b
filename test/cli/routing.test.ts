import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { NO_LOCAL_ACTIONS } from '../../main/cli/local/actions.ts';
import { createProgram } from '../../main/cli/program.ts';
import { isForCompanion, ownWords } from '../../main/cli/thin/routing.ts';
import { leaves } from './every-command.ts';

describe('which command lines the companion carries out', () => {
  it.each([
    'run files',
    'run',
    'connectors list',
    'connectors add x -- npx --help',
    'connectors add x -- npx -h',
    'policy deny x -- -h',
    'setup install --client cursor --connector x',
    'setup list',
    'logs -f',
    'status --json',
    'secrets vault create',
    'hub config create x --connector y',
    'hub status --json',
    'connectors login x',
    'identity verify - --server s --jwks https://tenant.example/jwks.json',
    'open',
  ])('runlayer %s: the companion', (line) => {
    expect(isForCompanion(line.split(' '))).toBe(true);
  });

  it.each([
    '',
    'help',
    'help logs',
    '--help',
    '-h',
    '--version',
    '-V',
    'serve',
    'serve --on-demand',
    'stop',
    'doctor --json',
    'audit verify',
    'audit',
    'setup uninstall --client cursor',
    'setup undo --client cursor',
    'connectors',
    'policy',
    'hub',
    'identity',
    'run --help',
    'run files -h',
    'logs --help',
    'lgos',
    '--json status',
    '-- connectors list',
    'constructor',
    '__proto__',
  ])('runlayer %s: nobody', (line) => {
    expect(isForCompanion(line === '' ? [] : line.split(' '))).toBe(false);
  });

  it('knows every command that there is', () => {
    const local = ['audit verify', 'doctor', 'serve', 'setup uninstall', 'setup undo', 'stop'];
    const names = leaves(createProgram({ argv: [] } as unknown as CommandIo, '0', NO_LOCAL_ACTIONS));
    const here = names.filter((name) => !isForCompanion(name.split(' ')));
    expect(here.sort()).toEqual(local.sort());
    expect(names.length).toBeGreaterThan(30);
  });
});

it('what stands behind "--" is not ours', () => {
  expect(ownWords(['a', '--', 'b', '--', 'c'])).toEqual(['a']);
  expect(ownWords(['--'])).toEqual([]);
  expect(ownWords(['a', '--json'])).toEqual(['a', '--json']);
});
