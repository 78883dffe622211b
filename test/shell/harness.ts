import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CompanionHost, StartCompanionOptions } from '../../main/shell/companion-host.ts';
import type { ShellStore } from '../../main/shell/shell-store.ts';
import type { StartAppOptions } from '../../main/shell/app-options.ts';
import { startApp } from '../../main/shell/start-app.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { NO_TENANT } from '../fixtures/quiet-status.ts';
import { createFakeElectron, type FakeElectron } from './fake-electron.ts';

export const NOW = 1_800_000_000_000;

export const status = (change: Record<string, unknown> = {}): unknown => ({
  companion: {
    running: true,
    version: '0.1.0',
    kind: 'app',
    pid: 1,
    startedAt: '2026-11-20T10:00:00.000Z',
    home: '/home/ada/.runlayer/companion',
    draining: false,
    sessions: 0,
    connectors: 1,
    waitingApprovals: 0,
    keychain: { backend: 'keytar', state: 'ready', detail: '' },
    audit: { state: 'ok', detail: '', seq: 1 },
    ...NO_TENANT,
    warnings: [],
    ...change,
  },
});

const connector = {
  name: 'files',
  target: { kind: 'program', argv: ['files'], envNames: [], secrets: {} },
  default: 'ask',
  enabled: true,
  state: 'ready',
  sessions: 0,
  createdAt: '2026-11-20T10:00:00.000Z',
};

export interface FakeHost extends CompanionHost {
  readonly calls: { name: string; input: unknown; caller: string }[];
  readonly log: string[];
  addresses: string[];
  readonly notes: string[];
  answers: Record<string, () => unknown>;
  emit(event: CompanionEvent): void;
  endItself(): void;
}

export function createFakeHost(): FakeHost {
  const listeners = new Set<(event: CompanionEvent) => void>();
  let end = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    end = resolve;
  });
  const host: FakeHost = {
    calls: [],
    log: [],
    answers: {
      'status.get': () => status(),
      'connectors.list': () => [connector],
      'clients.list': () => [],
      'held.list': () => [],
      'logs.query': () => [],
    },
    addresses: [],
    notes: [],
    knownAddresses: () => host.addresses,
    screenLocked: (locked) => void host.log.push(locked ? 'locked' : 'unlocked'),
    note: (text) => void host.notes.push(text),
    stopped,
    // oxlint-disable-next-line typescript/require-await -- a throw becomes a rejection, as in the real one
    call: async (name, input, caller) => {
      host.calls.push({ name, input, caller });
      return host.answers[name]?.();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    endItself: () => end(),
    stop() {
      host.log.push('stop');
      end();
      return Promise.resolve();
    },
  };
  return host;
}

export interface ShellHarness {
  readonly fake: FakeElectron;
  readonly host: FakeHost;
  readonly saved: Map<string, unknown>;
  readonly starts: StartCompanionOptions[];
  /** The clock that nobody sets. */
  readonly clock: { ms: number };
  /** How many companions had been started whenever the store was opened. */
  readonly opened: number[];
  /** Resolves when the app runs, or is about to end. */
  readonly started: Promise<void>;
  remove(): Promise<void>;
}

/** Waits, without a timer, until something is so; a test that waits in vain ends by its own limit. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

export async function startShell(
  setup: Parameters<typeof createFakeElectron>[0] = {},
  change: Partial<StartAppOptions> = {},
): Promise<ShellHarness> {
  const root = await mkdtemp(join(tmpdir(), 'rl-shell-'));
  for (const document of ['renderer', 'approval']) {
    await mkdir(join(root, 'out', document), { recursive: true });
    await writeFile(join(root, 'out', document, 'index.html'), `<!doctype html><title>${document}</title>`);
  }
  const fake = createFakeElectron({ root, ...setup });
  const host = createFakeHost();
  const saved = new Map<string, unknown>();
  const starts: StartCompanionOptions[] = [];
  const clock = { ms: 1000 };
  const opened: number[] = [];
  const store: ShellStore = {
    get: (key) => saved.get(key),
    set: (key: string, value: unknown) => void saved.set(key, value),
  };
  const started = startApp({
    electron: fake.electron,
    startCompanion: (options) => {
      starts.push(options);
      return Promise.resolve(host);
    },
    openStore: () => {
      opened.push(starts.length);
      return store;
    },
    process: {
      env: { RUNLAYER_COMPANION_HOME: '/home/ada/rl' },
      argv: ['/opt/companion'],
      execPath: '/opt/companion',
      platform: 'linux',
      resourcesPath: '/res',
    },
    now: () => NOW,
    monotonic: () => clock.ms,
    fetch: () => Promise.reject(new Error('no network in tests')),
    updateFeed: null,
    ...change,
  });
  return {
    fake,
    host,
    saved,
    starts,
    clock,
    opened,
    started,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
