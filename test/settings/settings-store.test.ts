import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMPTY_HUB, EMPTY_SETTINGS, SETTINGS_VERSION, type Settings } from '../../main/settings/schema.ts';
import { seal, unseal } from '../../main/settings/seal.ts';
import { openSettings, type SettingsStore } from '../../main/settings/settings-store.ts';
import type { Connector, Rule, Tenant } from '../../preload/contract/index.ts';

const TODAY = `"version":${SETTINGS_VERSION},`;
const NEWER = `"version":${SETTINGS_VERSION + 1},`;

const AT = '2026-11-21T00:00:00.000Z';
const rule = (effect: Rule['effect'], tool: string): Rule => ({
  id: `${effect}-${tool}`,
  effect,
  connector: '*',
  tool,
  createdAt: AT,
});
const connector = (name: string, extra: Partial<Connector> = {}): Connector => ({
  name,
  definition: { command: '/bin/é', args: ['a "b" \\ \u{1f600} \ufffd'], env: { A: '1' }, secrets: {} },
  default: 'ask',
  enabled: true,
  createdAt: AT,
  ...extra,
});
const tenant = (host: string): Tenant => ({ host, signedInAt: AT });
const SOME: Settings = {
  ...EMPTY_SETTINGS,
  tenants: [tenant('https://acme.example')],
  defaultTenant: 'https://acme.example',
  connectors: [connector('files'), connector('mail', { default: 'read-only' })],
  rules: [rule('deny', 'rm'), rule('allow', 'ls')],
  secrets: [{ name: 'token', backend: 'keytar', redactable: true, updatedAt: AT }],
};

let home: string;
let recorded: string[];
let changes: number;
let recordFails: boolean;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rl-settings-'));
  recorded = [];
  changes = 0;
  recordFails = false;
});
afterEach(() => {
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true, force: true });
});

const file = (name = 'settings.json'): string => join(home, name);
const open = (): SettingsStore =>
  openSettings({
    home,
    record: ({ operation, caller, sha256 }) => {
      if (recordFails) throw new Error('ENOSPC');
      recorded.push(`${operation} ${caller} ${sha256}`);
    },
    changed: () => changes++,
  });
const store = (settings: Settings = SOME): void => void open().update('set', 'test', () => settings);
/** As an editor would: what is there, changed, with its old checksum. */
const edit = (change: (settings: Settings) => Settings, name = 'settings.json'): void => {
  const sealed = JSON.parse(readFileSync(file(name), 'utf8')) as { settings: Settings };
  writeFileSync(file(name), `${JSON.stringify({ ...sealed, settings: change(sealed.settings) }, null, 2)}\n`);
};
const effects = (settings: Settings): string[] => settings.rules.map((one) => one.id);

