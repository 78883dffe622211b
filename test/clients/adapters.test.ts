import { describe, expect, it } from 'vitest';
import { WritableClientId } from '../../preload/contract/client.ts';
import {
  adapterFor,
  adapters,
  claudeDesktop,
  cursor,
  serverEntry,
  type PathInput,
} from '../../main/clients/adapters.ts';

const mac: PathInput = { platform: 'darwin', homeDirectory: '/Users/ada', env: {}, packages: [] };
const linux: PathInput = { platform: 'linux', homeDirectory: '/home/ada', env: {}, packages: [] };
const windows: PathInput = {
  platform: 'win32',
  homeDirectory: 'C:\\Users\\ada',
  env: { APPDATA: 'D:\\Roam', LOCALAPPDATA: 'D:\\Local' },
  packages: [],
};
const msix = (name: string): string =>
  `D:\\Local\\Packages\\${name}\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json`;
const classic = 'D:\\Roam\\Claude\\claude_desktop_config.json';

describe('paths', () => {
  it.each<[string, PathInput, string[]]>([
    ['macOS', mac, ['/Users/ada/Library/Application Support/Claude/claude_desktop_config.json']],
    ['Linux', linux, ['/home/ada/.config/Claude/claude_desktop_config.json']],
    [
      'Linux, whatever the environment says',
      { ...linux, env: { XDG_CONFIG_HOME: '/elsewhere', APPDATA: '/x' } },
      ['/home/ada/.config/Claude/claude_desktop_config.json'],
    ],
    ['Windows, classic installer', windows, [classic]],
    [
      'Windows, other packages',
      { ...windows, packages: ['ClaudeX', 'Other_Claude_1', 'Claude_', 'Claude_../..'] },
      [classic],
    ],
    [
      'Windows, MSIX',
      { ...windows, packages: ['A_1', 'Claude_pzs8sxrjxfjjc'] },
      [msix('Claude_pzs8sxrjxfjjc'), classic],
    ],
    [
      'Windows, two packages: the signed one first',
      { ...windows, packages: ['Claude_aaa', 'Claude_pzs8sxrjxfjjc', 'Claude_bbb'] },
      [msix('Claude_pzs8sxrjxfjjc'), msix('Claude_aaa'), msix('Claude_bbb'), classic],
    ],
    [
      'Windows, no variables',
      { ...windows, env: {} },
      ['C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json'],
    ],
    [
      'Windows, variables that are no absolute paths',
      { ...windows, env: { APPDATA: 'relative', LOCALAPPDATA: '' }, packages: ['Claude_x1'] },
      [
        'C:\\Users\\ada\\AppData\\Local\\Packages\\Claude_x1\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
        'C:\\Users\\ada\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
      ],
    ],
  ])('Claude Desktop on %s', (_, input, expected) => {
    expect(claudeDesktop.paths(input)).toEqual(expected);
  });

  it.each<[string, PathInput, string]>([
    ['macOS', mac, '/Users/ada/.cursor/mcp.json'],
    ['Linux', linux, '/home/ada/.cursor/mcp.json'],
    ['Windows', windows, 'C:\\Users\\ada\\.cursor\\mcp.json'],
  ])('Cursor on %s', (_, input, expected) => {
    expect(cursor.paths(input)).toEqual([expected]);
  });
});

it('has one adapter for each client that the contract calls writable', () => {
  expect(adapters.map(({ id }) => id)).toEqual([...WritableClientId.options]);
  for (const id of WritableClientId.options) expect(adapterFor(id).id).toBe(id);
});

it('pins what is written and how each client treats its file', () => {
  expect(serverEntry('/l', 'a')).toEqual({ command: '/l', args: ['run', 'a'] });
  expect(
    adapters.map(({ id, dialect, reload, rewritesFileWhileRunning }) => [
      id,
      dialect,
      reload,
      rewritesFileWhileRunning,
    ]),
  ).toEqual([
    ['claude_desktop', 'json', 'restart', true],
    ['cursor', 'jsonc', 'watched', false],
  ]);
  expect(claudeDesktop.notesAfterChange().join(' ')).toMatch(/quit it from the tray/);
  expect(cursor.notesAfterChange().join(' ')).toMatch(/switched on/);
});

it('warns in Cursor from 21 characters on, because of its 60 for server and tool', () => {
  expect(cursor.notesForName('a'.repeat(20))).toEqual([]);
  expect(cursor.notesForName('a'.repeat(21))[0]).toMatch(/leaves 39 for the tool/);
  expect(claudeDesktop.notesForName('a'.repeat(60))).toEqual([]);
});
