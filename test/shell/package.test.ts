/** Packs the true archive, with a stub in Electron's place, and looks at everything that would be shipped. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { existsSync, lstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const project = join(import.meta.dirname, '..', '..');
const builderRequire = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));
const fromAppBuilder = createRequire(builderRequire.resolve('app-builder-lib/package.json'));

interface Builder {
  readonly build: (options: object) => Promise<unknown>;
  readonly Platform: { readonly LINUX: { createTarget(target: string, arch: number): unknown } };
  readonly Arch: { readonly x64: number };
}
interface Asar {
  listPackage(archive: string, options: object): string[];
  extractAll(archive: string, folder: string): void;
}
// oxlint-disable typescript/no-unsafe-type-assertion -- two libraries without the types that are needed here
const builder = builderRequire('electron-builder') as Builder;
const asar = fromAppBuilder('@electron/asar') as Asar;
// oxlint-enable typescript/no-unsafe-type-assertion

function missing(): string | undefined {
  if (!existsSync(join(project, 'out', 'approval', 'index.html'))) return 'not built, run npm run build';
  // electron-builder takes what lies behind a link for foreign, and leaves parts of it out.
  const isLink = ['node_modules', 'node_modules/execa'].some((path) => lstatSync(join(project, path)).isSymbolicLink());
  return isLink ? 'the packages are links' : undefined;
}
const reason = missing();

/** What the lockfile says is no part of development. */
const Lock = z.looseObject({ packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })) });

