/**
 * Owns the two channels of our windows. Answers only the top frame of a window of ours at that window's own address, only
 * operations that its document may ask for, only with an input of their schema. Who asks is told by the window that asked,
 * never by what it says. Whatever else comes is refused with a value.
 */
import type { BrowserWindow, IpcMainInvokeEvent } from 'electron';
import { CALL_CHANNEL, EVENT_CHANNEL, type BridgeReply } from '../../preload/contract/bridge.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { toFailure, type Failure } from '../../preload/contract/failure.ts';
import { operations, type OperationName } from '../../preload/contract/operations.ts';
import { interfaceOperation, type PageCaller } from '../control/http-operation.ts';
import { eventForPage } from '../operations/held-for-page.ts';
import { isAppUrl, type AppHost } from './app-protocol.ts';
import type { CompanionHost, Electron } from './companion-host.ts';

/** A window of ours, with the document that it shows. */
export interface ServedWindow {
  readonly window: () => BrowserWindow | undefined;
  readonly host: AppHost;
  readonly caller: PageCaller;
  /** Why this cannot be asked at this moment; undefined where it can. */
  readonly objects?: (name: OperationName, input: unknown) => Failure | undefined;
}

export interface IpcOptions {
  readonly windows: readonly ServedWindow[];
  /** undefined until the companion runs, and again once it stopped. */
  readonly host: () => CompanionHost | undefined;
}

const refused = (code: string, message: string, next: string): BridgeReply => {
  const error: Failure = { code, message, next };
  return { ok: false, error };
};

/** A frame that navigated away, was destroyed, or sits inside another is not our page. */
function isPageOf({ window: current, host }: ServedWindow, event: IpcMainInvokeEvent): boolean {
  const window = current();
  if (window === undefined || window.isDestroyed() || event.sender !== window.webContents) return false;
  const frame = event.senderFrame;
  return frame !== null && frame === window.webContents.mainFrame && isAppUrl(frame.url, host);
}

async function answerCall(
  options: IpcOptions,
  event: IpcMainInvokeEvent,
  args: readonly unknown[],
): Promise<BridgeReply> {
  const asking = options.windows.find((served) => isPageOf(served, event));
  if (asking === undefined) {
    return refused(
      'E_WRONG_SENDER',
      'This request is not from a window of the companion.',
      'Close it and open the window from the tray.',
    );
  }
  const [name, input] = args;
  const operation = typeof name === 'string' && args.length === 2 ? interfaceOperation(name, asking.caller) : undefined;
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
  const objection = asking.objects?.(operation, parsed.data);
  if (objection !== undefined) return { ok: false, error: objection };
  const host = options.host();
  if (host === undefined) {
    return refused('E_NOT_RUNNING', 'The companion is not running.', 'Quit the app and start it again.');
  }
  try {
    return { ok: true, value: await host.call(operation, parsed.data, asking.caller) };
  } catch (thrown) {
    return { ok: false, error: toFailure(thrown) };
  }
}

export function serveWindows(electron: Pick<Electron, 'ipcMain'>, options: IpcOptions): void {
  electron.ipcMain.handle(CALL_CHANNEL, (event, ...args: unknown[]) => answerCall(options, event, args));
}

/** Announces an event to an open window with our page in it; to the page, no more than it may see of it. */
export function sendEvent({ window: current, host, caller }: ServedWindow, event: CompanionEvent): void {
  const window = current();
  if (window === undefined || window.isDestroyed() || !isAppUrl(window.webContents.getURL(), host)) return;
  window.webContents.send(EVENT_CHANNEL, caller === 'window' ? event : eventForPage(event));
}
