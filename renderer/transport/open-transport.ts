import type { CompanionBridge } from '../../preload/contract/bridge.ts';
import { createBridgeTransport } from './bridge-transport.ts';
import { createHttpTransport, exchangeToken } from './http-transport.ts';
import { TransportError, type Transport } from './transport.ts';

declare global {
  interface Window {
    readonly companion?: CompanionBridge;
  }
}

const BEARER_KEY = 'companion-bearer';

/** @returns the one-time token of the address; it is taken out of the address and the history at once. */
export function takeToken(): string | undefined {
  const token = /^#t=(.+)$/.exec(window.location.hash)?.[1];
  if (token !== undefined) window.history.replaceState(null, '', `${window.location.pathname}#/`);
  return token;
}

/**
 * The bearer lives in sessionStorage: it survives a reload, and ends with the tab.
 * @throws TransportError `signed_out` with what to do.
 */
export async function openTransport(): Promise<Transport> {
  if (window.companion !== undefined) return createBridgeTransport(window.companion);
  const token = takeToken();
  const kept = window.sessionStorage.getItem(BEARER_KEY);
  if (token === undefined) {
    if (kept !== null) return createHttpTransport(kept);
    throw new TransportError('signed_out', {
      code: 'E_NO_LINK',
      message: 'This page opens with a link from a terminal.',
      next: 'Run "runlayer open" and use the link that it prints.',
    });
  }
  const bearer = await exchangeToken(token);
  window.sessionStorage.setItem(BEARER_KEY, bearer);
  return createHttpTransport(bearer);
}
