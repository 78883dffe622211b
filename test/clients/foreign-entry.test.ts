import { describe, expect, it } from 'vitest';
import { parseConfigText } from '../../main/clients/document.ts';
import { readForeignEntry } from '../../main/clients/foreign-entry.ts';

function read(entry: unknown): ReturnType<typeof readForeignEntry> {
  const text = typeof entry === 'string' ? entry : JSON.stringify(entry);
  const document = parseConfigText(`{"mcpServers":{"x":${text}}}`, 'jsonc');
  const [property] = document.kind === 'ok' ? (document.servers?.children ?? []) : [];
  if (property === undefined) throw new Error('the test wrote no entry');
  return readForeignEntry(property, '/home/ada');
}

const program = { command: 's', args: [], env: {}, secrets: {} };
const remote = { transport: 'streamable-http', headers: {}, secrets: {}, oauth: false };

describe('a server of a client', () => {
  it.each<[unknown, object]>([
    [{ command: 's' }, program],
    [{ type: 'stdio', command: 's', args: null, env: null, disabled: true }, program],
    [
      { command: 's', args: ['a b', ''], env: { A: 'x', B: 1, C: true } },
      { ...program, args: ['a b', ''], env: { A: 'x', B: '1', C: 'true' } },
    ],
    [
      { command: '${userHome}/bin/s', args: ['${userHome}${/}x'], cwd: '${userHome}' },
      { ...program, command: '/home/ada/bin/s', args: ['/home/ada/x'], cwd: '/home/ada' },
    ],
    [
      { command: 'sh', args: ['-c', 'echo ${HOME}'] },
      { ...program, command: 'sh', args: ['-c', 'echo ${HOME}'] },
    ],
    [{ url: 'https://A.example/mcp' }, { ...remote, url: 'https://a.example/mcp' }],
    [{ url: 'https://a.example/sse' }, { ...remote, url: 'https://a.example/sse', transport: 'sse' }],
    [
      { url: 'https://a.example/x', type: 'sse' },
      { ...remote, url: 'https://a.example/x', transport: 'sse' },
    ],
    [
      { url: 'https://a.example/sse', type: 'http', headers: { Team: 'blue' } },
      { ...remote, url: 'https://a.example/sse', headers: { Team: 'blue' } },
    ],
  ])('%j', (entry, definition) => {
    expect(read(entry).target).toMatchObject({ definition });
  });

  it.each<[unknown, string]>([
    ['"text"', 'it is not an object'],
    [{}, 'it names no program and no address'],
    [{ command: 's', url: 'https://a.example' }, 'it names both a program and an address'],
    [{ command: '' }, 'its "command" is not a text'],
    [{ command: ['s'] }, 'its "command" is not a text'],
    [{ command: 's', args: 'x' }, 'its "args" is not a list of texts'],
    [{ command: 's', args: [1] }, 'its "args" is not a list of texts'],
    [{ command: 's', cwd: 1 }, 'its "cwd" is not a text'],
    [{ command: 's', env: [] }, 'its "env" is not an object'],
    [{ command: 's', env: { 'A B': 'x' } }, 'a name in its "env" cannot be used'],
    ['{"command":"s","env":{"__proto__":"x"}}', 'a name in its "env" cannot be used'],
    [{ command: 's', env: { A: {} } }, 'a value in its "env" is not a text'],
    [{ command: 's', env: { A: '${env:A}' } }, '"A" in its "env" is filled in by the client'],
    [{ command: 's', args: ['${workspaceFolder}'] }, 'a part of its command is filled in by the client (${…})'],
    [{ command: 's', args: ['${input:key}'] }, 'a part of its command is filled in by the client (${…})'],
    [{ command: 's', envFile: '.env' }, 'it takes variables from a file (envFile)'],
    [{ command: 's\u0000' }, 'must not hold a NUL character'],
    [{ command: 's', args: Array.from({ length: 257 }, () => 'x') }, 'Too big'],
    [{ url: 'ftp://a.example' }, 'an address is https://'],
    [{ url: 'https://ada:pw@a.example' }, 'an address is https://'],
    [{ url: 'https://a.example', headers: { Host: 'b' } }, 'a name in its "headers" cannot be used'],
    [{ url: 'https://a.example', headers: { X: 'ä' } }, 'a header value is printable ASCII'],
    [{ url: 'https://a.example', auth: {} }, 'it signs in with a client of its own (auth)'],
    [{ url: 'https://a.example/${env:X}' }, 'a part of its address is filled in by the client (${…})'],
  ])('%j cannot be brought in', (entry, problem) => {
    expect(read(entry).target).toMatchObject({
      kind: 'unusable',
      problem: expect.stringContaining(problem) as unknown,
    });
  });

  it('says what of it is left behind', () => {
    expect(read({ command: 's', autoApprove: ['*'], timeout: 3, disabled: false }).dropped).toEqual([
      'autoApprove',
      'timeout',
    ]);
  });
});
