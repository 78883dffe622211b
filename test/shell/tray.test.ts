import { describe, expect, it } from 'vitest';
import { appMenu } from '../../main/shell/app-menu.ts';
import type { StoppedCall } from '../../main/shell/stopped-call.ts';
import { LATELY_MS, trayView, type TrayAction, type TrayInput, type TrayItem } from '../../main/shell/tray-model.ts';
import { createTray, menuTemplate, trayImage } from '../../main/shell/tray.ts';
import { clickItem, createFakeElectron } from './fake-electron.ts';
import { NOW } from './harness.ts';

const stopped = (minutesAgo: number, kind: StoppedCall['kind'] = 'blocked'): StoppedCall => ({
  id: `${kind}-${minutesAgo}`,
  time: NOW - minutesAgo * 60_000,
  kind,
  label: `Cursor → shell: exec${minutesAgo}`,
});
const input = (change: Partial<TrayInput> = {}): TrayInput => ({
  protection: { state: 'protected', concerns: [] },
  waiting: 0,
  lockedDown: false,
  stopped: [],
  weakened: undefined,
  update: { kind: 'off', reason: '' },
  now: NOW,
  clock: (time) => `-${(NOW - time) / 60_000}`,
  ...change,
});
const concern = { text: 'evil\u202Etext', next: 'y' };
const open = (label: string, route?: string): TrayItem =>
  ({ label, action: { kind: 'open', ...(route === undefined ? {} : { route }) } }) as TrayItem;
const ends: readonly (readonly TrayItem[])[] = [
  [{ label: 'Stop every call now', action: { kind: 'lockdown', on: true } }],
  [open('Connect a client…', '/clients'), open('Open')],
  [{ label: 'Quit', action: { kind: 'quit' } }],
];

describe('the tray as data', () => {
  it('protected', () => {
    expect(trayView(input())).toEqual({
      state: 'protected',
      tooltip: 'Runlayer Companion: protected',
      menu: [[{ label: 'Protected' }, { label: 'No call blocked in the last hour' }], ...ends],
    });
  });

  it('blocked lately: the last five that were blocked or failed, each with its page', () => {
    const view = trayView(
      input({
        stopped: [stopped(1), stopped(2, 'failed'), stopped(3), stopped(59), stopped(60), stopped(61)],
      }),
    );
    expect(view.state).toBe('blocked_lately');
    expect(view.tooltip).toBe('Runlayer Companion: protected, 3 calls blocked lately');
    expect(view.menu).toEqual([
      [{ label: 'Protected' }, { label: '3 calls blocked in the last hour' }],
      [
        { label: 'Blocked or failed:' },
        open('-1  Cursor → shell: exec1, blocked', '/activity/blocked-1'),
        open('-2  Cursor → shell: exec2, failed', '/activity/failed-2'),
        open('-3  Cursor → shell: exec3, blocked', '/activity/blocked-3'),
        open('-59  Cursor → shell: exec59, blocked', '/activity/blocked-59'),
        open('-60  Cursor → shell: exec60, blocked', '/activity/blocked-60'),
      ],
      ...ends,
    ]);
  });

  it.each<[string, readonly StoppedCall[], string, string]>([
    ['one was blocked', [stopped(1)], 'blocked_lately', '1 call blocked in the last hour'],
    ['one failed', [stopped(1, 'failed')], 'protected', 'No call blocked in the last hour'],
    [
      'one was blocked just an hour ago',
      [stopped(LATELY_MS / 60_000)],
      'protected',
      'No call blocked in the last hour',
    ],
  ])('%s', (_title, calls, state, line) => {
    const view = trayView(input({ stopped: calls }));
    expect(view.state).toBe(state);
    expect(view.menu[0]?.at(-1)).toEqual({ label: line });
  });

  it('attention: what waits can be looked at and denied, never allowed', () => {
    const protection = { state: 'attention', concerns: [concern, concern] } as const;
    const view = trayView(input({ protection, waiting: 2 }));
    expect(view.state).toBe('attention');
    expect(view.menu.slice(0, 2)).toEqual([
      [{ label: 'Needs attention' }, { label: 'No call blocked in the last hour' }],
      [
        { label: '2 questions wait for you…', action: { kind: 'review' } },
        { label: 'Deny all of them', action: { kind: 'deny_all' } },
      ],
    ]);
    expect(trayView(input({ protection, waiting: 1 })).menu[1]?.map(({ label }) => label)).toEqual([
      '1 question waits for you…',
      'Deny it',
    ]);
    expect(JSON.stringify(view)).not.toMatch(/allow|approve/i);
  });

  it('attention: something else needs a look, though a call was blocked', () => {
    const view = trayView(input({ protection: { state: 'attention', concerns: [concern] }, stopped: [stopped(1)] }));
    expect(view.state).toBe('attention');
    expect(view.menu[0]).toEqual([
      { label: 'Needs attention' },
      { label: '1 to look at' },
      { label: '1 call blocked in the last hour' },
    ]);
    expect(JSON.stringify(view)).not.toContain('evil');
  });

  it('locked down: said aloud, and its end is a question', () => {
    const protection = { state: 'attention', concerns: [concern], banner: 'Locked down' } as const;
    const view = trayView(input({ protection, lockedDown: true }));
    expect(view.tooltip).toBe('Runlayer Companion: locked down');
    expect(view.menu[0]?.[1]).toEqual({ label: 'LOCKED DOWN' });
    expect(view.menu[1]).toEqual([{ label: 'Let calls through again…', action: { kind: 'lockdown', on: false } }]);
  });

  it('not enforcing: nothing is offered that nobody would do', () => {
    const protection = { state: 'not_enforcing', concerns: [concern] } as const;
    expect(trayView(input({ protection, lockedDown: undefined }))).toEqual({
      state: 'not_enforcing',
      tooltip: 'Runlayer Companion: not enforcing',
      menu: [[{ label: 'Not enforcing' }], ...ends.slice(1)],
    });
  });

  it('what weakened protection is told', () => {
    const weakened = { time: NOW - 60_000, text: 'Start "a\u202Eb"?' };
    expect(trayView(input({ weakened })).menu[1]).toEqual([
      open('-1  Protection was weakened by a yes to: Start "a[U+202E right-to-left override]b"?', '/'),
    ]);
  });

  it('a newer version is told, and fetched by nobody', () => {
    const update = { kind: 'available', version: '1.2.3', checkedAt: '2026-11-21T08:00:00.000Z' } as const;
    expect(trayView(input({ update })).menu[2]).toEqual([
      open('Connect a client…', '/clients'),
      open('Version 1.2.3 is there…', '/about'),
      open('Open'),
    ]);
  });
});

