import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';
import { seal, unseal } from '../../main/settings/seal.ts';
import { openSettings, type SettingsStore } from '../../main/settings/settings-store.ts';

const AT = '2026-11-21T00:00:00.000Z';
const MIB = 1024 * 1024;
let home = '';
let recorded = 0;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rl-settings-size-'));
  recorded = 0;
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = (): SettingsStore => openSettings({ home, record: () => void recorded++, changed: () => {} });

/** Settings that take exactly so many bytes in their file. */
function ofBytes(bytes: number): Settings {
  const of = (length: number): Settings => ({ ...EMPTY_SETTINGS, lockdown: { since: AT, by: 'x'.repeat(length) } });
  return of(bytes - Buffer.byteLength(seal(of(0))));
}

describe('the size of the settings', () => {
  it('that is written is read again, up to the last byte', () => {
    const largest = ofBytes(16 * MIB);
    const settings = open();
    settings.update('set', 'test', () => largest);
    const again = open();
    expect(again.problem).toBeUndefined();
    expect(again.read()).toEqual(largest);
  });

  it('that could not be read again is refused before anything is recorded or written', () => {
    const settings = open();
    const little: Settings = { ...EMPTY_SETTINGS, newItems: 'ask' };
    settings.update('set', 'test', () => little);
    const files = readdirSync(home).map((name) => readFileSync(join(home, name), 'utf8'));
    expect(() => settings.update('set', 'test', () => ofBytes(16 * MIB + 1))).toThrow(
      expect.objectContaining({ code: 'E_SETTINGS_TOO_LARGE', exitCode: 2 }) as Error,
    );
    expect([recorded, settings.read()]).toEqual([1, little]);
    expect(readdirSync(home).map((name) => readFileSync(join(home, name), 'utf8'))).toEqual(files);
    expect(open().problem).toBeUndefined();
  });

  it('is no larger than what it holds: nothing is indented, and what was before is read all the same', () => {
    open().update('set', 'test', () => ({ ...EMPTY_SETTINGS, newItems: 'ask' }));
    const path = join(home, 'settings.json');
    const text = readFileSync(path, 'utf8');
    expect(text.trim()).not.toContain('\n');
    writeFileSync(path, `${JSON.stringify(JSON.parse(text), undefined, 2)}\n`);
    expect(unseal(readFileSync(path, 'utf8')).kind).toBe('good');
    expect([open().problem, open().read().newItems]).toEqual([undefined, 'ask']);
    writeFileSync(path, `${JSON.stringify(JSON.parse(text), undefined, 3)}\n`);
    expect(unseal(readFileSync(path, 'utf8')).kind).toBe('bad');
  });
});
