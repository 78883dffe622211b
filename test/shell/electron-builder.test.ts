import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { APP_ID } from '../../main/shell/prepare.ts';
import { DEEP_LINK_SCHEME } from '../../main/shell/deep-link.ts';

const project = join(import.meta.dirname, '..', '..');
// app-builder-lib belongs to electron-builder, so it is looked for from there.
const fromBuilder = createRequire(createRequire(import.meta.url).resolve('electron-builder/package.json'));

const Config = z.looseObject({
  appId: z.string(),
  asar: z.boolean(),
  // electron-builder gathers the patterns into sets.
  files: z.array(z.object({ filter: z.array(z.string()) })),
  electronFuses: z.record(z.string(), z.boolean()),
  protocols: z.array(z.object({ name: z.string(), schemes: z.array(z.string()) })),
  extraResources: z.array(z.object({ from: z.string(), to: z.string() })),
  mac: z.looseObject({ icon: z.string(), entitlements: z.string(), hardenedRuntime: z.boolean() }),
});
interface Builder {
  getConfig(project: string, path: string, options: object): Promise<unknown>;
  validateConfiguration(
    config: unknown,
    logger: { isEnabled: boolean; add(key: string, value: unknown): void },
  ): Promise<void>;
}
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a part of app-builder-lib without an entry of its own
const builder = fromBuilder('app-builder-lib/out/util/config/config.js') as Builder;
const logger = { isEnabled: false, add: () => undefined };
const read = (): Promise<unknown> => builder.getConfig(project, join(project, 'electron-builder.yml'), {});

/** Width, height and whether the pixels carry alpha, from a PNG's header. */
function pngHeader(path: string): { width: number; height: number; alpha: boolean } {
  const bytes = readFileSync(path);
  expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
  const colorType = bytes.readUInt8(25);
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), alpha: colorType === 6 || colorType === 4 };
}

describe('electron-builder.yml', () => {
  it('is a valid configuration', async () => {
    await expect(builder.validateConfiguration(await read(), logger)).resolves.toBeUndefined();
  });

  it('would be refused with a fuse that does not exist', async () => {
    const config = Config.parse(await read());
    const wrong = { ...config, electronFuses: { ...config.electronFuses, enableEverything: true } };
    await expect(builder.validateConfiguration(wrong, logger)).rejects.toThrow(/electronFuses/);
  });

  it('states every fuse', async () => {
    const { electronFuses } = Config.parse(await read());
    expect(electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: true,
    });
    const schema = z
      .object({ definitions: z.object({ FuseOptionsV1: z.object({ properties: z.record(z.string(), z.unknown()) }) }) })
      .parse(JSON.parse(readFileSync(fromBuilder.resolve('app-builder-lib/scheme.json'), 'utf8')));
    expect(Object.keys(electronFuses).sort()).toEqual(Object.keys(schema.definitions.FuseOptionsV1.properties).sort());
  });

  it('ships what was built, and nothing of the sources', async () => {
    const config = Config.parse(await read());
    expect(config.appId).toBe(APP_ID);
    expect(config.asar).toBe(true);
    expect(config.files.flatMap(({ filter }) => filter).filter((pattern) => !pattern.startsWith('!'))).toEqual([
      'out/**',
      'package.json',
    ]);
    expect(config.mac.hardenedRuntime).toBe(true);
    expect(config.protocols).toEqual([{ name: 'Runlayer Companion', schemes: [DEEP_LINK_SCHEME] }]);
    expect(config.extraResources).toEqual([{ from: 'resources/tray', to: 'tray' }]);
  });

  it('names files that are there', async () => {
    const { mac } = Config.parse(await read());
    expect(existsSync(join(project, mac.entitlements))).toBe(true);
    expect(pngHeader(join(project, mac.icon))).toEqual({ width: 512, height: 512, alpha: true });
  });

  it.each(['protected', 'blocked-lately', 'attention', 'not-enforcing'])('has tray images for %s', (state) => {
    for (const name of [state, `${state}Template`]) {
      const file = (suffix: string): string => join(project, 'resources', 'tray', `${name}${suffix}.png`);
      expect(pngHeader(file(''))).toEqual({ width: 16, height: 16, alpha: true });
      expect(pngHeader(file('@2x'))).toEqual({ width: 32, height: 32, alpha: true });
    }
  });
});
