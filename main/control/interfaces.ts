/**
 * The documents that a person sees in a browser: the interface, and the approval window on an origin of its own, so that
 * nothing that runs in the one can answer in the other. Each listener opens when it is first asked for.
 */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { CompanionEvent } from '../../preload/contract/index.ts';
import { createHttpInterface, type HttpInterface } from './http-interface.ts';
import { eventForPage } from '../operations/held-for-page.ts';
import type { Dispatch } from '../operations/dispatch.ts';

export interface InterfacesOptions {
  /** The built interface; the approval window is built beside it. */
  readonly interfaceDirectory: string;
  readonly dispatch: () => Dispatch;
  readonly subscribe: (listener: (event: CompanionEvent) => void) => () => void;
  /** How many documents are open now. */
  readonly pagesChanged: (count: number) => void;
}

export interface Interfaces {
  /** A link that opens the interface, once. */
  mintLink(): Promise<string>;
  /** The same for the approval window; null where one is open and `again` is false. */
  mintReviewLink(again: boolean): Promise<string | null>;
  /** Where a person sees an address outside, whole, before they go there. The interface itself may lead nowhere else. */
  leaveLink(address: string): Promise<string>;
  close(): Promise<void>;
}

export function createInterfaces(options: InterfacesOptions): Interfaces {
  const pages = { ui: 0, window: 0 };
  const opened: Promise<HttpInterface>[] = [];
  const open = (
    caller: 'ui' | 'window',
    staticDirectory: string,
    reaches?: readonly string[],
  ): Promise<HttpInterface> => {
    const opening = createHttpInterface({
      staticDirectory,
      caller,
      call: (name, input) =>
        options.dispatch()(name, input, {
          caller,
          confirmed: false,
          tty: false,
          by: caller === 'ui' ? 'interface' : 'approval window',
        }),
      subscribe: (listener) =>
        options.subscribe((event) => listener(caller === 'window' ? event : eventForPage(event))),
      ...(reaches === undefined ? {} : { reaches }),
      now: () => Date.now(),
      randomToken: () => randomBytes(32).toString('base64url'),
    }).then((listener) => {
      listener.onPagesChange((count) => {
        pages[caller] = count;
        options.pagesChanged(pages.ui + pages.window);
      });
      return listener;
    });
    opened.push(opening);
    return opening;
  };
  let main: Promise<HttpInterface> | undefined;
  let review: Promise<HttpInterface> | undefined;
  const reviewing = (): Promise<HttpInterface> =>
    (review ??= open('window', join(dirname(options.interfaceDirectory), 'approval')));

  return {
    mintLink: async () => {
      main ??= reviewing().then((window) => open('ui', options.interfaceDirectory, [new URL(window.url()).origin]));
      return (await main).mintLink();
    },
    mintReviewLink: async (again) => {
      const listener = await reviewing();
      return again || listener.pages() === 0 ? listener.mintLink() : null;
    },
    leaveLink: async (address) => `${(await reviewing()).url()}#leave=${encodeURIComponent(address)}`,
    close: async () => {
      await Promise.all(opened.map(async (opening) => (await opening.catch(() => undefined))?.close()));
    },
  };
}
