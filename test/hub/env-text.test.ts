import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keepLine, tokenLine, urlLine } from '../../main/hub/env-text.ts';
import { shellWord } from '../../main/hub/shell-text.ts';
import { createToken } from '../../main/hub/tokens.ts';

const one = { id: 'b00000001', config: 'github-readonly', client: 'claude_code', variable: 'RL_TOKEN_ONE' };
const two = { id: 'b00000002', config: null, variable: 'RL_TOKEN_TWO' };
const URL = 'http://127.0.0.1:41234/mcp';

describe('the lines for a shell', () => {
  it('are these', () => {
    const token = `rlh_${'A'.repeat(43)}`;
    expect(urlLine(URL) + keepLine(one) + tokenLine(two, token)).toBe(
      [
        `export RL_MCP_URL=${URL};`,
        `if [ -n "\${RL_TOKEN_ONE-}" ]; then export RL_TOKEN_ONE; else echo 'RL_TOKEN_ONE is not set. The token of github-readonly (b00000001, claude_code) was shown when it was made; "runlayer hub rotate b00000001" makes a new one.' >&2; fi;`,
        `export RL_TOKEN_TWO=${token};`,
        '',
      ].join('\n'),
    );
  });

  const shells = ['/bin/sh', '/bin/bash', '/bin/dash', '/bin/zsh', '/usr/bin/zsh'].filter((path) => existsSync(path));
  const lines = urlLine(URL) + keepLine(one) + keepLine(two) + tokenLine({ variable: 'RL_TOKEN_THREE' }, 'rlh_3');
  const run = (shell: string, script: string): string =>
    execFileSync(shell, ['-c', `exec 2>&1; ${script}`], {
      env: { PATH: '/usr/bin:/bin', HOME: '/nowhere', LINES_TO_RUN: lines, RL_TOKEN_ONE: 'kept' },
      // A shell whose input is a socket reads the person's own start files.
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
  const show = 'env | grep ^RL_ | sort';

  it.each(shells)('mean in %s what they say, also where it joins them or stops at errors', (shell) => {
    const expected = [
      'RL_TOKEN_TWO is not set. The token of all connectors (b00000002) was shown when it was made; "runlayer hub rotate b00000002" makes a new one.',
      `RL_MCP_URL=${URL}`,
      'RL_TOKEN_ONE=kept',
      'RL_TOKEN_THREE=rlh_3',
      '',
    ].join('\n');
    expect(run(shell, `eval "$LINES_TO_RUN"; ${show}`)).toBe(expected);
    expect(run(shell, `set -eu; eval "$LINES_TO_RUN"; ${show}`)).toBe(expected);
    expect(run(shell, `eval $LINES_TO_RUN; ${show}`)).toBe(expected);
  });

  it('hold a token as it is', () => {
    for (let times = 0; times < 100; times++) {
      const token = createToken();
      expect(tokenLine(two, token)).toBe(`export RL_TOKEN_TWO=${token};\n`);
    }
  });
});

it('any text is one word of a shell', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', "'", '"', '$', '`', '\\', '\n', ';', '#', '*', '!', '~', 'é'),
  });
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 20 }), (words) => {
      const script = `printf '%s\\000' ${words.map(shellWord).join(' ')}`;
      expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })).toBe(
        words.map((word) => `${word}\0`).join(''),
      );
    }),
    { numRuns: 40 },
  );
});
