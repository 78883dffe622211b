import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellPaths } from '../../main/shell/paths.ts';
import { createFakeElectron } from './fake-electron.ts';

describe('shellPaths', () => {
  it('of a package', () => {
    const { electron } = createFakeElectron({ root: '/a/app.asar', packaged: true });
    expect(
      shellPaths(electron, {
        env: { RUNLAYER_COMPANION_HOME: '/h', PATH: process.env['PATH'] },
        resourcesPath: '/res',
      }),
    ).toEqual({
      home: '/h',
      preload: '/a/app.asar/out/preload/preload.cjs',
      renderer: '/a/app.asar/out/renderer',
      approval: '/a/app.asar/out/approval',
      trayImages: '/res/tray',
      program: { nodePath: '', scriptPath: '' },
    });
  });

  it('of a checkout', () => {
    const { electron } = createFakeElectron({ root: '/c', packaged: false });
    const paths = shellPaths(electron, { env: { PATH: dirname(process.execPath) }, resourcesPath: '/res' });
    expect(paths.home).toBe(join(homedir(), '.runlayer', 'companion'));
    expect(paths.trayImages).toBe('/c/resources/tray');
    expect(paths.program).toEqual({ nodePath: process.execPath, scriptPath: '/c/out/cli/runlayer.js' });
    expect(shellPaths(electron, { env: { PATH: '/nowhere' }, resourcesPath: '/res' }).program.nodePath).toBe('');
  });
});
