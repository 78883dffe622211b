/** Owns the tray icon: draws a TrayView, and only what is another than before. Decides nothing. */
import { join } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import type { Electron } from './companion-host.ts';
import type { TrayAction, TrayIcon, TrayView } from './tray-model.ts';

export interface TrayOwner {
  draw(view: TrayView): void;
  close(): void;
}

/** macOS tints a template image (black and alpha) itself; elsewhere the state has a colour. @2x files stand beside. */
export function trayImage(directory: string, state: TrayIcon, platform: string): string {
  const name = state.replace('_', '-');
  return join(directory, platform === 'darwin' ? `${name}Template.png` : `${name}.png`);
}

/** A single & would underline what follows it and vanish. */
const menuText = (label: string): string => label.replaceAll('&', '&&');

export function menuTemplate(view: TrayView, act: (action: TrayAction) => void): MenuItemConstructorOptions[] {
  return view.menu.flatMap((group, index) => [
    ...(index === 0 ? [] : [{ type: 'separator' as const }]),
    ...group.map(({ label, action }) =>
      action === undefined
        ? { label: menuText(label), enabled: false }
        : { label: menuText(label), click: () => act(action) },
    ),
  ]);
}

export function createTray(
  electron: Electron,
  options: { images: string; platform: string; view: TrayView; act: (action: TrayAction) => void },
): TrayOwner {
  const image = (view: TrayView): string => trayImage(options.images, view.state, options.platform);
  const tray = new electron.Tray(image(options.view));
  let drawn: TrayView | undefined;
  const draw = (view: TrayView): void => {
    if (view.state !== drawn?.state) tray.setImage(image(view));
    if (view.tooltip !== drawn?.tooltip) tray.setToolTip(view.tooltip);
    // A menu that is set anew closes under the pointer of whoever reads it.
    if (JSON.stringify(view.menu) !== JSON.stringify(drawn?.menu))
      tray.setContextMenu(electron.Menu.buildFromTemplate(menuTemplate(view, options.act)));
    drawn = view;
  };
  tray.on('click', () => {
    // On macOS a click opens the menu, as people expect there.
    if (options.platform !== 'darwin') options.act({ kind: 'open' });
  });
  draw(options.view);
  return { draw, close: () => tray.destroy() };
}
