/**
 * The one writer of `settings.json`. A file that does not fit never enforces: the last good copy does, plus whatever of
 * the changed file makes protection tighter, and the person is told. Each write is recorded before it counts.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import { CompanionError } from '../../preload/contract/index.ts';
import { EMPTY_SETTINGS, Settings } from './schema.ts';
import { seal, unseal, type Unsealed } from './seal.ts';

export interface SettingsStore {
  read(): Settings;
  /** Applies `change` and writes; throws, with nothing changed, when the result does not fit or cannot be written. */
  update(operation: string, caller: string, change: (settings: Settings) => Settings): Settings;
  /** What a person must know about the file that was found, or undefined. */
  readonly problem: string | undefined;
  /** Reads the file again; only for a host that hands over and no longer writes. */
  reload(): void;
}

export interface SettingsOptions {
  readonly home: string;
  /** Called before a write counts; throws when it cannot be recorded. */
  readonly record: (facts: { readonly operation: string; readonly caller: string; readonly sha256: string }) => void;
  readonly changed: () => void;
}

const FILE = 'settings.json';
const GOOD_COPY = 'settings.prev.json';
const REJECTED = 'settings.rejected.json';

function load(path: string): Unsealed | undefined {
  return existsSync(path) ? unseal(readFileSync(path, 'utf8')) : undefined;
}

function refuseNewer(version: number): never {
  throw new CompanionError(
    'E_SETTINGS_NEWER',
    `The settings were written by a newer companion (schema ${version}).`,
    'Update this companion, or set RUNLAYER_COMPANION_HOME to another folder.',
  );
}

/** Deny and ask rules that a file which is not trusted adds still count: they can only tighten. */
function tightened(good: Settings, suspect: Settings | undefined): Settings {
  if (suspect === undefined) return good;
  const known = new Set(good.rules.map((rule) => JSON.stringify(rule)));
  const added = suspect.rules.filter((rule) => rule.effect !== 'allow' && !known.has(JSON.stringify(rule)));
  const disabled = new Set(
    suspect.connectors.filter((connector) => !connector.enabled).map((connector) => connector.name),
  );
  return {
    ...good,
    rules: [...good.rules, ...added],
    connectors: good.connectors.map((connector) =>
      disabled.has(connector.name) ? { ...connector, enabled: false } : connector,
    ),
  };
}

function writer(home: string, name: string): Conf<Settings> {
  return new Conf<Settings>({
    cwd: home,
    configName: name,
    configFileMode: 0o600,
    clearInvalidConfig: false,
    accessPropertiesByDotNotation: false,
    serialize: (value) => seal(Settings.parse(value)),
    // Only files that were looked at above are ever read through this.
    deserialize: (text) => {
      const read = unseal(text);
      return read.kind === 'good' ? read.settings : EMPTY_SETTINGS;
    },
  });
}

export function openSettings(options: SettingsOptions): SettingsStore {
  const path = join(options.home, FILE);
  const goodPath = join(options.home, GOOD_COPY);
  let problem: string | undefined;

  const choose = (): Settings => {
    const found = load(path);
    if (found?.kind === 'newer') refuseNewer(found.version);
    if (found?.kind === 'good') {
      problem = undefined;
      return found.settings;
    }
    const copy = load(goodPath);
    if (copy?.kind === 'newer') refuseNewer(copy.version);
    if (found === undefined && copy === undefined) return EMPTY_SETTINGS;
    const reason = found === undefined ? 'it is gone' : found.reason;
    if (copy?.kind === 'good') {
      problem = `settings.json is not used: ${reason}. The last good copy enforces; the file is kept as ${REJECTED}. Look at it, then repeat what you want to keep with "runlayer policy" or "runlayer connectors".`;
      return tightened(copy.settings, found?.settings);
    }
    // Neither can be trusted: nothing may start, but what tightens still counts.
    problem = `settings.json is not used: ${reason}, and there is no good copy. No connector can start; the file is kept as ${REJECTED}. Add your connectors again.`;
    return tightened(EMPTY_SETTINGS, found?.settings);
  };

  let current = choose();
  if (problem !== undefined && existsSync(path)) renameSync(path, join(options.home, REJECTED));
  const main = writer(options.home, 'settings');
  const copy = writer(options.home, 'settings.prev');

  return {
    read: () => current,
    get problem() {
      return problem;
    },
    update: (operation, caller, change) => {
      const next = Settings.parse(change(current));
      options.record({ operation, caller, sha256: createHash('sha256').update(seal(next)).digest('hex') });
      try {
        main.store = next;
        copy.store = next;
      } catch (error) {
        throw new CompanionError(
          'E_SETTINGS_WRITE',
          `The settings could not be written: ${error instanceof Error ? error.message : String(error)}.`,
          'Free some disk space or check the folder, then try again.',
          { cause: error },
        );
      }
      current = next;
      problem = undefined;
      options.changed();
      return next;
    },
    reload: () => {
      current = choose();
      options.changed();
    },
  };
}