describe('the tray as drawn', () => {
  it.each([
    ['protected', 'linux', '/t/protected.png'],
    ['blocked_lately', 'win32', '/t/blocked-lately.png'],
    ['attention', 'win32', '/t/attention.png'],
    ['not_enforcing', 'darwin', '/t/not-enforcingTemplate.png'],
    ['blocked_lately', 'darwin', '/t/blocked-latelyTemplate.png'],
  ] as const)('%s on %s', (state, platform, path) => {
    expect(trayImage('/t', state, platform)).toBe(path);
  });

  it('has lines that cannot be clicked and items that can', () => {
    const acted: TrayAction[] = [];
    const template = menuTemplate(trayView(input()), (action) => acted.push(action));
    expect(template.map((item) => item.label ?? item.type)).toEqual([
      'Protected',
      'No call blocked in the last hour',
      'separator',
      'Stop every call now',
      'separator',
      'Connect a client…',
      'Open',
      'separator',
      'Quit',
    ]);
    expect(template[0]).toEqual({ label: 'Protected', enabled: false });
    for (const item of template) clickItem(item);
    expect(acted).toEqual([
      { kind: 'lockdown', on: true },
      { kind: 'open', route: '/clients' },
      { kind: 'open' },
      { kind: 'quit' },
    ]);
  });

  it('shows an ampersand as one', () => {
    const call = { ...stopped(1), label: 'R&D → a: b' };
    const template = menuTemplate(trayView(input({ stopped: [call] })), () => undefined);
    expect(template.map(({ label }) => label)).toContain('-1  R&&D → a: b, blocked');
  });

  it('is drawn anew only where it is another', () => {
    const fake = createFakeElectron();
    const acted: TrayAction[] = [];
    const options = { images: '/t', platform: 'linux', act: (action: TrayAction) => void acted.push(action) };
    const tray = createTray(fake.electron, { ...options, view: trayView(input()) });
    const drawn = fake.trays[0]!;
    expect(drawn.menus).toBe(1);
    tray.draw(trayView(input()));
    tray.draw(trayView(input({ now: NOW + 1000 })));
    expect(drawn.menus).toBe(1);
    tray.draw(trayView(input({ stopped: [stopped(1)] })));
    expect(drawn.menus).toBe(2);
    expect(drawn.image).toBe('/t/blocked-lately.png');
    tray.draw(trayView(input({ stopped: [stopped(1)] })));
    expect(drawn.menus).toBe(2);
    drawn.events.emit('click');
    expect(acted).toEqual([{ kind: 'open' }]);
    tray.close();
    expect(fake.log).toContain('tray destroyed');
  });

  it.each([
    ['darwin', ['appMenu', 'editMenu', 'windowMenu']],
    ['win32', undefined],
    ['linux', undefined],
  ])('the application menu on %s', (platform, roles) => {
    expect(appMenu(platform)?.map((item) => item.role)).toEqual(roles);
  });
});
