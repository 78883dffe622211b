/** Owns the tray icon: draws a TrayView. Decides nothing. */
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import type { Electron } from './companion-host.ts';
import type { TrayAction, TrayView } from './tray-model.ts';

export interface TrayOwner {
  draw(view: TrayView): void;
  close(): void;
}

/** macOS tints a template image (black and alpha) itself; elsewhere the state has a colour. @2x files stand beside. */
export function trayImage(directory: string, state: TrayView['state'], platform: string): string {
  const name = state.replace('_', '-');
  return join(directory, platform === 'darwin' ? `${name}Template.png` : `${name}.png`);
}

export function menuTemplate(view: TrayView, act: (action: TrayAction) => void): MenuItemConstructorOptions[] {
  return view.menu.flatMap((group, index) => [
    ...(index === 0 ? [] : [{ type: 'separator' as const }]),
    ...group.map(({ label, action }) =>
      action === undefined ? { label, enabled: false } : { label, click: () => act(action) },
    ),
  ]);
}

export function createTray(
  electron: Electron,
  options: { images: string; platform: string; view: TrayView; act: (action: TrayAction) => void },
): TrayOwner {
  const image = (view: TrayView): string => trayImage(options.images, view.state, options.platform);
  const tray = new electron.Tray(image(options.view));
  const draw = (view: TrayView): void => {
    tray.setImage(image(view));
    tray.setToolTip(view.tooltip);
    tray.setContextMenu(electron.Menu.buildFromTemplate(menuTemplate(view, options.act)));
  };
  tray.on('click', () => {
    // On macOS a click opens the menu, as people expect there.
    if (options.platform !== 'darwin') options.act('open');
  });
  draw(options.view);
  return { draw, close: () => tray.destroy() };
}
