/**
 * Owns the system's notifications. They may deny; nothing in them allows: a click opens the window in which a person sees
 * what they answer. Where a person switched them off, or the system has none, nothing is lost: tray and window show it all.
 */
import type { Notification } from 'electron';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { createBlockedNotices } from './blocked-notices.ts';
import type { Electron } from './companion-host.ts';
import { waitingNotice, type Notice } from './notices.ts';
import type { Waiting } from './waiting.ts';

/** Where a notification has buttons. */
const WITH_BUTTONS = new Set(['darwin', 'win32']);

export interface Notifications {
  onEvent(event: CompanionEvent): void;
  close(): void;
}

export interface NotificationOptions {
  readonly platform: string;
  readonly enabled: () => boolean;
  readonly waiting: Waiting;
  /** The approval window is in sight already. */
  readonly isReviewing: () => boolean;
  readonly clicked: (click: Notice['click']) => void;
  readonly deny: (what: NonNullable<Notice['deny']>) => void;
  readonly after: (ms: number, then: () => void) => () => void;
}

export function createNotifications(electron: Electron, options: NotificationOptions): Notifications {
  /** Kept: a notification that is collected is never clicked. */
  const shown: { waiting: Notification | undefined; blocked: Notification | undefined } = {
    waiting: undefined,
    blocked: undefined,
  };

  const show = (place: keyof typeof shown, notice: Notice): void => {
    if (!options.enabled() || !electron.Notification.isSupported()) return;
    const { deny } = notice;
    const hasButton = deny !== undefined && WITH_BUTTONS.has(options.platform);
    const notification = new electron.Notification({
      title: notice.title,
      body: notice.body,
      silent: notice.silent,
      ...(hasButton ? { actions: [{ type: 'button' as const, text: 'Deny' }] } : {}),
    });
    notification.on('click', () => options.clicked(notice.click));
    if (hasButton) {
      notification.on('action', ({ actionIndex }) => {
        if (actionIndex === 0) options.deny(deny);
      });
    }
    shown[place]?.close();
    shown[place] = notification;
    notification.show();
  };
  const blocked = createBlockedNotices({ show: (notice) => show('blocked', notice), after: options.after });

  return {
    onEvent(event) {
      blocked.onEvent(event);
      const notice = waitingNotice(event, options.waiting.count());
      if (notice !== undefined && !options.isReviewing()) show('waiting', notice);
      if (options.waiting.count() === 0) {
        shown.waiting?.close();
        shown.waiting = undefined;
      }
    },
    close() {
      blocked.close();
      shown.waiting?.close();
      shown.blocked?.close();
    },
  };
}
