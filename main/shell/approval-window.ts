/**
 * Owns the window in which a person says yes or no: one for all that waits, on top of other windows while something does.
 * It opens by itself without taking the keyboard, so that nobody's typing answers. Closing it answers nothing. A yes counts
 * only half a second after the window came up and after its question came: whoever makes a person click is quicker.
 */
import type { BrowserWindow } from 'electron';
import type { Failure } from '../../preload/contract/failure.ts';
import type { OperationName } from '../../preload/contract/operations.ts';
import { APPROVAL_URL } from './app-protocol.ts';
import type { Electron } from './companion-host.ts';
import { openWindow } from './open-window.ts';
import type { Waiting } from './waiting.ts';

export const ARM_MS = 500;
/** Kept in memory alone: nothing of the document outlives the app. */
export const APPROVAL_PARTITION = 'approval';

export interface ApprovalWindow {
  /** A person wants to see it. */
  show(): void;
  /** Something began to wait, or ended. */
  waitingChanged(change: 'began' | 'ended'): void;
  current(): BrowserWindow | undefined;
  /** Why a yes does not count yet; undefined for whatever else is asked. */
  objects(name: OperationName, input: unknown): Failure | undefined;
}

const TOO_SOON: Failure = {
  code: 'E_TOO_SOON',
  message: 'This was answered sooner than it can have been read; nothing was changed.',
  next: 'Look at it, then answer again.',
};

/** The id of what this input says yes to. */
function allowedId(name: OperationName, input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null || !('id' in input) || typeof input.id !== 'string') return undefined;
  if (name === 'approvals.approve') return input.id;
  return name === 'held.answer' && 'allow' in input && input.allow === true ? input.id : undefined;
}

export function createApprovalWindow(
  electron: Electron,
  options: {
    readonly preload: string;
    readonly waiting: Waiting;
    /** Milliseconds, monotonic. */
    readonly now: () => number;
  },
): ApprovalWindow {
  const { waiting, now } = options;
  let window: BrowserWindow | undefined;
  let upSince: number | undefined;

  const open = (appear: (opened: BrowserWindow) => void): BrowserWindow => {
    const opened = openWindow(electron, {
      preload: options.preload,
      partition: APPROVAL_PARTITION,
      address: APPROVAL_URL,
      look: {
        title: 'Runlayer Companion: your answer',
        width: 620,
        height: 680,
        minWidth: 420,
        minHeight: 360,
        minimizable: false,
        maximizable: false,
        fullscreenable: false,
        ...(waiting.count() > 0 ? { alwaysOnTop: true as const } : {}),
      },
    });
    const cameUp = (): void => {
      upSince = now();
    };
    opened.on('show', cameUp);
    opened.on('focus', cameUp);
    opened.on('restore', cameUp);
    opened.on('hide', () => {
      upSince = undefined;
    });
    opened.once('ready-to-show', () => appear(opened));
    opened.on('closed', () => {
      window = undefined;
      upSince = undefined;
    });
    return opened;
  };
  const isLongAgo = (time: number | undefined): boolean => time !== undefined && now() - time >= ARM_MS;

  return {
    current: () => window,
    show() {
      if (window === undefined) {
        window = open((opened) => {
          opened.show();
          opened.focus();
        });
        return;
      }
      // Asked for in a loop, it would come up anew each time, and its yes would never be armed.
      if (window.isVisible() && window.isFocused()) return;
      window.show();
      window.focus();
    },
    waitingChanged(change) {
      if (window !== undefined) window.setAlwaysOnTop(waiting.count() > 0);
      else if (change === 'began' && waiting.count() > 0) window = open((opened) => opened.showInactive());
    },
    objects(name, input) {
      const id = allowedId(name, input);
      if (id === undefined) return undefined;
      return isLongAgo(upSince) && isLongAgo(waiting.since(id)) ? undefined : TOO_SOON;
    },
  };
}
