/** What a script that runs in the page can do: the page's own bearer, every operation by its name, and whatever a browser allows. */
import type { Page } from 'playwright-core';

export interface RawAnswer {
  /** 0: the browser did not let it through, or nothing answered. */
  readonly status: number;
  readonly body: string;
}

export interface PageScript {
  /** Asks the companion for anything, by the address that the interface uses. */
  call(operation: string, input: unknown): Promise<RawAnswer>;
  /** Sends a request anywhere. */
  fetch(address: string, init: Readonly<Record<string, unknown>>): Promise<RawAnswer>;
  bearer(): Promise<string>;
}

const FETCH = (address: string, init: string): string =>
  `fetch(${JSON.stringify(address)}, ${init}).then(
    async (response) => ({ status: response.status, body: await response.text() }),
    (error) => ({ status: 0, body: String(error) }),
  )`;

export function scriptIn(page: Page): PageScript {
  return {
    call: (operation, input) =>
      page.evaluate<RawAnswer>(
        FETCH(
          `/api/call/${operation}`,
          `{
            method: 'POST',
            headers: { 'content-type': 'application/json', authorization: 'Bearer ' + sessionStorage.getItem('companion-bearer') },
            body: ${JSON.stringify(JSON.stringify(input))},
          }`,
        ),
      ),
    fetch: (address, init) => page.evaluate<RawAnswer>(FETCH(address, JSON.stringify(init))),
    bearer: () => page.evaluate<string>("sessionStorage.getItem('companion-bearer')"),
  };
}
