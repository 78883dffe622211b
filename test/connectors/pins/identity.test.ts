import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProgramDefinition } from '../../../preload/contract/index.ts';
import { identityOf } from '../../../main/connectors/pins/identity.ts';
import { NO_IDENTITY } from '../../../main/pin/identity.ts';
import { aHome } from './bench.ts';

const program = (command: string, ...args: string[]): ProgramDefinition => ({ command, args, env: {}, secrets: {} });

/** What npm leaves behind for what it was told to fetch. */
function cached(cache: string, specs: string, lock: unknown): void {
  const folder = createHash('sha512').update(specs).digest('hex').slice(0, 16);
  const modules = join(cache, '_npx', folder, 'node_modules');
  mkdirSync(modules, { recursive: true });
  writeFileSync(join(modules, '.package-lock.json'), typeof lock === 'string' ? lock : JSON.stringify(lock));
}

const lockOf = (name: string, entry: unknown): unknown => ({
  lockfileVersion: 3,
  packages: { [`node_modules/${name}`]: entry },
});

describe('what a connector is', () => {
  it('is the command and the file behind it', async () => {
    const resolved = { path: '/usr/bin/server', realPath: '/opt/server', sha256: 'aa' };
    const home = aHome();
    expect(await identityOf(program('server', '--x'), resolved, { env: {}, home })).toEqual({
      ...NO_IDENTITY,
      command: 'server',
      path: '/opt/server',
      sha256: 'aa',
    });
    expect(await identityOf(program('server'), undefined, { env: {}, home })).toEqual({
      ...NO_IDENTITY,
      command: 'server',
    });
  });

  it('is the address of a server over HTTP', async () => {
    const definition = {
      url: 'https://a.example/mcp',
      transport: 'streamable-http',
      headers: {},
      secrets: {},
      oauth: false,
    } as const;
    expect(await identityOf(definition, undefined, { env: {} })).toEqual({
      ...NO_IDENTITY,
      url: 'https://a.example/mcp',
    });
  });

  it.each([
    [['npx', '-y', '@scope/server@1.2.3', '--root', '/x'], 'npm', '@scope/server', '1.2.3'],
    [['npx', 'server'], 'npm', 'server', null],
    [['npx', '-y', 'server@latest'], 'npm', 'server', null],
    [['npx', '-p', 'server@2.0.0', 'bin'], 'npm', 'server', '2.0.0'],
    [['/usr/bin/npx', '-y', 'server@^1.2.0'], 'npm', 'server', null],
    [['npm', '--prefix', '/x', 'exec', 'server@1.0.0'], 'npm', 'server', '1.0.0'],
    [['bunx', 'server@1.2.3'], 'npm', 'server', '1.2.3'],
    [['pnpm', 'dlx', 'server@1.2.3'], 'npm', 'server', '1.2.3'],
    [['uvx', 'mcp-server-git==2026.1.2'], 'python', 'mcp-server-git', '2026.1.2'],
    [['uvx', '--from', 'tools[cli]@1.5', 'bin'], 'python', 'tools', '1.5'],
    [['uv', 'tool', 'run', 'server'], 'python', 'server', null],
    [['pipx', 'run', '--spec', 'server==1', 'bin'], 'python', 'server', '1'],
    [['node', 'server.js'], null, null, null],
    [['uv', 'run', 'server.py'], null, null, null],
    [['npx', 'github:a/b'], null, null, null],
    [['npx', './local'], null, null, null],
    [['npx'], null, null, null],
    [['uvx', '--from', 'git+https://example.com/a', 'bin'], null, null, null],
  ])('of %j names ecosystem, package and version', async ([command = '', ...args], ecosystem, name, version) => {
    const found = await identityOf(program(command, ...args), undefined, { env: {}, home: aHome() });
    expect([found.ecosystem, found.package, found.version, found.integrity]).toEqual([ecosystem, name, version, null]);
  });

  it('has version and integrity of what npx has in its cache', async () => {
    const home = aHome();
    cached(join(home, '.npm'), '@scope/server', lockOf('@scope/server', { version: '1.4.0', integrity: 'sha512-one' }));
    const found = await identityOf(program('npx', '-y', '@scope/server'), undefined, { env: {}, home });
    expect(found).toMatchObject({ package: '@scope/server', version: '1.4.0', integrity: 'sha512-one' });
    // Another spec is another folder of the cache.
    const other = await identityOf(program('npx', '-y', '@scope/server@1.3.0'), undefined, { env: {}, home });
    expect(other).toMatchObject({ version: '1.3.0', integrity: null });
  });

  it('looks where npm is told that its cache is, and for all that is fetched together', async () => {
    const cache = aHome();
    cached(cache, 'a-first\nserver', lockOf('server', { version: '1.0.0', integrity: 'sha512-x' }));
    for (const name of ['npm_config_cache', 'NPM_CONFIG_CACHE']) {
      const found = await identityOf(program('npx', '-p', 'server', '-p', 'a-first', 'bin'), undefined, {
        env: { [name]: cache },
        home: aHome(),
      });
      expect(found).toMatchObject({ package: 'server', version: '1.0.0', integrity: 'sha512-x' });
    }
    const relative = { env: { npm_config_cache: 'cache' }, home: aHome() };
    expect((await identityOf(program('npx', 'server'), undefined, relative)).integrity).toBeNull();
  });

  it.each([
    ['no JSON', '{'],
    ['an array', []],
    ['no packages', {}],
    ['packages of another kind', { packages: [] }],
    ['an entry of another kind', lockOf('server', 'x')],
    ['values of another kind', lockOf('server', { version: 1, integrity: ['x'] })],
    ['values that are too long', lockOf('server', { version: 'x'.repeat(600), integrity: 'y'.repeat(600) })],
    ['a file that is too large', `"${'x'.repeat(8 * 1024 * 1024)}"`],
  ])('is not known from a lock with %s', async (_name, lock) => {
    const home = aHome();
    cached(join(home, '.npm'), 'server', lock);
    const found = await identityOf(program('npx', 'server'), undefined, { env: {}, home });
    expect([found.version, found.integrity]).toEqual([null, null]);
  });

  it('is not known where a folder lies in the place of the lock', async () => {
    const home = aHome();
    const folder = createHash('sha512').update('server').digest('hex').slice(0, 16);
    mkdirSync(join(home, '.npm', '_npx', folder, 'node_modules', '.package-lock.json'), { recursive: true });
    expect((await identityOf(program('npx', 'server'), undefined, { env: {}, home })).version).toBeNull();
  });

  it('takes no package of a prototype', async () => {
    const home = aHome();
    cached(join(home, '.npm'), 'server', '{"packages":{"__proto__":{"node_modules/server":{"version":"6"}}}}');
    expect((await identityOf(program('npx', 'server'), undefined, { env: {}, home })).version).toBeNull();
  });
});
