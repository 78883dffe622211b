/**
 * The one writer of `settings.json`; once another host has taken over, it only reads. A file that does not fit never
 * enforces: the last good copy does, plus whatever of the changed file makes protection tighter, and the person is told.
 * Each write is recorded before it counts.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Conf from 'conf';
import { CompanionError } from '../../preload/contract/index.ts';
import { EMPTY_SETTINGS, Settings } from './schema.ts';
import { seal, unseal, type Unsealed } from './seal.ts';
import { tightened } from './tighten.ts';

export interface SettingsStore {
  read(): Settings;
  /**
   * Applies `change` and writes; throws, with nothing changed, when the result does not fit, would be larger than what is read
   * again at the next start, or cannot be written.
   */
  update(operation: string, caller: string, change: (settings: Settings) => Settings): Settings;
  /** What a person must know about the file that was found, or undefined. */
  readonly problem: string | undefined;
  /** Another host writes from now on: every `update` here is refused, because it would undo what that one tightened. */
  handOver(): void;
  /** Reads the file again; only for a host that has handed over. */
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
const REJECTED_COPY = 'settings.prev.rejected.json';
/** Hundreds of connectors with long arguments fit; nothing larger is written, and so nothing larger was written by us. */
const MIB = 1024 * 1024;
const MAX_BYTES = 16 * MIB;

/** Undefined when there is no such file; whatever else keeps it from being read makes it a bad one. */
function load(path: string): Unsealed | undefined {
  const bad = (reason: string): Unsealed => ({ kind: 'bad', reason, settings: undefined });
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    if (!stat.isFile()) return bad('it is no file');
    if (stat.size > MAX_BYTES) return bad('it is too large');
    const bytes = readFileSync(path);
    // Decoding would turn different broken bytes into the same character.
    return isUtf8(bytes) ? unseal(bytes.toString('utf8')) : bad('it is not UTF-8 text');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return bad(`it cannot be read (${code})`);
  }
}

function refuseNewer(version: number): never {
  throw new CompanionError(
    'E_SETTINGS_NEWER',
    `The settings were written by a newer companion (schema ${version}).`,
    'Update this companion, or set RUNLAYER_COMPANION_HOME to another folder.',
  );
}

function refuseHandedOver(): never {
  throw new CompanionError(
    'E_HANDED_OVER',
    'This companion has handed over to the app and changes no settings any more.',
    'Do it again: the app answers now.',
  );
}

function refuseTooLarge(bytes: number): never {
  throw new CompanionError(
    'E_SETTINGS_TOO_LARGE',
    `The settings would take ${Math.ceil(bytes / MIB)} MiB; more than ${MAX_BYTES / MIB} could not be read again.`,
    'Nothing was changed. Remove what is not needed, such as rules with long conditions, then try again.',
    { exitCode: 2 },
  );
}

/** `textOf`: what of these settings is written. */
function writer(home: string, name: string, textOf: (settings: Settings) => string): Conf<Settings> {
  return new Conf<Settings>({
    cwd: home,
    configName: name,
    configFileMode: 0o600,
    clearInvalidConfig: false,
    accessPropertiesByDotNotation: false,
    serialize: textOf,
    // Only files that were looked at above are ever read through this.
    deserialize: (text) => {
      const read = unseal(text);
      return read.kind === 'good' ? read.settings : EMPTY_SETTINGS;
    },
  });
}

/** Best effort, on a disk that just failed. */
function restore(copy: Conf<Settings>, settings: Settings): void {
  try {
    copy.store = settings;
  } catch {
    // It is read only where settings.json is bad, and then holds what the person asked for but was told had failed.
  }
}

function setAside(home: string, name: string, aside: string): void {
  if (existsSync(join(home, name))) renameSync(join(home, name), join(home, aside));
}

