import { describe, expect, it } from 'vitest';
import type { CatalogueView, ConnectorHealth, ConsentRequest, HandCall } from '../../preload/contract/index.ts';
import { anAddress, anEntry } from '../catalogue/entries.ts';
import { tell } from './fake-io.ts';

const catalogue: CatalogueView[] = [
  { entry: anEntry(), installed: ['mine'] },
  { entry: anAddress(), installed: [] },
];
const request: ConsentRequest = {
  connector: 'files',
  hash: 'h1',
  target: { kind: 'program', argv: ['npx'], path: '/npx', realPath: '/npx', env: [], secrets: [] },
  risks: [],
  default: 'read-only',
};
const answers = {
  'connectors.catalogue': catalogue,
  'connectors.draft': { request, settingsFile: '/home/settings.json' },
  'connectors.install': { name: 'files' },
};

describe('connectors catalogue and install', () => {
  it('lists what there is, what it needs, and why something was not checked', async () => {
    const { out } = await tell('connectors catalogue', { answers });
    expect(out).toContain('--set folders=… [--set list=…] TOKEN');
    expect(out).toMatch(/remote: Not reached\./);
  });

  it('shows what is agreed to, asks, and names secrets as the entry does unless told otherwise', async () => {
    const told = await tell('connectors install files --set folders=/a --set folders=/b --secret TOKEN=keychain:mine', {
      answers,
      tty: true,
      typed: ['y'],
    });
    expect(told.calls.slice(1)).toEqual([
      'connectors.draft {"entry":"files","name":"files","default":"read-only","parameters":{"folders":["/a","/b"]},"secrets":{"TOKEN":"mine"}}',
      'connectors.install! {"name":"files","default":"read-only","consentHash":"h1"}',
    ]);
    expect(told.out).toContain('stored in /home/settings.json');
    const usual = await tell('connectors install remote --name gh --default ask -y', { answers });
    expect(usual.calls[1]).toContain(
      '"name":"gh","default":"ask","parameters":{},"secrets":{"Authorization":"remote"}',
    );
  });

  it.each([
    'connectors install nothing -y',
    'connectors install files --set folders -y',
    'connectors install files --secret TOKEN=value -y',
  ])('refuses %s', async (line) => {
    const told = await tell(line, { answers });
    expect([told.code, told.calls.filter((call) => call.includes('install'))]).toEqual([2, []]);
  });

  it('does nothing without a yes', async () => {
    const told = await tell('connectors install files --set folders=/a', { answers, tty: true, typed: ['n'] });
    expect(told.failure?.code).toBe('E_DECLINED');
  });
});

const health: ConnectorHealth = {
  name: 'files',
  state: 'ready',
  sessions: 1,
  starts: 2,
  lastStartAt: '2026-11-21T08:00:00.000Z',
  crashes: 1,
  retryInMs: 0,
  lastError: { at: '2026-11-21T08:00:00.000Z', text: 'It ended\u001b[2J.' },
  check: null,
  signIn: 'signed_out',
};
const answered: HandCall = {
  call: 'c1',
  decision: { effect: 'allow', decidedBy: 'local', code: 'rule_allow', reason: 'x' },
  outcome: 'answered',
  message: '',
  parts: [
    { type: 'text', mimeType: null, text: 'one\ntwo\u001b[2J', bytes: 9, isCut: false },
    { type: 'image', mimeType: 'image/png', text: '', bytes: 70, isCut: false },
    { type: 'text', mimeType: null, text: 'long', bytes: 9000, isCut: true },
  ],
  isCut: true,
  durationMs: 5,
};

describe('connectors health, check, tools, tool and call', () => {
  it('say how it does', async () => {
    const { out } = await tell('connectors health files', { answers: { 'connectors.health': health } });
    expect(out).toContain('2, the last at 2026-11-21T08:00:00.000Z');
    expect(out).toContain('nobody signed in');
    expect(out).not.toContain('\u001b');
    const checks: [ConnectorHealth['check'], RegExp][] = [
      [{ state: 'running', at: 'x' }, /under way/],
      [{ state: 'passed', at: 'x', durationMs: 7, tools: 3 }, /answered in 7 ms at x, 3 tools/],
      [
        { state: 'failed', at: 'x', durationMs: 7, code: 'E_X', message: 'Bad.', next: 'Look.' },
        /failed at x: Bad\. Look\./,
      ],
    ];
    for (const [check, words] of checks)
      expect(
        (await tell('connectors check files', { answers: { 'connectors.check': { ...health, check } } })).out,
      ).toMatch(words);
  });

  it('list tools, or say how to know them', async () => {
    expect((await tell('connectors tools files', { answers: { 'connectors.tools': [] } })).out).toContain(
      'connectors check files',
    );
    const tool = { name: 'read', decision: { effect: 'allow' }, pin: 'pinned', isOff: false, hidden: null };
    const { out } = await tell('connectors tools files', {
      answers: { 'connectors.tools': [tool, { ...tool, name: 'write', isOff: true, hidden: 'Off.' }] },
    });
    expect(out.split('\n').slice(1, 3)).toEqual(['read   allow     pinned  ', 'write  off       pinned  Off.']);
  });

  it('switch a tool, asking only where that weakens', async () => {
    const setTool = { answers: { 'connectors.setTool': { isOff: false } }, weakens: ['connectors.setTool'] as const };
    const told = await tell('connectors tool files write on', { ...setTool, tty: true, typed: ['y'] });
    expect(told.calls.at(-1)).toBe('connectors.setTool! {"name":"files","tool":"write","on":true}');
    expect(told.asked.join()).toContain('denies "write"');
    expect((await tell('connectors tool files write sideways', setTool)).code).toBe(2);
  });

  it('call a tool and print texts without what moves the terminal', async () => {
    const told = await tell(['connectors', 'call', 'files', 'read', '{"a": 1}'], {
      answers: { 'connectors.callTool': answered },
    });
    expect(told.calls).toEqual(['connectors.callTool {"name":"files","tool":"read","arguments":"{\\"a\\": 1}"}']);
    expect(told.out).toBe(
      String.raw`Answered in 5 ms.${'\n'}one${'\n'}two\u{1b}[2J${'\n'}[image image/png, 70 bytes]${'\n'}long${'\n'}[… of 9000 bytes]${'\n'}`,
    );
    const refused: HandCall = { ...answered, outcome: 'refused', message: 'A rule denies it.', parts: [] };
    expect((await tell('connectors call files read', { answers: { 'connectors.callTool': refused } })).out).toBe(
      'Refused (rule_allow). A rule denies it.\n',
    );
  });
});
