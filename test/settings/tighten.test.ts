import { describe, expect, it } from 'vitest';
import { allowsTool } from '../../main/hub/globs.ts';
import { EMPTY_SETTINGS, type Settings } from '../../main/settings/schema.ts';
import { seal, unseal } from '../../main/settings/seal.ts';
import { tightened } from '../../main/settings/tighten.ts';
import type { HubSettings } from '../../preload/contract/index.ts';
import { aBinding, aConfig, aListener } from '../hub/samples.ts';

const ADDRESS = { endpoint: 'https://mcp.example.com/mcp', default: 'read-only' } as const;
const HUB: HubSettings = {
  port: 41_234,
  configs: [
    aConfig('github-readonly', { allowedTools: ['get_*', 'github.search_?'] }),
    aConfig('web', { target: ADDRESS }),
  ],
  bindings: [aBinding('b00000001'), aBinding('b00000002', { config: 'web', secrets: { 'X-Key': 'keychain:key' } })],
  listeners: [aListener('l00000001'), aListener('l00000002')],
  origins: ['http://localhost:6274', 'http://localhost:6275'],
};
const GOOD: Settings = { ...EMPTY_SETTINGS, hub: HUB };
const [GITHUB = aConfig(''), WEB = aConfig('')] = HUB.configs;
const [FIRST = aBinding(''), SECOND = aBinding('')] = HUB.bindings;

const after = (hub: Partial<HubSettings>): HubSettings => tightened(GOOD, { ...GOOD, hub: { ...HUB, ...hub } }).hub;
const tools = (hub: HubSettings): Record<string, readonly string[]> =>
  Object.fromEntries(hub.configs.map(({ name, allowedTools }) => [name, allowedTools]));
const BOTH = { 'github-readonly': ['get_*', 'github.search_?'], web: ['*'] };

describe('of a rejected file, the hub', () => {
  it('stays as it is where nothing differs, or the file says nothing', () => {
    expect(after({})).toEqual(HUB);
    expect(tightened(GOOD, undefined)).toBe(GOOD);
  });

  it.each<[string, Partial<HubSettings>, Partial<HubSettings>]>([
    ['a binding added', { bindings: [...HUB.bindings, aBinding('b00000003')] }, {}],
    ['a binding taken out', { bindings: [FIRST] }, { bindings: [FIRST] }],
    ['another token', { bindings: [{ ...FIRST, tokenHash: 'a'.repeat(64) }, SECOND] }, { bindings: [SECOND] }],
    ['another config of a binding', { bindings: [{ ...FIRST, config: 'web' }, SECOND] }, { bindings: [SECOND] }],
    ['a binding of everything', { bindings: [{ ...FIRST, config: null }, SECOND] }, { bindings: [SECOND] }],
    ['other secrets', { bindings: [FIRST, { ...SECOND, secrets: {} }] }, { bindings: [FIRST] }],
    [
      'other things that its secrets may go to',
      { bindings: [FIRST, { ...SECOND, consentHash: 'b'.repeat(64) }] },
      { bindings: [FIRST] },
    ],
    ['another port', { port: 5000 }, {}],
    ['an origin added', { origins: [...HUB.origins, 'http://evil.example'] }, {}],
    ['an origin taken out', { origins: HUB.origins.slice(1) }, { origins: HUB.origins.slice(1) }],
    ['a listener added', { listeners: [...HUB.listeners, aListener('l00000003')] }, {}],
    ['a listener taken out', { listeners: HUB.listeners.slice(1) }, { listeners: HUB.listeners.slice(1) }],
    ['a config added', { configs: [...HUB.configs, aConfig('evil')] }, {}],
    ['a config taken out', { configs: [WEB] }, { configs: [WEB] }],
    ['another connector', { configs: [{ ...GITHUB, target: { connector: 'evil' } }, WEB] }, {}],
    [
      'another address',
      { configs: [GITHUB, { ...WEB, target: { ...ADDRESS, endpoint: 'https://evil.example/' } }] },
      {},
    ],
    ['a connector for an address', { configs: [GITHUB, { ...WEB, target: { connector: 'github' } }] }, {}],
    ['a milder default', { configs: [GITHUB, { ...WEB, target: { ...ADDRESS, default: 'allow' } }] }, {}],
    [
      'a stricter default',
      { configs: [GITHUB, { ...WEB, target: { ...ADDRESS, default: 'deny' } }] },
      { configs: [GITHUB, { ...WEB, target: { ...ADDRESS, default: 'deny' } }] },
    ],
    ['another description', { configs: [{ ...GITHUB, description: 'x' }, WEB] }, {}],
  ])('counts only where it tightens: %s', (_title, suspect, expected) => {
    expect(after(suspect)).toEqual({ ...HUB, ...expected });
  });

  it.each<[string, string[], Record<string, readonly string[]>]>([
    ['all tools', ['*'], BOTH],
    ['one more', ['get_*', 'github.search_?', 'delete_*'], BOTH],
    ['one less', ['get_*'], { ...BOTH, 'github-readonly': ['get_*'] }],
    ['a narrower one', ['get_issue'], { ...BOTH, 'github-readonly': ['get_issue'] }],
    [
      'a narrower and a wider one',
      ['get_issue', 'github.*'],
      { ...BOTH, 'github-readonly': ['github.search_?', 'get_issue'] },
    ],
    ['others: then none is left, and the config is gone', ['delete_*'], { web: ['*'] }],
  ])('allows no tool that was not allowed: %s', (_title, allowedTools, expected) => {
    expect(tools(after({ configs: [{ ...GITHUB, allowedTools }, WEB] }))).toEqual(expected);
  });

  it('lets nothing more through, whichever byte of the file is another', () => {
    const good = Buffer.from(seal(GOOD));
    const names = ['get_issue', 'search_a', 'delete_repo', 'search_ab', 'x'];
    let read = 0;
    for (let at = 0; at < good.length; at++) {
      for (const flip of [1, 2, 0x20]) {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        const found = unseal(bytes.toString('utf8'));
        expect(found.kind, `byte ${at}`).not.toBe('good');
        if (found.kind !== 'bad' || found.settings === undefined) continue;
        read++;
        const { hub } = tightened(GOOD, found.settings);
        expect(hub.port).toBe(HUB.port);
        for (const binding of hub.bindings) expect(HUB.bindings).toContainEqual(binding);
        for (const listener of hub.listeners) expect(HUB.listeners).toContainEqual(listener);
        for (const config of hub.configs) {
          const before = config.name === GITHUB.name ? GITHUB : WEB;
          expect({ ...config.target, default: '' }).toEqual({ ...before.target, default: '' });
          for (const name of names) if (allowsTool(config, name)) expect(allowsTool(before, name)).toBe(true);
        }
      }
    }
    expect(read).toBeGreaterThan(300);
  });
});
