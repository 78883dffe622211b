import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CompanionError, type ApprovalView, type GrantView } from '../../preload/contract/index.ts';
import { tell, type Scene, type Told } from './fake-io.ts';

const AT = '2026-11-21T08:00:00.000Z';
const approval: ApprovalView = {
  id: 'a1',
  connector: 'files',
  tool: 'write',
  client: 'cursor',
  hash: 'f00d',
  about: 'call',
  arguments: '{\n  "path": "/x"\n}',
  reason: 'A rule asks.',
  createdAt: AT,
  expiresAt: '2026-11-21T08:05:00.000Z',
  state: 'waiting',
};
const pending: ApprovalView = { ...approval, id: 'a2', state: 'pending', expiresAt: '2026-11-21T08:01:05.200Z' };
const answer: ApprovalView = { ...approval, id: 'a3', about: 'answer', expiresAt: '2026-11-21T07:59:59.000Z' };
const grant: GrantView = {
  id: 'g1',
  client: 'cursor',
  connector: 'files',
  tool: 'write',
  scope: 'session',
  createdAt: AT,
};

const answers: Scene['answers'] = {
  'approvals.list': [approval, pending, answer],
  'approvals.approve': {},
  'approvals.deny': {},
  'grants.list': [
    grant,
    { ...grant, id: 'g2', scope: 'hour', endsAt: '2026-11-21T09:00:00.000Z', when: { at: '/path', glob: '/data/*' } },
  ],
  'grants.revoke': {},
};
const WHEN = '{"at":"/path","glob":"/x*"}';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(AT) });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('approvals list and show', () => {
  it('say what waits, in which state, and for how long', async () => {
    expect((await tell('approvals list', { answers })).out).toBe(`ID  STATE    LEFT  CLIENT  CONNECTOR  TOOL
a1  waiting  5:00  cursor  files      write
a2  pending  1:06  cursor  files      write
a3  answer   0:00  cursor  files      write

See a whole call with "runlayer approvals show <id>". Answer it with
"runlayer approvals approve <id>" or "runlayer approvals deny <id>".
`);
    expect((await tell('approvals list', { answers: { 'approvals.list': [] } })).out).toBe('Nothing waits for you.\n');
    expect(JSON.parse((await tell('approvals list --json', { answers })).out)).toEqual([approval, pending, answer]);
  });

  it('show is whole', async () => {
    expect((await tell('approvals show a1', { answers })).out).toBe(`cursor wants to call "write" on "files".
Why it asks: A rule asks.
State: its client waits, 5:00 left
Arguments:
  {
    "path": "/x"
  }
`);
  });

  it.each([
    ['pending', { state: 'pending' }, 'State: its client was told to call again, and finds your answer then; 5:00'],
    ['approved', { state: 'approved' }, 'State: approved; it is made when its client calls again, 5:00 left\n'],
    ['an answer', { about: 'answer' }, 'cursor called "write" on "files".\n'],
    ['an answer, its text', { about: 'answer' }, '\nAnswer:\n  {\n'],
    [
      'the same as before',
      { changes: [] },
      'Nothing differs from the last one of this tool that you were asked about.\n',
    ],
    [
      'another than before',
      { changes: [' {', '-  "path": "/y"', '+  "path": "/x"'] },
      'Differs from the last call that you were asked about:\n   {\n  -  "path": "/y"\n  +  "path": "/x"\n',
    ],
    ['with what is unseen', { changes: ['+\u202e\u001b[2J'] }, String.raw`+\u{202e}\u{1b}[2J`],
  ] as const)('show: %s', async (_what, change, expected) => {
    const view = { ...approval, ...change };
    expect((await tell('approvals show a1', { answers: { 'approvals.list': [view] } })).out).toContain(expected);
  });

  it('what does not wait is a misuse', async () => {
    for (const line of ['approvals show zz', 'approvals approve zz'])
      expect((await tell(line, { answers, tty: true })).failure?.code).toBe('E_APPROVAL_UNKNOWN');
  });
});

