/** Which paths no agent may name in an argument, on this machine; feeds the built-in deny of policy/protected-paths.ts. */
import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, normalize, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProtectedPaths } from '../policy/protected-paths.ts';

/** Relative to the home folder: ours, the keychain's files, the clients' configuration and hook files. */
const IN_HOME = [
  '.runlayer',
  '.local/share/keyrings',
  'Library/Keychains',
  'AppData/Local/Microsoft/Credentials',
  'AppData/Roaming/Microsoft/Credentials',
  'AppData/Local/Microsoft/Vault',
  '.cursor/mcp.json',
  '.cursor/hooks.json',
  '.claude.json',
  '.claude/settings.json',
  '.claude/settings.local.json',
  '.codex/config.toml',
  '.codex/hooks.json',
  '.gemini/settings.json',
  '.gemini/config',
  '.copilot',
  '.config/Claude/claude_desktop_config.json',
  'Library/Application Support/Claude/claude_desktop_config.json',
  'AppData/Roaming/Claude/claude_desktop_config.json',
  '.config/Code/User/mcp.json',
  'Library/Application Support/Code/User/mcp.json',
  'AppData/Roaming/Code/User/mcp.json',
  '.codeium/windsurf/mcp_config.json',
  '.codeium/windsurf/hooks.json',
  '.config/opencode',
  '.config/zed/settings.json',
];

/** The path with the links of its existing part followed; the rest is kept as it stands. */
function followLinks(path: string): string {
  let existing = path;
  const rest: string[] = [];
  for (;;) {
    try {
      return join(realpathSync.native(existing), ...rest);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
      const parent = dirname(existing);
      if (parent === existing) return path;
      rest.unshift(existing.slice(parent.length).replace(/^[/\\]+/, ''));
      existing = parent;
    }
  }
}

function decoded(text: string): string | undefined {
  if (!text.includes('%')) return undefined;
  try {
    const value = decodeURIComponent(text);
    return value === text ? undefined : value;
  } catch {
    return undefined;
  }
}

function absolute(text: string, home: string, cwd: string): string | undefined {
  if (text.includes('\0')) return undefined;
  if (/^file:/i.test(text)) {
    try {
      return fileURLToPath(text);
    } catch {
      return undefined;
    }
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return undefined;
  if (text === '~' || text.startsWith('~/') || text.startsWith('~\\')) return join(home, text.slice(1));
  const variable = /^\$(?:HOME|\{HOME\})(?=$|[/\\])/.exec(text);
  if (variable !== null) return join(home, text.slice(variable[0].length));
  return isAbsolute(text) ? normalize(text) : resolve(cwd, text);
}

/** Built once per policy; `companionHome` is protected wherever it lies. */
export function protectedPaths(companionHome: string, cwd: string): ProtectedPaths {
  const home = homedir();
  const plain = [companionHome, ...IN_HOME.map((name) => join(home, ...name.split('/')))];
  const roots = [...new Set([...plain, ...plain.map(followLinks)])];
  return {
    roots,
    separator: sep,
    foldsCase: process.platform !== 'linux',
    resolve: (text) => {
      const meant = [text, decoded(text)].flatMap((candidate) => {
        const path = candidate === undefined ? undefined : absolute(candidate, home, cwd);
        return path === undefined ? [] : [path];
      });
      return meant.flatMap((path) => {
        try {
          return [path, followLinks(path)];
        } catch (error) {
          // Names that no file can have cannot name a protected one; anything else we cannot tell.
          const code = error instanceof Error && 'code' in error ? error.code : undefined;
          if (code === 'ENAMETOOLONG') return [path];
          throw error;
        }
      });
    },
  };
}
