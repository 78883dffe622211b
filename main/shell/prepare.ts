/** What has to be done before Electron is ready, and what exists from then on. */
import { APP_PRIVILEGES, APP_SCHEME } from './app-protocol.ts';
import type { StartAppOptions } from './app-options.ts';
import type { CompanionHost } from './companion-host.ts';
import { hardenAllContents } from './harden.ts';
import { followStarts } from './starts.ts';
import { createWishes, type Wishes } from './wishes.ts';

export interface Prepared {
  readonly wishes: Wishes;
  /** The companion runs; it hears what could not be told before. */
  begin(host: CompanionHost): void;
  /** It runs no more. */
  end(): void;
  /** Undefined until the companion runs, and again once it stopped. */
  host(): CompanionHost | undefined;
}

/** As in electron-builder.yml. */
export const APP_ID = 'com.runlayer.companion';
const IGNORED_LINK = 'A link that is none of ours was ignored.';

/** @returns undefined where another instance runs; this one then ends. */
export function prepare({ electron, process }: StartAppOptions): Prepared | undefined {
  const { app } = electron;
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return undefined;
  }
  let host: CompanionHost | undefined;
  let ignoredLinks = 0;
  const wishes = createWishes();
  // A dump of this process would hold secrets: no crash reporter is started, and Chromium's own is off.
  app.commandLine.appendSwitch('disable-breakpad');
  app.commandLine.appendSwitch('disable-crash-reporter');
  app.enableSandbox();
  // Windows shows notifications only of an app that it knows, by the id that the installer gave it.
  if (process.platform === 'win32') app.setAppUserModelId(APP_ID);
  electron.protocol.registerSchemesAsPrivileged([{ scheme: APP_SCHEME, privileges: APP_PRIVILEGES }]);
  hardenAllContents(electron, () => host?.knownAddresses() ?? []);
  followStarts(electron, {
    argv: process.argv,
    wishes,
    onIgnored: () => {
      if (host === undefined) ignoredLinks += 1;
      else host.note(IGNORED_LINK);
    },
  });
  return {
    wishes,
    host: () => host,
    begin(started) {
      host = started;
      for (; ignoredLinks > 0; ignoredLinks -= 1) started.note(IGNORED_LINK);
    },
    end() {
      host = undefined;
    },
  };
}
