import { describe, expect, it } from 'vitest';
import { appMenu } from '../../main/shell/app-menu.ts';
import { trayView } from '../../main/shell/tray-model.ts';
import { menuTemplate, trayImage } from '../../main/shell/tray.ts';
import type { LogEntry } from '../../preload/contract/audit.ts';
import type { Protection } from '../../preload/contract/protection.ts';
import { clickItem } from './fake-electron.ts';
import { NOW } from './harness.ts';

const entry = (minutesAgo: number, effect: string): LogEntry => ({
  id: `${minutesAgo}-${effect}`,
  time: new Date(NOW - minutesAgo * 60_000).toISOString(),
  kind: 'call',
  tool: 'evil\u202Etool',
  effect,
});
const concern = { text: 'x', next: 'y' };
const ends = [[{ label: 'Open', action: 'open' }], [{ label: 'Quit', action: 'quit' }]];

describe('trayView', () => {
  it.each<[string, Protection, number, LogEntry[], string[]]>([
    ['all is well', { state: 'protected', concerns: [] }, 0, [], ['Protected', 'No call denied in the last hour']],
    [
      'calls were denied, some long ago',
      { state: 'protected', concerns: [] },
      0,
      [entry(1, 'deny'), entry(59, 'deny'), entry(61, 'deny'), entry(1, 'allow')],
      ['Protected', '2 calls denied in the last hour'],
    ],
    [
      'one call was denied',
      { state: 'protected', concerns: [] },
      0,
      [entry(1, 'deny')],
      ['Protected', '1 call denied in the last hour'],
    ],
    [
      'calls wait',
      { state: 'attention', concerns: [concern, concern] },
      2,
      [],
      ['Needs attention', '2 calls wait for you', 'No call denied in the last hour'],
    ],
    [
      'something else needs a look',
      { state: 'attention', concerns: [concern] },
      0,
      [],
      ['Needs attention', '1 to look at', 'No call denied in the last hour'],
    ],
    [
      'outages open',
      { state: 'attention', concerns: [concern], banner: 'Not enforcing on outage' },
      0,
      [],
      ['Needs attention', 'NOT ENFORCING ON OUTAGE', '1 to look at', 'No call denied in the last hour'],
    ],
    ['nothing decides', { state: 'not_enforcing', concerns: [concern] }, 0, [entry(1, 'deny')], ['Not enforcing']],
  ])('%s', (_title, protection, waitingApprovals, recent, lines) => {
    const view = trayView({ protection, waitingApprovals, recent, now: NOW });
    expect(view.state).toBe(protection.state);
    expect(view.menu).toEqual([lines.map((label) => ({ label })), ...ends]);
    expect(JSON.stringify(view)).not.toContain('evil');
  });
});

describe('the tray as drawn', () => {
  it.each([
    ['protected', 'linux', '/t/protected.png'],
    ['attention', 'win32', '/t/attention.png'],
    ['not_enforcing', 'darwin', '/t/not-enforcingTemplate.png'],
  ] as const)('%s on %s', (state, platform, path) => {
    expect(trayImage('/t', state, platform)).toBe(path);
  });

  it('has lines that cannot be clicked and items that can', () => {
    const acted: string[] = [];
    const view = trayView({
      protection: { state: 'protected', concerns: [] },
      waitingApprovals: 0,
      recent: [],
      now: NOW,
    });
    const template = menuTemplate(view, (action) => acted.push(action));
    expect(template.map((item) => item.label ?? item.type)).toEqual([
      'Protected',
      'No call denied in the last hour',
      'separator',
      'Open',
      'separator',
      'Quit',
    ]);
    expect(template[0]).toEqual({ label: 'Protected', enabled: false });
    for (const item of template) clickItem(item);
    expect(acted).toEqual(['open', 'quit']);
  });

  it.each([
    ['darwin', ['appMenu', 'editMenu', 'windowMenu']],
    ['win32', undefined],
    ['linux', undefined],
  ])('the application menu on %s', (platform, roles) => {
    expect(appMenu(platform)?.map((item) => item.role)).toEqual(roles);
  });
});
