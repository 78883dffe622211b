/** Which paths no agent may name in an argument, on this machine; feeds the built-in deny of policy/protected-paths.ts. */
import { fileURLToPath } from 'node:url';
import type { ProtectedPaths } from '../policy/protected-paths.ts';
import { localPaths, type LocalPaths } from './local-path.ts';
import { ownPathSystem, type PathSystem } from './path-system.ts';

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

/** PATH_MAX on Linux; a longer text is opened by nobody as it stands. */
const MAX_PATH_CHARACTERS = 4096;
const MAX_LINKS = 40;
const MAX_DECODINGS = 3;
const SEPARATORS = { '/': /\//, '\\': /[/\\]/ };
const REPEATED_SEPARATORS = { '/': /\/(?:\.?\/)+/g, '\\': /[/\\](?:\.?[/\\])+/g };

type Here = PathSystem & LocalPaths;

/**
 * The absolute path as the system would walk it: links followed one by one, `..` behind a link meaning the parent of its
 * target, links to files that do not exist yet included. What lies behind the first missing part is kept as it stands.
 * Throws where it leads to another machine or a device, which is never asked.
 */
function followLinks(absolute: string, here: Here): string {
  const { path: paths } = here;
  const { sep } = paths;
  const known = new Map<string, string | undefined | null>();
  const begin = (path: string): [root: string, parts: string[]] => {
    const local = here.local(path);
    const { root } = paths.parse(local);
    return [root.replaceAll('/', sep), local.slice(root.length).split(SEPARATORS[sep]).toReversed()];
  };
  let [real, pending] = begin(absolute);
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real = paths.dirname(real);
      continue;
    }
    const next = real.endsWith(sep) ? real + name : real + sep + name;
    const target = known.has(next) ? known.get(next) : here.isDevice(name) ? null : here.linkTarget(next);
    known.set(next, target);
    if (target === null) return paths.join(here.canonical(real), name, ...pending.toReversed());
    if (target === undefined) {
      real = next;
      continue;
    }
    if (++links > MAX_LINKS) throw new Error('an argument leads through too many links');
    if (paths.isAbsolute(target)) {
      const [root, parts] = begin(target);
      real = root;
      pending = [...pending, ...parts];
    } else pending.push(...target.split(SEPARATORS[sep]).toReversed());
  }
  return here.canonical(real);
}

/** Percent escapes decoded where they are whole; the rest stays, as tolerant decoders do it. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** The text and what it reads as after decoding, however often it was encoded. */
function spellings(text: string): string[] {
  const found = [text];
  for (let i = 0; i < MAX_DECODINGS; i++) {
    const last = found.at(-1) ?? '';
    const next = last.includes('%') ? decoded(last) : last;
    if (next === last) break;
    found.push(next);
  }
  return found;
}

/** Long texts are content, unless they are a path blown up by parts that mean nothing. */
function shortened(text: string, { path }: PathSystem): string | undefined {
  if (text.length <= MAX_PATH_CHARACTERS) return text;
  const short = text.replace(REPEATED_SEPARATORS[path.sep], path.sep);
  if (short.length <= MAX_PATH_CHARACTERS) return short;
  if (!short.includes('..')) return undefined;
  const normal = path.normalize(short);
  return normal.length <= MAX_PATH_CHARACTERS ? normal : undefined;
}

function fromFileUrl(text: string, windows: boolean): string | undefined {
  try {
    return fileURLToPath(text, { windows });
  } catch {
    // Another host's file, or an escaped separator: programs that look at the path alone open it all the same.
    return URL.canParse(text) ? decoded(new URL(text).pathname) : undefined;
  }
}

/** Absolute texts, `..` not resolved yet, that one spelling may stand for. */
function absolutes(spelling: string, here: Here, cwd: string): string[] {
  const { home, user } = here;
  const { path } = here;
  const { sep } = path;
  const [beforeNul = ''] = spelling.trim().split('\0', 1);
  const url = /^file:/i.test(beforeNul);
  if (!url && /^[a-z][a-z0-9+.-]+:\/\//i.test(beforeNul)) return [];
  const text = shortened(url ? (fromFileUrl(beforeNul, sep !== '/') ?? '') : beforeNul, here);
  if (text === undefined || text === '') return [];
  const own = /^(?:~([^/\\]*)|\$HOME|\$\{HOME\})(?=$|[/\\])/.exec(text);
  if (own !== null && (own[1] === undefined || own[1] === '' || own[1] === user)) {
    return [home + sep + text.slice(own[0].length)];
  }
  if (path.isAbsolute(text)) return [here.local(text)];
  // Where the server stands is its own affair: a way up from there may lead to the home folder.
  const down = path.normalize(text).replace(/^(?:\.\.[/\\])+/, '');
  return [cwd + sep + text, home + sep + down];
}

function withoutLastSeparator(absolute: string, { path }: PathSystem): string {
  return absolute.endsWith(path.sep) && absolute.length > path.parse(absolute).root.length
    ? absolute.slice(0, -1)
    : absolute;
}

/** Built once per policy; `companionHome` is protected wherever it lies. */
export function protectedPaths(
  companionHome: string,
  cwd: string,
  system: PathSystem = ownPathSystem(),
): ProtectedPaths {
  const { home, foldsCase } = system;
  const { path: at } = system;
  const here: Here = { ...system, ...localPaths(system.path, [home, companionHome, cwd]) };
  const real = (path: string): string => followLinks(path, here);
  const plain = [at.resolve(companionHome), ...IN_HOME.map((name) => at.join(home, ...name.split('/')))];
  const roots = [...new Set([...plain, ...plain.map(real)])];
  return {
    roots,
    homes: [home, real(home)],
    separator: at.sep,
    foldsCase,
    resolve: (text) => {
      const texts = new Set(spellings(text).flatMap((spelling) => absolutes(spelling, here, cwd)));
      // Some programs resolve `..` in the text, others leave it to the system.
      const normals = new Set([...texts].map((path) => withoutLastSeparator(at.normalize(path), here)));
      return [...new Set([...normals, ...[...new Set([...texts, ...normals])].map(real)])];
    },
  };
}
