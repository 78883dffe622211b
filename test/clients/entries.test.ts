import { describe, expect, it } from 'vitest';
import { parseConfigText } from '../../main/clients/document.ts';
import { isManagedEntry, ownEntries } from '../../main/clients/entries.ts';
import { foreignNames } from '../../main/clients/plan.ts';

const ID = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const HOST = 'https://acme.example';
const linux = { launcher: '/home/ada/.runlayer/bin/runlayer', platform: 'linux' } as const;
const windows = { launcher: String.raw`C:\Users\ada\.runlayer\bin\runlayer.exe`, platform: 'win32' } as const;

function look(entry: object, launcher: typeof linux | typeof windows = linux) {
  const document = parseConfigText(JSON.stringify({ mcpServers: { one: entry } }), 'json');
  if (document.kind === 'invalid') throw new Error(document.problem);
  const [property] = document.servers?.children ?? [];
  if (property === undefined) throw new Error('no entry');
  return {
    isManaged: isManagedEntry(property, launcher),
    own: ownEntries(document.servers, launcher).length,
    foreign: foreignNames(document, launcher),
  };
}

const MANAGED = { isManaged: true, own: 0, foreign: [] };
const FOREIGN = { isManaged: false, own: 0, foreign: ['one'] };

describe('entries of client files', () => {
  it.each([
    [{ command: linux.launcher, args: ['run', ID, '--host', HOST] }],
    [{ command: 'runlayer', args: ['run', ID, `--host=${HOST}`] }],
    [{ command: '/usr/bin/runlayer', args: ['run', 'an alias', '--host', HOST, '--secret', 'rl_x'] }],
    [{ command: 'uvx', args: ['runlayer', 'run', ID, '--host', HOST] }],
    [{ command: '/opt/uv/uvx', args: ['runlayer', 'run', ID], env: { A: 'b' } }],
  ])('%j goes through Runlayer', (entry) => expect(look(entry)).toEqual(MANAGED));

  it('are ours where they start a connector by its name here', () => {
    expect(look({ command: linux.launcher, args: ['run', 'files'] })).toEqual({ ...MANAGED, own: 1 });
  });

  it.each([
    [{ command: 'npx', args: ['runlayer', 'run', ID] }],
    [{ command: 'uvx', args: ['run', ID, '--host', HOST] }],
    [{ command: 'uvx', args: ['runlayer@1', 'run', ID] }],
    [{ command: 'uvx', args: ['--from', 'git+https://evil.example', 'runlayer', 'run', ID] }],
    [{ command: 'uvx', args: ['runlayer', 'status'] }],
    [{ command: 'uvx', args: ['runlayer', 'run'] }],
    [{ command: 'uvx.sh', args: ['runlayer', 'run', ID] }],
    [{ command: 'runlayer', args: ['run', ID, '--with', 'evil'] }],
    [{ command: 'runlayer', args: ['run', ID, '--host'] }],
    [{ command: 'runlayer', args: ['run', ID, 'more'] }],
    [{ command: 'runlayer', args: ['run', '--host', HOST] }],
    [{ command: 'runlayer', args: ['run', ID, 7] }],
    [{ command: 'runlayer', args: 'run x' }],
    [{ command: 'evil/runlayer-x', args: ['run', ID] }],
    [{ url: HOST }],
  ])('%j does not', (entry) => expect(look(entry)).toEqual(FOREIGN));

  it('are read in the letters of Windows there', () => {
    expect(look({ command: String.raw`C:\uv\UVX.exe`, args: ['runlayer', 'run', ID] }, windows)).toEqual(MANAGED);
    expect(look({ command: windows.launcher, args: ['run', ID, '--host', HOST] }, windows)).toEqual(MANAGED);
    expect(look({ command: 'uvx.exe', args: ['runlayer', 'run', ID] }, linux)).toEqual(FOREIGN);
  });
});
