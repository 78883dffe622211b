/**
 * Owns the window's two channels. Answers only the top frame of our own window at our own address, only operations that
 * the interface may ask for, only with an input of their schema. Whatever else comes is refused with a value.
 */
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { CALL_CHANNEL, EVENT_CHANNEL, type BridgeReply } from '../../preload/contract/bridge.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { toFailure, type Failure } from '../../preload/contract/failure.ts';
import { operations } from '../../preload/contract/operations.ts';
import { interfaceOperation } from '../control/http-operation.ts';
import { isAppUrl } from './app-protocol.ts';
import type { CompanionHost, Electron } from './companion-host.ts';

const refused = (code: string, message: string, next: string): BridgeReply => {
  const error: Failure = { code, message, next };
  return { ok: false, error };
};

/** A frame that navigated away, was destroyed, or sits inside another is not our page. */
function isOurPage(event: IpcMainInvokeEvent, window: BrowserWindow | undefined): boolean {
  if (window === undefined || window.isDestroyed() || event.sender !== window.webContents) return false;
  const frame = event.senderFrame;
  return frame !== null && frame === window.webContents.mainFrame && isAppUrl(frame.url);
}

export interface IpcOptions {
  readonly window: () => BrowserWindow | undefined;
  /** undefined until the companion runs, and again once it stopped. */
  readonly host: () => CompanionHost | undefined;
}

async function answerCall(
  options: IpcOptions,
  event: IpcMainInvokeEvent,
  args: readonly unknown[],
): Promise<BridgeReply> {
  if (!isOurPage(event, options.window())) {
    return refused(
      'E_WRONG_SENDER',
      'This request is not from the companion window.',
      'Close it and open the window from the tray.',
    );
  }
  const [name, input] = args;
  const operation = typeof name === 'string' && args.length === 2 ? interfaceOperation(name) : undefined;
  if (operation === undefined) {
    return refused(
      'E_UNKNOWN_OPERATION',
      'The window cannot ask for this.',
      'Run "runlayer --help" to see what a terminal can do.',
    );
  }
  const parsed = operations[operation].input.safeParse(input);
  if (!parsed.success) {
    return refused(
      'E_INVALID_INPUT',
      `This is not an input of ${operation}.`,
      'Close the window and open it again from the tray.',
    );
  }
  const host = options.host();
  if (host === undefined) {
    return refused('E_NOT_RUNNING', 'The companion is not running.', 'Quit the app and start it again.');
  }
  try {
    return { ok: true, value: await host.call(operation, parsed.data, 'ui') };
  } catch (thrown) {
    return { ok: false, error: toFailure(thrown) };
  }
}

export function serveWindow(electron: Pick<Electron, 'ipcMain'>, options: IpcOptions): void {
  electron.ipcMain.handle(CALL_CHANNEL, (event, ...args: unknown[]) => answerCall(options, event, args));
}

/** Announces an event to the open window, if there is one with our page in it. */
export function sendEvent(window: BrowserWindow | undefined, event: CompanionEvent): void {
  if (window === undefined || window.isDestroyed() || !isAppUrl(window.webContents.getURL())) return;
  window.webContents.send(EVENT_CHANNEL, event);
}
