import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompanionError } from '../../preload/contract/index.ts';
import { runArguments } from '../../main/cli/run-arguments.ts';

const ID = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const HOST = 'https://acme.example';

describe('the words behind "run"', () => {
  it.each([
    [['files'], { target: 'files' }],
    [['--client', 'cursor', 'files'], { target: 'files', client: 'cursor' }],
    [['--client=cursor', '--', 'files'], { target: 'files', client: 'cursor' }],
    [[ID, '--host', HOST], { target: ID, host: HOST }],
    [[`--host=${HOST}`, ID], { target: ID, host: HOST }],
    [['-H', HOST, '-s', 'rl_x', ID], { target: ID, host: HOST, key: 'rl_x' }],
    [[ID, '--secret=rl_=x', '--host', HOST, '--client', 'x'], { target: ID, host: HOST, key: 'rl_=x', client: 'x' }],
  ])('%j', (words, meant) => expect(runArguments(words)).toEqual(meant));

  it.each([
    [[]],
    [['--host', HOST]],
    [['files', 'more']],
    [['files', '']],
    [['files', '--verbose']],
    [['files', '-x']],
    [['files', '--host']],
    [['files', '--host=']],
    [['files', '--host', '--']],
    [['files', '--host', HOST, '-H', HOST]],
    [['files', '--secret=rl_topsecret', '-s', 'rl_topsecret']],
    [['files', '--sekret=rl_topsecret']],
  ])('%j mean nothing, and nothing of them is repeated', (words) => {
    expect(() => runArguments(words)).toThrow(expect.objectContaining({ code: 'E_USAGE', exitCode: 2 }));
    expect(() => runArguments(words)).not.toThrow(/topsecret/);
  });

  it('mean one thing or nothing, in whatever order', () => {
    const word = fc.oneof(
      fc.constantFrom('--host', '-H', '--secret', '--client', '--', 'files', HOST, `--host=${HOST}`, '-x'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        try {
          const { target, host, key, client } = runArguments(words);
          for (const value of [target, host, key, client].filter((one) => one !== undefined)) {
            expect(value).not.toBe('');
            expect(words.some((one) => one === value || one.endsWith(`=${value}`))).toBe(true);
          }
          expect(target.startsWith('-')).toBe(false);
        } catch (error) {
          if (!(error instanceof CompanionError)) throw error;
          expect(error.code).toBe('E_USAGE');
        }
      }),
    );
  });
});
