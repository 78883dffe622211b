/** Servers at an address in the settings: stored, sealed, and of a rejected file only what tightens. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpHash } from '../../main/connectors/definition-hash.ts';
import { checkConsent } from '../../main/connectors/consent.ts';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';
import { seal, unseal } from '../../main/settings/seal.ts';
import { openSettings, type SettingsStore } from '../../main/settings/settings-store.ts';
import type { Connector, HttpDefinition } from '../../preload/contract/index.ts';

const AT = '2026-11-21T00:00:00.000Z';
const definition: HttpDefinition = {
  url: 'https://mcp.example.com/mcp?team=blue',
  transport: 'streamable-http',
  headers: { 'X-Team': 'a "b" \\' },
  secrets: { Authorization: 'Bearer keychain:issues' },
  oauth: false,
};
const issues: Connector = {
  name: 'issues',
  definition,
  default: 'ask',
  enabled: true,
  consent: { hash: httpHash(definition), at: AT },
  createdAt: AT,
};
const SOME: Settings = { ...EMPTY_SETTINGS, connectors: [issues] };

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'rl-settings-http-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const open = (): SettingsStore => openSettings({ home, record: () => {}, changed: () => {} });
const path = (): string => join(home, 'settings.json');
/** As an editor would: what is there, changed, with its old checksum. */
function edited(change: (connector: Connector) => unknown): SettingsStore {
  open().update('set', 'test', () => SOME);
  const sealed = JSON.parse(readFileSync(path(), 'utf8')) as { settings: Settings };
  const settings = { ...sealed.settings, connectors: sealed.settings.connectors.map(change) };
  writeFileSync(path(), `${JSON.stringify({ ...sealed, settings }, null, 2)}\n`);
  return open();
}

describe('a server at an address', () => {
  it('comes back as it was written, with a consent that still covers it', () => {
    open().update('set', 'test', () => SOME);
    const again = open();
    expect([again.problem, again.read()]).toEqual([undefined, SOME]);
    const [connector] = again.read().connectors;
    expect(connector === undefined ? undefined : checkConsent(connector, undefined)).toEqual({ ok: true });
    expect(unseal(seal(SOME))).toEqual({ kind: 'good', settings: SOME });
  });

  it('is written in the form that is contacted, so that the file is read back', () => {
    const odd = { ...issues, definition: { ...definition, url: 'HTTPS://MCP.example.com:443/a/../b' } };
    open().update('set', 'test', () => ({ ...SOME, connectors: [odd] }));
    const again = open();
    expect(again.problem).toBeUndefined();
    expect(again.read().connectors[0]?.definition).toEqual({ ...definition, url: 'https://mcp.example.com/b' });
  });

  it.each<[string, object]>([
    ['no address', { url: 'nope' }],
    ['a secret in the clear', { url: 'http://mcp.example.com/' }],
    ["a header of the transport's", { headers: { Host: 'evil' } }],
    ['a header twice', { headers: { authorization: 'x' } }],
    ['a command too', { command: 'x' }],
  ])('with %s is never written', (_title, change) => {
    const settings = open();
    settings.update('set', 'test', () => SOME);
    const bad = { ...issues, definition: { ...definition, ...change } } as Connector;
    expect(() => settings.update('set', 'test', () => ({ ...SOME, connectors: [bad] }))).toThrow();
    expect(settings.read()).toEqual(SOME);
    expect(open().read()).toEqual(SOME);
  });

  it('notices each flipped bit of its part of the file', () => {
    const text = Buffer.from(seal(SOME));
    const from = text.indexOf('"connectors"');
    const to = text.indexOf('"rules"');
    expect(to - from).toBeGreaterThan(200);
    for (let at = from; at < to; at += 1) {
      const flipped = Buffer.from(text);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(unseal(flipped.toString('latin1')).kind, `byte ${at}`).toBe('bad');
    }
  });

  it.each<[string, (connector: Connector) => unknown]>([
    ['another address', (one) => ({ ...one, definition: { ...definition, url: 'https://evil.example/' } })],
    [
      'another address and its hash',
      (one) => {
        const evil = { ...definition, url: 'https://evil.example/' };
        return { ...one, definition: evil, consent: { hash: httpHash(evil), at: AT } };
      },
    ],
    ['another header', (one) => ({ ...one, definition: { ...definition, headers: {} } })],
    ['another secret', (one) => ({ ...one, definition: { ...definition, secrets: { A: 'keychain:bank' } } })],
    ['a milder default', (one) => ({ ...one, default: 'allow' })],
    ['a program in its place', (one) => ({ ...one, definition: { command: '/evil', args: [], env: {}, secrets: {} } })],
    ['an address that is none', (one) => ({ ...one, definition: { ...definition, url: 'nope' } })],
  ])('of a changed file does not take %s', (_title, change) => {
    const settings = edited(change);
    expect(settings.problem).toBeDefined();
    expect(settings.read()).toEqual(SOME);
  });

  it.each<[string, (connector: Connector) => unknown, Partial<Connector>]>([
    ['a stricter default', (one) => ({ ...one, default: 'deny' }), { default: 'deny' }],
    ['that it is off', (one) => ({ ...one, enabled: false }), { enabled: false }],
    ['that it is gone', (one) => ({ ...one, name: 'other' }), { enabled: false }],
  ])('of a changed file takes %s', (_title, change, expected) => {
    expect(edited(change).read().connectors).toEqual([{ ...issues, ...expected }]);
  });
});
