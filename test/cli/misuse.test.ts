import { describe, expect, it } from 'vitest';
import { tell } from './fake-io.ts';

const message = async (line: string | string[]): Promise<string> => {
  const { code, failure, out, err } = await tell(line);
  expect([code, out, err]).toEqual([2, '', '']);
  return `${failure?.code ?? ''}: ${failure?.message ?? ''} | ${failure?.next ?? ''}`;
};

describe('a command line that means nothing', () => {
  it.each([
    ['lgos', `E_USAGE: Unknown command 'lgos'. | Did you mean logs? See "runlayer --help".`],
    ['xyzzy', `E_USAGE: Unknown command 'xyzzy'. | See "runlayer --help".`],
    ['policy alow a b', `E_USAGE: Unknown command 'alow'. | Did you mean allow? See "runlayer policy --help".`],
    ['--json status', `E_USAGE: Unknown option '--json'. | See "runlayer --help".`],
    ['status --jsno', `E_USAGE: Unknown option '--jsno'. | Did you mean --json? See "runlayer status --help".`],
    ['connectors show', `E_USAGE: Missing required argument 'name'. | See "runlayer connectors show --help".`],
    [
      'connectors show a b',
      `E_USAGE: Too many arguments for 'show'. Expected 1 argument but got 2: a, b. | See "runlayer connectors show --help".`,
    ],
    [
      'setup install --client cursor',
      `E_USAGE: Required option '--connector <name>' not specified. | See "runlayer setup install --help".`,
    ],
    ['setup undo --client', `E_USAGE: Option '--client <id>' argument missing. | See "runlayer setup undo --help".`],
    [
      'policy deny x a.txt b.txt',
      `E_USAGE: Too many arguments for 'deny'. Expected 2 arguments but got 3: x, a.txt, b.txt. | Put a pattern such as "*" in quotes: the shell replaces it by file names otherwise. See "runlayer policy deny --help".`,
    ],
  ])('%s', async (line, expected) => {
    expect(await message(line)).toBe(expected);
  });

  it('with a thousand file names is answered in a few words', async () => {
    const names = Array.from({ length: 1000 }, (_none, at) => `file-${at}.txt`);
    expect((await message(['policy', 'allow', 'x', ...names])).length).toBeLessThan(500);
  });

  it.each([
    ['connectors logs x --lines abc', 'Give a whole number from 1 to 5000.'],
    ['connectors logs x -n 0', 'Give a whole number from 1 to 5000.'],
    ['logs -n 10001', 'Give a whole number from 1 to 10000.'],
    ['logs -n 1.5', 'Give a whole number from 1 to 10000.'],
    ['logs -n -1', 'Give a whole number from 1 to 10000.'],
    ['logs -n 0x10', 'Give a whole number from 1 to 10000.'],
    ['logs -n 99999999999999999999', 'Give a whole number from 1 to 10000.'],
    ['logs --since yesterday', 'Give a time such as 2026-01-31T09:00:00Z, or 2026-01-31.'],
    ['logs --since 2026-13-01', 'Give a time such as'],
    ['logs --since 2026-01-31T09:00:00', 'Give a time such as'],
    ['logs --since 1', 'Give a time such as'],
    ['connectors add x --default maybe -- cat', 'Allowed choices are allow, read-only, ask, deny.'],
  ])('%s: the value is told from the line', async (line, expected) => {
    const text = await message(line);
    expect(text).toMatch(/^E_INPUT: /);
    expect(text).toContain(expected);
  });

  it.each([
    ['bogus', 'There is no client named "bogus".', 'It can be claude_desktop or cursor.'],
    ['', 'There is no client named "".', 'It can be'],
    ['claude_code', 'This version cannot write the configuration of claude_code yet.', '~/.runlayer/bin/runlayer'],
    ['vscode-insiders', 'cannot write the configuration of vscode_insiders yet', '"run <connector>" by hand'],
  ])('--client %s says which there are', async (client, said, next) => {
    for (const command of [
      ['setup', 'install', '--connector', 'x'],
      ['setup', 'uninstall'],
      ['setup', 'undo'],
    ]) {
      const text = await message([...command, '--client', client]);
      expect(text).toContain('E_CLIENT_UNKNOWN');
      expect(text).toContain(said);
      expect(text).toContain(next);
    }
  });

  it.each([
    ['connectors add x'],
    ['connectors add x npx server'],
    ['connectors add x --'],
    ['connectors add x npx -- server'],
    ['connectors edit x npx'],
    ['connectors add x npx -y server'],
  ])('%s: the command stands behind "--"', async (line) => {
    const text = await message(line);
    expect(text).toContain('The command to run stands behind "--".');
    expect(text).toContain('runlayer connectors add x -- npx -y some-server@1.2.3');
  });

  it.each([
    ['--env A', '--env takes NAME=value.', '--env LOG_LEVEL=debug'],
    ['--env =1', '--env takes NAME=value.', '--env LOG_LEVEL=debug'],
    ['--secret T', '--secret takes NAME=value.', '--secret GITHUB_TOKEN=keychain:github-token'],
    ['--env A=1 --env A=2', '--env A is given twice.', 'Give it once.'],
    ['--secret A=keychain:a --secret A=keychain:a', '--secret A is given twice.', 'Give it once.'],
  ])('connectors add x %s', async (options, said, next) => {
    const text = await message(`connectors add x ${options} -- cat`);
    expect(text).toContain(said);
    expect(text).toContain(next);
  });
});