describe('approvals approve', () => {
  const at = (line: string | string[], scene: Scene = {}): Promise<Told> =>
    tell(line, { answers, tty: true, typed: ['y'], ...scene });

  it('shows the call and asks; there is no way without a terminal', async () => {
    const told = await at('approvals approve a1');
    expect(told.out).toContain('cursor wants to call "write"');
    expect(told.out).toMatch(/Approved\.\n$/);
    expect(told.asked).toEqual(['Let exactly this call through? [y/N] ']);
    expect(told.calls.at(-1)).toBe('approvals.approve! {"id":"a1","scope":"once"}');
    const alone = await at('approvals approve a1', { tty: false });
    expect([alone.code, alone.failure?.code]).toEqual([2, 'E_TERMINAL_NEEDED']);
    expect((await at('approvals approve a1 -y')).failure?.code).toBe('E_USAGE');
    expect((await at('approvals approve a1 --for hour --yes')).failure?.code).toBe('E_USAGE');
    for (const none of [alone, await at('approvals approve a1', { typed: ['n'] })])
      expect(none.calls.some((call) => call.startsWith('approvals.approve'))).toBe(false);
  });

  it("of a server's answer asks about that", async () => {
    expect((await at('approvals approve a3')).asked).toEqual(['Let exactly this answer through? [y/N] ']);
  });

  it('of a pending one says that it is made later', async () => {
    expect((await at('approvals approve a2')).out).toMatch(/Approved\. It is made when its client calls again\.\n$/);
  });

  it('--for remembers the yes, --when only for some calls, and both are asked about', async () => {
    const session = await at('approvals approve a1 --for session');
    expect(session.asked).toEqual([
      'Let this call through, and until its session ends every other call of this tool by this client, with any arguments? [y/N] ',
    ]);
    expect(session.calls.at(-1)).toBe('approvals.approve! {"id":"a1","scope":"session"}');
    const hour = await at(['approvals', 'approve', 'a1', '--for', 'hour', '--when', WHEN]);
    expect(hour.asked[0]).toBe(
      `Let this call through, and for an hour every other call of this tool by this client whose arguments fit ${WHEN}? [y/N] `,
    );
    expect(hour.calls.at(-1)).toBe(`approvals.approve! {"id":"a1","scope":"hour","when":${WHEN}}`);
  });

  it.each([
    ['for ever', ['--for', 'ever'], 'E_INPUT', 'Allowed choices are session, hour.'],
    ['for once', ['--for', 'once'], 'E_INPUT', 'Allowed choices are session, hour.'],
    ['a condition alone', ['--when', WHEN], 'E_USAGE', 'goes with "--for"'],
    ['a condition that is no JSON', ['--for', 'hour', '--when', 'x'], 'E_INPUT', 'Give a condition as JSON'],
    [
      'a word that is no test',
      ['--for', 'hour', '--when', '{"and":[{"at":"/a","eq":1},{"at":"/b","globb":"x"}]}'],
      'E_INPUT',
      '"globb" is no test. Give one of: eq, in,',
    ],
    ['a condition without a test', ['--for', 'hour', '--when', '{}'], 'E_INPUT', 'Give a condition as JSON'],
    ['two tests', ['--for', 'hour', '--when', '{"at":"/a","eq":1,"gt":0}'], 'E_INPUT', 'Give a condition as JSON'],
    ['one that is too long', ['--for', 'hour', '--when', `{"at":"/a","eq":"${'x'.repeat(20_000)}"}`], 'E_INPUT', 'x'],
    ['one that is too deep', ['--for', 'hour', '--when', '['.repeat(16_000)], 'E_INPUT', '['],
    [
      'one that is too nested',
      ['--for', 'hour', '--when', '{"not":'.repeat(2000) + WHEN + '}'.repeat(2000)],
      'E_INPUT',
      'not',
    ],
  ])('%s is a misuse', async (_what, options, code, message) => {
    const told = await at(['approvals', 'approve', 'a1', ...options]);
    expect(told.failure).toMatchObject({ code, exitCode: 2 });
    expect(told.failure?.message).toContain(message);
    expect(told.calls).toEqual([]);
  });

  it('--json prints the answer alone on stdout', async () => {
    const told = await at('approvals approve a1 --for hour --json');
    expect(JSON.parse(told.out)).toEqual({ id: 'a1', answer: 'approved', scope: 'hour' });
    expect(told.err).toContain('"path": "/x"');
  });
});

