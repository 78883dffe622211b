import { describe, expect, it } from 'vitest';
import { Misuse, readOptions } from './options.ts';

const FAULT = { route: 'GET /api/v1/accounts', fault: { kind: 'status', status: 503 }, every: 2 };

function problemOf(argv: readonly string[]): string {
  try {
    readOptions(argv);
  } catch (error) {
    if (error instanceof Misuse) return error.message;
    throw error;
  }
  return '';
}

describe('the command line of the tenant', () => {
  it('has its defaults', () => {
    expect(readOptions([])).toEqual({
      help: false,
      port: 4800,
      database: undefined,
      empty: false,
      json: false,
      faults: [],
    });
  });

  it('reads all of it', () => {
    const argv = ['-h', '--port', '65535', '--database', 'x.db', '--empty', '--json', '--fault', JSON.stringify(FAULT)];
    expect(readOptions(argv)).toEqual({
      help: true,
      port: 65_535,
      database: 'x.db',
      empty: true,
      json: true,
      faults: [{ route: FAULT.route, fault: FAULT.fault, timing: { every: 2 } }],
    });
  });

  it.each([
    [['--port', 'abc'], '--port is a number'],
    [['--port', '65536'], '--port is a number'],
    [['--port', ''], '--port is a number'],
    [['--port=-1'], '--port is a number'],
    [['--port', '1e3'], '--port is a number'],
    [['--port', '-1'], '--port'],
    [['--port'], '--port'],
    [['--nope'], '--nope'],
    [['--json=1'], '--json'],
    [['word'], 'word'],
    [['--fault', 'x'], '--fault is JSON'],
    [['--fault', '{}'], '--fault is JSON'],
    [['--fault', '{"route":"GET /","fault":{"kind":"nonsense"}}'], '--fault is JSON'],
  ])('%j is refused in one line', (argv, text) => {
    const problem = problemOf(argv);
    expect(problem).toContain(text);
    expect(problem).toMatch(/^[^\n]+\. See "npm run tenant -- --help"\.$/);
  });
});