describe('settings', () => {
  it('are empty at first, and nothing is written', () => {
    const settings = open();
    expect(settings.read()).toEqual(EMPTY_SETTINGS);
    expect(settings.problem).toBeUndefined();
    expect(readdirSync(home)).toEqual([]);
  });

  it('come back as they were written, in two files that only their owner can read', () => {
    store();
    const again = open();
    expect(again.read()).toEqual(SOME);
    expect(again.problem).toBeUndefined();
    expect(readFileSync(file(), 'utf8')).toBe(readFileSync(file('settings.prev.json'), 'utf8'));
    for (const name of readdirSync(home)) expect(statSync(file(name)).mode & 0o777, name).toBe(0o600);
    expect(readdirSync(home).sort()).toEqual(['settings.json', 'settings.prev.json']);
  });

  it('are recorded with the hash of the file before they count', () => {
    store();
    const hash = createHash('sha256').update(readFileSync(file())).digest('hex');
    expect(recorded).toEqual([`set test ${hash}`]);
    expect(changes).toBe(1);
  });

  it.each<[string, () => void]>([
    ['cannot be recorded', () => (recordFails = true)],
    ['do not fit', () => undefined],
  ])('do not change when they %s', (what, prepare) => {
    store();
    const settings = open();
    const before = readFileSync(file());
    prepare();
    const bad = { ...SOME, rules: [{ ...rule('deny', 'x'), effect: 'maybe' as 'deny' }] };
    expect(() => settings.update('set', 'test', () => (what === 'do not fit' ? bad : EMPTY_SETTINGS))).toThrow();
    expect(settings.read()).toEqual(SOME);
    expect(readFileSync(file())).toEqual(before);
    expect(open().read()).toEqual(SOME);
    expect(changes).toBe(1);
  });

  it('do not change when a change throws', () => {
    store();
    const settings = open();
    expect(() =>
      settings.update('set', 'test', () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(recorded).toHaveLength(1);
  });

  it.each(['settings.json', 'settings.prev.json'])('do not change when %s cannot be written', (name) => {
    store();
    const settings = open();
    // A folder in the place of the file: no rename over it succeeds.
    rmSync(file(name));
    mkdirSync(file(name));
    expect(() => settings.update('policy.add', 'test', (now) => ({ ...now, rules: [rule('allow', '*')] }))).toThrow(
      expect.objectContaining({ code: 'E_SETTINGS_WRITE' }) as Error,
    );
    expect(effects(settings.read())).toEqual(['deny-rm', 'allow-ls']);
    // Nor after a restart: what the person was told had failed must not come true then.
    expect(effects(open().read())).toEqual(['deny-rm', 'allow-ls']);
  });
});

describe('a file that was changed by something else', () => {
  it('is noticed at every single byte, and the last good copy enforces', () => {
    store({ ...SOME, connectors: [connector('files')], secrets: [] });
    const good = readFileSync(file());
    let noticed = 0;
    for (let at = 0; at < good.length; at++) {
      for (const flip of [1, 0x20, 0x80]) {
        const bytes = Buffer.from(good);
        bytes[at] = (bytes[at] ?? 0) ^ flip;
        writeFileSync(file(), bytes);
        const settings = open();
        expect(settings.problem, `byte ${at}`).toBeDefined();
        // Nothing looser than the good copy: its deny stays, and no allow was added.
        expect(effects(settings.read()), `byte ${at}`).toContain('deny-rm');
        expect(settings.read().rules.filter((one) => one.effect === 'allow' && one.id !== 'allow-ls')).toEqual([]);
        expect(settings.read().connectors.map((one) => one.name)).toEqual(['files']);
        expect(existsSync(file())).toBe(false);
        rmSync(file('settings.rejected.json'));
        noticed++;
      }
    }
    expect(noticed).toBe(good.length * 3);
  });

  it.each<[string, (text: string) => string]>([
    ['a byte added', (text) => `${text}\n`],
    ['a byte lost', (text) => text.slice(0, -1)],
    ['cut in half', (text) => text.slice(0, text.length / 2)],
    ['emptied', () => ''],
    ['not JSON', () => 'hello'],
    ['a list', () => '[]'],
    ['null', () => 'null'],
    ['a byte order mark', (text) => `\ufeff${text}`],
    ['other white space', (text) => JSON.stringify(JSON.parse(text), undefined, 1)],
    ['other line ends', (text) => text.replaceAll('\n', '\r\n')],
    ['another order of keys', (text) => text.replace(/("sha256":"[0-9a-f]+"),("settings":[^]*)}\n$/, '$2,$1}\n')],
    ['a key twice', (text) => text.replace(TODAY, `${TODAY}${TODAY}`)],
    ['an unknown key', (text) => text.replace(TODAY, `${TODAY}"extra":1,`)],
    ['nested without end', () => '['.repeat(200_000)],
  ])('is noticed: %s', (_title, change) => {
    store();
    writeFileSync(file(), change(readFileSync(file(), 'utf8')));
    const settings = open();
    expect(settings.problem).toContain('The last good copy enforces');
    expect(effects(settings.read())).toContain('deny-rm');
  });

  it('is noticed where broken bytes read as the same character', () => {
    store();
    const bytes = readFileSync(file());
    const at = bytes.indexOf(Buffer.from('\ufffd'));
    bytes[at] = 0xf0;
    expect(bytes.toString('utf8')).toBe(readFileSync(file(), 'utf8'));
    writeFileSync(file(), bytes);
    expect(open().problem).toContain('it is not UTF-8 text');
  });

  it('counts where it adds a deny or an ask, not where it adds an allow', () => {
    store();
    edit((now) => ({ ...now, rules: [...now.rules, rule('deny', 'd'), rule('ask', 'a'), rule('allow', 'w')] }));
    expect(effects(open().read())).toEqual(['deny-rm', 'allow-ls', 'deny-d', 'ask-a']);
  });

  it.each<[string, (now: Settings) => Settings, (settings: Settings) => unknown, unknown]>([
    [
      'a deny taken out',
      (now) => ({ ...now, rules: now.rules.filter((one) => one.effect !== 'deny') }),
      effects,
      ['deny-rm', 'allow-ls'],
    ],
    [
      'an allow taken out',
      (now) => ({ ...now, rules: now.rules.filter((one) => one.effect !== 'allow') }),
      effects,
      ['deny-rm'],
    ],
    [
      'a deny turned into an allow',
      (now) => ({ ...now, rules: now.rules.map((one) => ({ ...one, effect: 'allow' as const })) }),
      effects,
      ['deny-rm', 'allow-ls'],
    ],
    [
      'an allow turned into a deny',
      (now) => ({ ...now, rules: now.rules.map((one) => ({ ...one, effect: 'deny' as const })) }),
      (s) => s.rules.map((one) => one.effect),
      ['deny', 'deny'],
    ],
    [
      'a connector switched off',
      (now) => ({ ...now, connectors: now.connectors.map((one) => ({ ...one, enabled: one.name !== 'mail' })) }),
      (s) => s.connectors.map((one) => one.enabled),
      [true, false],
    ],
    [
      'a connector taken out',
      (now) => ({ ...now, connectors: now.connectors.slice(0, 1) }),
      (s) => s.connectors.map((one) => one.enabled),
      [true, false],
    ],
    [
      'a connector added',
      (now) => ({ ...now, connectors: [...now.connectors, connector('evil')] }),
      (s) => s.connectors.map((one) => one.name),
      ['files', 'mail'],
    ],
    [
      'a tenant added, and made the default',
      (now) => ({
        ...now,
        tenants: [...now.tenants, tenant('https://evil.example')],
        defaultTenant: 'https://evil.example',
      }),
      (s) => [...s.tenants.map(({ host }) => host), s.defaultTenant],
      ['https://acme.example', 'https://acme.example'],
    ],
    [
      'a tenant taken out',
      (now) => ({ ...now, tenants: [] }),
      (s) => [...s.tenants.map(({ host }) => host), s.defaultTenant],
      [null],
    ],
    [
      'the audit sent elsewhere',
      (now) => ({ ...now, auditEndpoint: { url: 'https://evil.example/' } }),
      (s) => [s.auditEndpoint],
      [null],
    ],
    [
      'a command changed',
      (now) => ({
        ...now,
        connectors: now.connectors.map((one) => ({ ...one, definition: { ...one.definition, command: '/evil' } })),
      }),
      (s) => s.connectors.map(({ definition }) => ('command' in definition ? definition.command : '')),
      ['/bin/é', '/bin/é'],
    ],
    [
      'a stricter default',
      (now) => ({ ...now, connectors: now.connectors.map((one) => ({ ...one, default: 'deny' as const })) }),
      (s) => s.connectors.map((one) => one.default),
      ['deny', 'deny'],
    ],
    [
      'a milder default',
      (now) => ({ ...now, connectors: now.connectors.map((one) => ({ ...one, default: 'allow' as const })) }),
      (s) => s.connectors.map((one) => one.default),
      ['ask', 'read-only'],
    ],
  ])('counts only where it tightens: %s', (_title, change, look, expected) => {
    store();
    edit(change);
    expect(look(open().read())).toEqual(expected);
  });

  it('goes on tightening after another start, until something of ours is written', () => {
    store();
    edit((now) => ({ ...now, rules: [...now.rules, rule('deny', 'd')] }));
    const aside = statSync(file()).mtime;
    utimesSync(file('settings.prev.json'), aside, new Date(aside.getTime() - 1000));
    open();
    expect(existsSync(file())).toBe(false);
    const second = open();
    expect(effects(second.read())).toEqual(['deny-rm', 'allow-ls', 'deny-d']);
    expect(second.problem).toBeDefined();
    // What is written next holds it for good.
    second.update('policy.add', 'test', (now) => ({ ...now, rules: [...now.rules, rule('ask', 'x')] }));
    expect(second.problem).toBeUndefined();
    const third = open();
    expect(third.problem).toBeUndefined();
    expect(effects(third.read())).toEqual(['deny-rm', 'allow-ls', 'deny-d', 'ask-x']);
  });

  it('is kept, so that the person can look at it', () => {
    store();
    writeFileSync(file(), 'what was that');
    expect(open().problem).toContain('settings.rejected.json');
    expect(readFileSync(file('settings.rejected.json'), 'utf8')).toBe('what was that');
  });

  it('an old rejected file says nothing when the settings are lost later', () => {
    store();
    writeFileSync(file('settings.rejected.json'), seal({ ...EMPTY_SETTINGS }));
    utimesSync(file('settings.rejected.json'), new Date(0), new Date(0));
    rmSync(file());
    const settings = open();
    expect(settings.problem).toContain('it is gone');
    expect(settings.read()).toEqual(SOME);
  });
});

describe('what is no readable file', () => {
  it('a huge one is not read', () => {
    store();
    truncateSync(file(), 5 * 1024 ** 3);
    const settings = open();
    expect(settings.problem).toContain('it is too large');
    expect(settings.read()).toEqual(SOME);
  });

  it('a folder is set aside', () => {
    store();
    rmSync(file());
    mkdirSync(file());
    const settings = open();
    expect(settings.problem).toContain('it is no file');
    settings.update('set', 'test', (now) => now);
    expect(open().read()).toEqual(SOME);
  });

  it.skipIf(process.platform === 'win32')(
    'a pipe does not hold up the start [skipped on Windows: it has no named pipes in folders]',
    () => {
      store();
      for (const name of ['settings.json', 'settings.prev.json']) {
        rmSync(file(name));
        execFileSync('mkfifo', [file(name)]);
      }
      const settings = open();
      expect(settings.problem).toContain('no good copy');
      expect(settings.read()).toEqual(EMPTY_SETTINGS);
      settings.update('set', 'test', () => SOME);
      expect(open().read()).toEqual(SOME);
    },
  );
});

describe('when both files are bad', () => {
  it('nothing may start, what tightens counts, and the person is told', () => {
    store();
    edit((now) => ({ ...now, rules: [...now.rules, rule('deny', 'd')] }));
    writeFileSync(file('settings.prev.json'), 'bad');
    const settings = open();
    expect(settings.read().connectors).toEqual([]);
    expect(effects(settings.read())).toEqual(['deny-rm', 'deny-d']);
    expect(settings.problem).toContain('No connector can start');
    const again = open();
    expect(effects(again.read())).toEqual(['deny-rm', 'deny-d']);
    expect(again.problem).toContain('No connector can start');
    expect(readFileSync(file('settings.prev.rejected.json'), 'utf8')).toBe('bad');
  });

  it('only the copy is bad: the settings enforce, and the next write makes it good', () => {
    store();
    writeFileSync(file('settings.prev.json'), 'bad');
    const settings = open();
    expect(settings.problem).toBeUndefined();
    settings.update('set', 'test', (now) => now);
    expect(unseal(readFileSync(file('settings.prev.json'), 'utf8')).kind).toBe('good');
  });
});

describe.each<[number, string, string]>([
  [1, '', ''],
  [
    2,
    `,
    "hub": {
      "port": 28246,
      "configs": [],
      "bindings": [],
      "listeners": [],
      "origins": []
    }`,
    '"hub":{"bindings":[],"configs":[],"listeners":[],"origins":[],"port":28246},',
  ],
])('a file of version %s', (version, hub, canonicalHub) => {
  /** As a companion of then wrote it; made by hand, so that no code of today's has a part in it. */
  const old = `{
  "sha256": "SHA",
  "settings": {
    "version": ${version},
    "connectors": [],
    "rules": [
      {
        "id": "r1",
        "effect": "deny",
        "connector": "*",
        "tool": "rm",
        "createdAt": "2026-11-21T00:00:00.000Z"
      }
    ],
    "secrets": []${hub}
  }
}
`.replace(
    'SHA',
    createHash('sha256')
      .update(
        `rl-settings-v1{"connectors":[],${canonicalHub}"rules":[{"connector":"*","createdAt":"2026-11-21T00:00:00.000Z","effect":"deny","id":"r1","tool":"rm"}],"secrets":[],"version":${version}}`,
      )
      .digest('hex'),
  );
  const migrated = { ...EMPTY_SETTINGS, hub: { ...EMPTY_HUB, port: version === 1 ? null : 28_246 } };

  it('is read with what came later empty, left as it is, and written as one of today', () => {
    for (const name of ['settings.json', 'settings.prev.json']) writeFileSync(file(name), old);
    const settings = open();
    expect(settings.problem).toBeUndefined();
    expect(settings.read()).toEqual({ ...migrated, rules: settings.read().rules });
    expect(effects(settings.read())).toEqual(['r1']);
    expect(readFileSync(file(), 'utf8')).toBe(old);
    settings.update('set', 'test', (now) => now);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toMatchObject({
      settings: { version: SETTINGS_VERSION, hub: migrated.hub, tenants: [], auditEndpoint: null },
    });
    expect(effects(open().read())).toEqual(['r1']);
  });

  it.each<[string, (text: string) => string]>([
    ['a rule changed', (text) => text.replace('"deny"', '"allow"')],
    ['something added', (text) => text.replace('"secrets": []', '"secrets": [],\n    "tenants": []')],
    ['called of today', (text) => text.replace(`"version": ${version}`, `"version": ${SETTINGS_VERSION}`)],
    ['called of before', (text) => text.replace(`"version": ${version}`, '"version": 0')],
  ])('is noticed: %s', (_title, change) => {
    writeFileSync(file('settings.prev.json'), old);
    writeFileSync(file(), change(old));
    const settings = open();
    expect(settings.problem).toContain('The last good copy enforces');
    expect(effects(settings.read())).toEqual(['r1']);
    expect(settings.read().rules[0]?.effect).toBe('deny');
  });
});

describe('a newer schema', () => {
  const newer = (): string => readFileSync(file(), 'utf8').replace(TODAY, NEWER);

  it('in both files is refused, and nothing is touched', () => {
    store();
    const text = newer();
    for (const name of ['settings.json', 'settings.prev.json']) writeFileSync(file(name), text);
    expect(open).toThrow(expect.objectContaining({ code: 'E_SETTINGS_NEWER' }) as Error);
    expect(readdirSync(home).sort()).toEqual(['settings.json', 'settings.prev.json']);
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('in the settings without a copy, or in the copy of what is gone, is refused', () => {
    store();
    const text = newer();
    rmSync(file('settings.prev.json'));
    writeFileSync(file(), text);
    expect(open).toThrow(expect.objectContaining({ code: 'E_SETTINGS_NEWER' }) as Error);
    rmSync(file());
    writeFileSync(file('settings.prev.json'), text);
    expect(open).toThrow(expect.objectContaining({ code: 'E_SETTINGS_NEWER' }) as Error);
  });

  it('in one file whose copy is ours is a changed byte', () => {
    store();
    writeFileSync(file(), newer());
    const settings = open();
    expect(settings.problem).toContain('claims to be of a newer companion');
    expect(settings.read()).toEqual(SOME);
  });
});

describe('a write that was interrupted', () => {
  it('between the two files leaves what held before', () => {
    store();
    // The copy is written first.
    writeFileSync(file('settings.prev.json'), seal({ ...SOME, rules: [rule('allow', '*')] }));
    const settings = open();
    expect(settings.read()).toEqual(SOME);
    expect(settings.problem).toBeUndefined();
  });

  it('leaves no half file in the place of a whole one', () => {
    store();
    const inode = statSync(file()).ino;
    open().update('set', 'test', (now) => ({ ...now, rules: [] }));
    expect(statSync(file()).ino).not.toBe(inode);
    expect(readdirSync(home)).toHaveLength(2);
  });
});

describe('reading again', () => {
  it('takes what the other host wrote, and never throws', () => {
    store();
    const settings = open();
    writeFileSync(file(), seal({ ...SOME, rules: [rule('deny', '*')] }));
    settings.reload();
    expect(effects(settings.read())).toEqual(['deny-*']);
    expect(changes).toBe(2);
    for (const name of ['settings.json', 'settings.prev.json'])
      writeFileSync(file(name), seal(SOME).replace(TODAY, NEWER));
    settings.reload();
    expect(effects(settings.read())).toEqual(['deny-*']);
    expect(settings.problem).toContain('newer companion');
  });

  it('is all that is left after a hand-over: nothing that the other host tightened is undone', () => {
    store({ ...SOME, rules: [rule('allow', 'ls')] });
    const old = open();
    const other = open();
    recorded = [];
    old.handOver();
    other.update('policy.add', 'test', (now) => ({ ...now, rules: [rule('deny', 'ls')] }));
    const written = readFileSync(file(), 'utf8');
    const renew = (now: Settings): Settings => ({
      ...now,
      secrets: now.secrets.map((entry) => ({ ...entry, updatedAt: '2026-11-22T00:00:00.000Z' })),
    });
    for (const reread of [() => undefined, () => old.reload()]) {
      reread();
      expect(() => old.update('secrets', 'companion', renew)).toThrow(
        expect.objectContaining({ code: 'E_HANDED_OVER' }),
      );
    }
    expect(effects(old.read())).toEqual(['deny-ls']);
    expect(old.read().secrets).toEqual(SOME.secrets);
    for (const name of ['settings.json', 'settings.prev.json']) expect(readFileSync(file(name), 'utf8')).toBe(written);
    expect(recorded).toHaveLength(1);
  });
});

describe('the seal', () => {
  it('gives back what it closed, and only that text', () => {
    for (const settings of [EMPTY_SETTINGS, SOME]) {
      expect(unseal(seal(settings))).toEqual({ kind: 'good', settings });
      expect(seal(settings)).toBe(seal(structuredClone(settings)));
    }
  });

  it('of other settings is another', () => {
    const a = JSON.parse(seal(SOME)) as object;
    const b = JSON.parse(seal(EMPTY_SETTINGS)) as object;
    expect(unseal(`${JSON.stringify({ ...a, settings: EMPTY_SETTINGS }, null, 2)}\n`).kind).toBe('bad');
    expect(unseal(`${JSON.stringify({ ...b, settings: SOME }, null, 2)}\n`).kind).toBe('bad');
  });
});
