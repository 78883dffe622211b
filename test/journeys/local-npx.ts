/** A package runner that finds two real servers on this machine, so that nothing is fetched. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { everythingServer, filesystemServer, node, type CompanionHome } from './companion-home.ts';

/** `npx -y <package>@<version> …`. */
const NPX = `#!/bin/sh
case "$2" in
  @modelcontextprotocol/server-filesystem@*) server='${filesystemServer}' ;;
  @modelcontextprotocol/server-everything@*) server='${everythingServer}' ;;
  @brave/brave-search-mcp-server@*) server='${everythingServer}' ;;
  *) echo "not here: $2" >&2; exit 1 ;;
esac
shift 2
exec '${node}' "$server" "$@"
`;

/** Found by the person's login shell from now on. */
export function installNpx({ path }: Pick<CompanionHome, 'path'>): void {
  const bin = join(path, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'npx'), NPX);
  chmodSync(join(bin, 'npx'), 0o755);
  writeFileSync(join(path, '.profile'), `PATH='${bin}:/usr/bin:/bin'; export PATH\n`);
}
