import { posix, win32 } from 'node:path';
import type { WritableClientId } from '../../preload/contract/client.ts';
import type { ClientEnvironment } from './environment.ts';

/** `json`: exactly what JSON.parse takes. `jsonc`: comments and trailing commas too. */
export type Dialect = 'json' | 'jsonc';

export type PathInput = Pick<ClientEnvironment, 'platform' | 'homeDirectory' | 'env'> & {
  /** Names in `%LOCALAPPDATA%\Packages`; empty where there is no such folder. */
  readonly packages: readonly string[];
};

/** The entry that we write: built fresh with only the keys that the client knows, and never a secret. */
export interface ServerEntry {
  readonly command: string;
  readonly args: readonly string[];
}

export interface ClientAdapter {
  readonly id: WritableClientId;
  readonly title: string;
  readonly dialect: Dialect;
  /** Files that the client may read, the one to write first. Pure. */
  paths(input: PathInput): [string, ...string[]];
  /** The client writes its whole file back while it runs, so a change made then is lost. */
  readonly rewritesFileWhileRunning: boolean;
  /** When a changed file takes effect: after a restart of the client, or at once. */
  readonly reload: 'restart' | 'watched';
  /** What makes it read the file again, as one order. */
  readonly restartHint: string;
  /** What it calls itself in `initialize`, in lower case. Anybody may claim these. */
  readonly claimedNames: readonly string[];
  /** What the person has to do once the file is written. */
  notesAfterChange(): string[];
  /** What the person should know about this connector name in this client. */
  notesForName(connector: string): string[];
}

/** Object of the configuration file that holds the servers; the same word in both clients. */
export const SERVERS_KEY = 'mcpServers';

export function serverEntry(launcher: string, connector: string): ServerEntry {
  return { command: launcher, args: ['run', connector] };
}

/** The folder of `%LOCALAPPDATA%` or `%APPDATA%`; a value that is not an absolute path is not one. */
export function windowsFolder(
  input: Pick<PathInput, 'homeDirectory' | 'env'>,
  name: 'APPDATA' | 'LOCALAPPDATA',
): string {
  const value = input.env[name];
  if (value !== undefined && win32.isAbsolute(value)) return value;
  return win32.join(input.homeDirectory, 'AppData', name === 'APPDATA' ? 'Roaming' : 'Local');
}

const CLAUDE_FILE = 'claude_desktop_config.json';
/** Package family name of Anthropic's signed MSIX; another `Claude_*` is a side-loaded build. */
const CLAUDE_PACKAGE = 'Claude_pzs8sxrjxfjjc';

function claudePaths(input: PathInput): [string, ...string[]] {
  switch (input.platform) {
    case 'darwin':
      return [posix.join(input.homeDirectory, 'Library', 'Application Support', 'Claude', CLAUDE_FILE)];
    case 'linux':
      return [posix.join(input.homeDirectory, '.config', 'Claude', CLAUDE_FILE)];
    case 'win32': {
      const classic = win32.join(windowsFolder(input, 'APPDATA'), 'Claude', CLAUDE_FILE);
      // An MSIX build sees its own copy of %APPDATA%; the app's "Edit Config" button may open the other file.
      const msix = input.packages
        .filter((name) => /^Claude_[A-Za-z0-9]+$/i.test(name))
        .sort((a, b) => Number(b === CLAUDE_PACKAGE) - Number(a === CLAUDE_PACKAGE) || (a < b ? -1 : 1))
        .map((name) =>
          win32.join(
            windowsFolder(input, 'LOCALAPPDATA'),
            'Packages',
            name,
            'LocalCache',
            'Roaming',
            'Claude',
            CLAUDE_FILE,
          ),
        );
      const [first, ...rest] = msix;
      return first === undefined ? [classic] : [first, ...rest, classic];
    }
  }
}

export const claudeDesktop: ClientAdapter = {
  id: 'claude_desktop',
  title: 'Claude Desktop',
  dialect: 'json',
  paths: claudePaths,
  rewritesFileWhileRunning: true,
  reload: 'restart',
  restartHint: 'Start Claude Desktop again. If it was open, quit it from the tray or menu bar first.',
  claimedNames: ['claude-ai', 'claude-desktop', 'claude desktop'],
  notesAfterChange: () => [
    'Start Claude Desktop again. If it was open before, quit it from the tray or menu bar; closing the window is not enough.',
    'Claude Desktop rewrites this file and has been seen to lose entries: look at the list of clients again after its next start.',
  ],
  notesForName: () => [],
};

/** Cursor drops, without a word, a tool whose server name and tool name together are longer than 60 characters. */
const CURSOR_NAME_LIMIT = 20;

export const cursor: ClientAdapter = {
  id: 'cursor',
  title: 'Cursor',
  dialect: 'jsonc',
  paths: (input) => {
    const path = input.platform === 'win32' ? win32 : posix;
    return [path.join(input.homeDirectory, '.cursor', 'mcp.json')];
  },
  rewritesFileWhileRunning: false,
  reload: 'watched',
  restartHint: 'Quit Cursor and open it again.',
  claimedNames: ['cursor-vscode', 'cursor'],
  notesAfterChange: () => [
    'Cursor watches this file. A new server may be off until it is switched on in Cursor Settings → MCP; open chats may not see it.',
  ],
  notesForName: (connector) =>
    connector.length > CURSOR_NAME_LIMIT
      ? [
          `Cursor hides tools when server name and tool name together pass 60 characters: "${connector}" has ${String(connector.length)}, ` +
            `which leaves ${String(60 - connector.length)} for the tool. A name of at most ${String(CURSOR_NAME_LIMIT)} is safer.`,
        ]
      : [],
};

export const adapters: readonly ClientAdapter[] = [claudeDesktop, cursor];

export function adapterFor(client: WritableClientId): ClientAdapter {
  switch (client) {
    case 'claude_desktop':
      return claudeDesktop;
    case 'cursor':
      return cursor;
  }
}