describe.skipIf(reason !== undefined)(
  `what an installed app holds${reason === undefined ? '' : ` [skipped: ${reason}]`}`,
  () => {
    let folder: string;
    let app: string;
    /** Paths in the archive, without the leading slash; folders are not among them. */
    let files: string[];

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'rl-package-'));
      const stub = join(folder, 'stub');
      await mkdir(join(stub, 'resources'), { recursive: true });
      await writeFile(join(stub, 'electron'), 'in the place of Electron');
      await chmod(join(stub, 'electron'), 0o755);
      await builder.build({
        projectDir: project,
        targets: builder.Platform.LINUX.createTarget('dir', builder.Arch.x64),
        publish: 'never',
        // Laid over the true electron-builder.yml.
        config: {
          electronDist: stub,
          // There are none in the stub to be flipped; electron-builder.test.ts holds them.
          electronFuses: null,
          directories: { output: join(folder, 'dist') },
        },
      });
      app = join(folder, 'dist', 'linux-unpacked', 'resources');
      const archive = join(app, 'app.asar');
      const all = asar.listPackage(archive, {}).map((path) => path.slice(1));
      const folders = new Set(all.map((path) => path.slice(0, Math.max(0, path.lastIndexOf('/')))));
      files = all.filter((path) => !folders.has(path));
      asar.extractAll(archive, join(folder, 'app'));
    }, 180_000);
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('is what was built, what it needs, and nothing beside', () => {
      const top = (depth: number, under: string): string[] => [
        ...new Set(
          files.filter((path) => path.startsWith(under)).map((path) => path.split('/').slice(0, depth).join('/')),
        ),
      ];
      expect(top(1, '').sort()).toEqual(['node_modules', 'out', 'package.json']);
      expect(top(2, 'out/').sort()).toEqual([
        'out/approval',
        'out/catalogue.json',
        'out/cli',
        'out/licences.json',
        'out/main',
        'out/preload',
        'out/renderer',
      ]);
      expect(files.filter((path) => path.startsWith('out/preload/'))).toEqual(['out/preload/preload.cjs']);
      expect(files).toContain('out/main/index.js');
      expect(files).toContain('out/renderer/index.html');
      expect(files).toContain('out/approval/index.html');
    });

    it('holds no source, no map and no test', () => {
      expect(files.filter((path) => /\.(map|tsx?|mts|cts|snap)$/.test(path))).toEqual([]);
      expect(files.filter((path) => /(^|[./])(test|spec)\.[cm]?js$/.test(path))).toEqual([]);
      expect(files.filter((path) => /(^|\/)(__tests__|fixtures?)\//.test(path))).toEqual([]);
      // The interface is bundled: what it was made of is no part of it.
      expect(
        files.filter((path) => /^node_modules\/(react|react-dom|scheduler|@tanstack|tailwindcss)\//.test(path)),
      ).toEqual([]);
    });

    it('holds no settings of a developer, key or other secret', async () => {
      expect(
        files.filter((path) =>
          /(^|\/)(\.env[^/]*|\.npmrc|\.git|id_[a-z0-9]+|[^/]*\.(pem|key|p12|pfx|kdbx))$/i.test(path),
        ),
      ).toEqual([]);
      const SECRET =
        /-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bnpm_[A-Za-z0-9]{36}\b|\bAKIA[0-9A-Z]{16}\b|\brl_[a-z]*_?[A-Za-z0-9]{32,}\b/;
      const root = await realpath(project);
      const found: string[] = [];
      for (const path of files.filter((file) => file.startsWith('out/') || file === 'package.json')) {
        const text = await readFile(join(folder, 'app', path), 'latin1');
        if (SECRET.test(text)) found.push(`${path}: a secret`);
        // Where it was built is nobody's business, and leads nowhere on another machine.
        if (text.includes(root) || text.includes(project)) found.push(`${path}: a path of this machine`);
      }
      expect(found).toEqual([]);
    });

    it('holds no package that is there for development alone', async () => {
      const lock = Lock.parse(JSON.parse(await readFile(join(project, 'package-lock.json'), 'utf8')));
      const nameOf = (path: string): string | undefined =>
        /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
      // electron-builder lays packages out anew, so that they are compared by name.
      const needed = new Set(
        Object.entries(lock.packages).flatMap(([path, { dev }]) => (dev === true ? [] : (nameOf(path) ?? []))),
      );
      const packages = new Set(
        files.filter((path) => path.startsWith('node_modules/')).flatMap((path) => nameOf(path) ?? []),
      );
      expect(packages.size).toBeGreaterThan(20);
      expect([...packages].filter((name) => !needed.has(name))).toEqual([]);
      expect([...packages].filter((name) => /node-linux-|electron$|vitest|playwright/.test(name))).toEqual([]);
    });

    it('has a manifest without scripts', async () => {
      const manifest = z
        .record(z.string(), z.unknown())
        .parse(JSON.parse(await readFile(join(folder, 'app', 'package.json'), 'utf8')));
      expect(manifest['main']).toBe('out/main/index.js');
      expect(manifest).not.toHaveProperty('scripts');
      expect(manifest).not.toHaveProperty('devDependencies');
    });

    it('has beside it the images of the tray, and native modules that can be loaded', async () => {
      const images = ['protected', 'blocked-lately', 'attention', 'not-enforcing'].flatMap((state) =>
        ['', 'Template'].flatMap((kind) => ['', '@2x'].map((size) => `${state}${kind}${size}.png`)),
      );
      for (const image of images) expect(existsSync(join(app, 'tray', image)), image).toBe(true);
      const native = files.filter((path) => path.endsWith('.node'));
      expect(native.length).toBeGreaterThan(0);
      for (const path of native) expect(existsSync(join(app, 'app.asar.unpacked', path)), path).toBe(true);
    });

    it('finds all that it imports', () => {
      const entries = ['main/companion.js', 'main/index-worker.js', 'main/parse-worker.js', 'main/scan-worker.js'];
      // Workers wait for messages: each is told to end once it is loaded.
      const script = entries
        .slice(0, 1)
        .map((entry) => `await import(${JSON.stringify(join(folder, 'app', 'out', entry))});`)
        .join('\n');
      const { status, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', `${script}\nprocess.exit(0)`],
        {
          encoding: 'utf8',
          timeout: 60_000,
        },
      );
      expect(stderr).not.toMatch(/ERR_MODULE_NOT_FOUND|Cannot find/);
      expect(status).toBe(0);
    });
  },
);
