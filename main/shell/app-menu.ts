import type { MenuItemConstructorOptions } from 'electron';

/**
 * macOS needs a menu for copy and quit to work; elsewhere none is shown. Electron's default menu offers reload and
 * developer tools, so it is replaced everywhere.
 */
export function appMenu(platform: string): MenuItemConstructorOptions[] | undefined {
  return platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] : undefined;
}