/** A file that was set aside at an earlier start still tightens, until a write of ours comes after it. */
function setAsideSince(home: string): Unsealed | undefined {
  const aside = statSync(join(home, REJECTED), { throwIfNoEntry: false });
  const copy = statSync(join(home, GOOD_COPY), { throwIfNoEntry: false });
  return aside === undefined || (copy !== undefined && copy.mtimeMs > aside.mtimeMs)
    ? undefined
    : load(join(home, REJECTED));
}

export function openSettings(options: SettingsOptions): SettingsStore {
  const path = join(options.home, FILE);
  const goodPath = join(options.home, GOOD_COPY);
  let problem: string | undefined;

  const choose = (): Settings => {
    const found = load(path);
    const copy = found?.kind === 'good' ? undefined : load(goodPath);
    // A newer companion would have written both: where the copy is ours, the number is a changed byte.
    if (found?.kind === 'newer' && copy?.kind !== 'good') refuseNewer(found.version);
    if (found?.kind === 'good') {
      problem = undefined;
      return found.settings;
    }
    if (copy?.kind === 'newer') refuseNewer(copy.version);
    const suspect = found ?? setAsideSince(options.home);
    if (suspect === undefined && copy === undefined) return EMPTY_SETTINGS;
    const reason =
      found === undefined ? 'it is gone' : found.kind === 'bad' ? found.reason : 'it claims to be of a newer companion';
    const theirs = suspect === undefined || suspect.kind === 'newer' ? undefined : suspect.settings;
    const aside = suspect === undefined ? '' : ` The file is kept as ${REJECTED}.`;
    if (copy?.kind === 'good') {
      problem = `settings.json is not used: ${reason}. The last good copy enforces.${aside} Look at it, then repeat what you want to keep with "runlayer policy", "runlayer connectors" or "runlayer hub".`;
      return tightened(copy.settings, theirs);
    }
    // Neither can be trusted: nothing may start, but what tightens still counts.
    problem = `settings.json is not used: ${reason}, and there is no good copy. No connector can start.${aside} Add your connectors again.`;
    return tightened(EMPTY_SETTINGS, theirs);
  };

  let current = choose();
  if (problem !== undefined) setAside(options.home, FILE, REJECTED);
  if (load(goodPath)?.kind === 'bad') setAside(options.home, GOOD_COPY, REJECTED_COPY);
  /** Sealed once for both files: a large set of rules takes its time. */
  let sealed: string | undefined;
  const textOf = (settings: Settings): string => sealed ?? seal(Settings.parse(settings));
  const main = writer(options.home, 'settings', textOf);
  const copy = writer(options.home, 'settings.prev', textOf);
  let handedOver = false;

  return {
    read: () => current,
    get problem() {
      return problem;
    },
    update: (operation, caller, change) => {
      if (handedOver) refuseHandedOver();
      const next = Settings.parse(change(current));
      const text = seal(next);
      const bytes = Buffer.byteLength(text);
      if (bytes > MAX_BYTES) refuseTooLarge(bytes);
      options.record({ operation, caller, sha256: createHash('sha256').update(text).digest('hex') });
      sealed = text;
      try {
        // The copy first: if only one of two writes succeeds, the file that counts is the one that was there before.
        copy.store = next;
        main.store = next;
      } catch (error) {
        sealed = undefined;
        restore(copy, current);
        throw new CompanionError(
          'E_SETTINGS_WRITE',
          `The settings could not be written: ${error instanceof Error ? error.message : String(error)}.`,
          'Free some disk space or check the folder, then try again.',
          { cause: error },
        );
      } finally {
        sealed = undefined;
      }
      current = next;
      problem = undefined;
      options.changed();
      return next;
    },
    handOver: () => {
      handedOver = true;
    },
    reload: () => {
      try {
        current = choose();
      } catch (error) {
        // The other host is newer than this one: what held before goes on holding.
        problem = error instanceof Error ? error.message : String(error);
      }
      options.changed();
    },
  };
}
