import { join } from 'node:path';
import type { UserConfig } from 'vite';
import { rendererConfig } from '../vite.config.ts';

/** The approval window: a document of its own, so that nothing of the interface is in it. */
export const approvalConfig: UserConfig = {
  ...rendererConfig,
  root: import.meta.dirname,
  publicDir: join(import.meta.dirname, '..', 'public'),
  build: { ...rendererConfig.build, outDir: '../../out/approval' },
};

// eslint-disable-next-line import/no-default-export -- the form in which vite reads a configuration file
export default approvalConfig;
