// Builds everything into out/: the companion and its workers, the Electron entry, the preload bridge, the thin client,
// the interface and the launcher. One file, so that what a person installs is made in one place.
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { collectLicences } from './licences.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const out = join(root, 'out');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  console.error(`Node ${process.versions.node} cannot build this: use "npm run build", which brings its own Node.`);
  process.exit(1);
}

const { build } = await import('vite');

/** Node's own modules and every dependency stay imports: what ships beside the code is not bundled into it. */
const external = (id) =>
  !id.startsWith('.') && !id.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(id) && !id.startsWith('\0');

const common = {
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
};

function nodeBuild(options) {
  return build({
    ...common,
    build: {
      ssr: true,
      target: 'node22',
      emptyOutDir: false,
      outDir: options.outDir,
      minify: false,
      sourcemap: true,
      rollupOptions: {
        input: options.input,
        external: options.external ?? external,
        output: {
          format: options.format ?? 'es',
          entryFileNames: options.entryFileNames ?? '[name].js',
          chunkFileNames: '[name]-[hash].js',
          ...options.output,
        },
      },
    },
    plugins: options.plugins ?? [],
  });
}

rmSync(out, { recursive: true, force: true });

await nodeBuild({
  outDir: join(out, 'main'),
  input: {
    index: join(root, 'main/index.ts'),
    companion: join(root, 'main/companion.ts'),
    'run-local': join(root, 'main/cli/local/run-local.ts'),
    'start-host': join(root, 'main/cli/local/start-host.ts'),
    'index-worker': join(root, 'main/audit/disk/index-worker.ts'),
    'verify-worker': join(root, 'main/audit/disk/verify-worker.ts'),
    'parse-worker': join(root, 'main/transport/parse-worker.ts'),
    'scan-worker': join(root, 'main/scanner/scan-worker.ts'),
  },
});

// One file without chunks: it starts dozens of times a day. What is local to it is loaded from out/main when asked for.
await nodeBuild({
  outDir: join(out, 'cli'),
  input: { runlayer: join(root, 'main/cli/runlayer.ts') },
  plugins: [
    {
      name: 'local-commands-stay-outside',
      enforce: 'pre',
      resolveId(source) {
        const local = /^\.\/local\/([a-z-]+)\.ts$/.exec(source);
        return local === null ? null : { id: `../main/${local[1]}.js`, external: true };
      },
    },
  ],
  external: (id) => id.startsWith('node:') || id.startsWith('../main/'),
  output: { codeSplitting: false, banner: '#!/usr/bin/env node' },
});

// For programs: what `import 'runlayer-companion/hub'` loads, with its types.
const hubClient = join(out, 'hub-client');
await nodeBuild({
  outDir: hubClient,
  input: { 'mcp-config': join(root, 'main/hub-client/mcp-config.ts') },
  output: { codeSplitting: false },
});
copyFileSync(join(root, 'main/hub-client/types.ts'), join(hubClient, 'types.d.ts'));
writeFileSync(
  join(hubClient, 'mcp-config.d.ts'),
  `import type { HubClientOptions, McpConfigs } from './types.js';
export type * from './types.js';
export declare function createMcpConfig(options?: HubClientOptions): McpConfigs;
export declare const mcpConfig: McpConfigs;
`,
);

if (existsSync(join(root, 'preload/preload.ts'))) {
  await nodeBuild({
    outDir: join(out, 'preload'),
    input: { preload: join(root, 'preload/preload.ts') },
    format: 'cjs',
    entryFileNames: '[name].cjs',
    external: (id) => id === 'electron',
    output: { codeSplitting: false },
  });
}

copyFileSync(join(root, 'resources/catalogue.json'), join(out, 'catalogue.json'));

await build({ configFile: join(root, 'renderer/vite.config.ts'), logLevel: 'warn' });
await build({ configFile: join(root, 'renderer/approval/vite.config.ts'), logLevel: 'warn' });

writeFileSync(join(out, 'licences.json'), JSON.stringify(collectLicences(root)));

const { launcherText } = await import(pathToFileURL(join(root, 'main/clients/launcher.ts')).href);
const bin = join(out, 'bin');
mkdirSync(bin, { recursive: true });
const launcher = join(bin, 'runlayer');
writeFileSync(launcher, launcherText(process.execPath, join(out, 'cli', 'runlayer.js')));
chmodSync(launcher, 0o755);