describe('approvals deny', () => {
  it('needs no terminal', async () => {
    const told = await tell('approvals deny a1', { answers });
    expect([told.out, told.calls]).toEqual(['Denied.\n', ['approvals.deny {"id":"a1"}']]);
  });

  it('--all refuses each that waits; what has ended meanwhile needs no answer', async () => {
    const gone = new CompanionError('E_APPROVAL_UNKNOWN', 'gone', 'x', { exitCode: 2 });
    const deny = ({ id }: { id: string }): object => {
      if (id === 'a2') throw gone;
      return {};
    };
    const told = await tell('approvals deny --all', { answers: { ...answers, 'approvals.deny': deny } });
    expect(told.out).toBe('Denied 2.\n');
    expect(told.calls.slice(1)).toEqual(['a1', 'a2', 'a3'].map((id) => `approvals.deny {"id":"${id}"}`));
    const json = await tell('approvals deny --all --json', { answers });
    expect(JSON.parse(json.out)).toEqual({ denied: ['a1', 'a2', 'a3'] });
  });

  it('--all goes on where one could not be recorded, and tells it', async () => {
    const deny = ({ id }: { id: string }): object => {
      if (id === 'a1') throw new CompanionError('E_AUDIT', 'not recorded', 'x');
      return {};
    };
    const told = await tell('approvals deny --all', { answers: { ...answers, 'approvals.deny': deny } });
    expect(told.failure?.code).toBe('E_AUDIT');
    expect(told.calls).toHaveLength(4);
  });

  it.each(['approvals deny', 'approvals deny a1 --all'])('%s is a misuse', async (line) => {
    const told = await tell(line, { answers });
    expect([told.failure?.code, told.calls]).toEqual(['E_USAGE', []]);
  });
});

describe('grants', () => {
  it('are listed with what is left of them', async () => {
    expect((await tell('approvals grants', { answers })).out).toBe(`ID  LEFT     CLIENT  CONNECTOR  TOOL   ARGUMENTS
g1  session  cursor  files      write  any
g2  60:00    cursor  files      write  {"at":"/path","glob":"/data/*"}

Those of a client without a hub token end with its session, if that is sooner.
`);
    expect((await tell('approvals grants', { answers: { 'grants.list': [] } })).out).toBe(
      'No grants: each call that asks waits for you.\n',
    );
    expect(JSON.parse((await tell('approvals grants --json', { answers })).out)).toHaveLength(2);
  });

  it('are revoked without a question', async () => {
    const told = await tell('approvals revoke g1', { answers });
    expect([told.out, told.calls]).toEqual(['Revoked.\n', ['grants.revoke {"id":"g1"}']]);
    expect(JSON.parse((await tell('approvals revoke g1 --json', { answers })).out)).toEqual({
      id: 'g1',
      revoked: true,
    });
  });
});

describe('approvals pause and resume', () => {
  const pause = { client: 'cursor', by: 'command line, process 1', endsAt: '2026-11-21T08:15:00.000Z' };
  const paused: Scene['answers'] = {
    'approvals.pause': pause,
    'approvals.paused': [pause],
    'approvals.resume': {},
  };

  it('pause says until when, and how to end it', async () => {
    expect((await tell('approvals pause cursor', { answers: paused })).out).toBe(
      'Until 2026-11-21T08:15:00.000Z nobody is asked about it. End it with "runlayer approvals resume".\n',
    );
    expect((await tell('approvals paused', { answers: paused })).out).toContain('cursor');
    expect((await tell('approvals paused', { answers: { 'approvals.paused': [] } })).out).toBe(
      'No client is paused.\n',
    );
    expect((await tell('approvals pause cursor --minutes 61', { answers: paused })).code).toBe(2);
  });

  it('resume asks first, since what was remembered counts again', async () => {
    const weakens = ['approvals.resume'] as const;
    expect((await tell('approvals resume cursor', { answers: paused, weakens })).code).toBe(2);
    const yes = await tell('approvals resume cursor', { answers: paused, weakens, tty: true, typed: ['y'] });
    expect(yes.asked).toEqual(['Ask about "cursor" again? What you remembered of it counts again too. [y/N] ']);
    expect(yes.calls.at(-1)).toBe('approvals.resume! {"client":"cursor"}');
    expect((await tell('approvals resume cursor', { answers: paused })).out).toBe('You are asked again.\n');
  });
});
