import { Readable } from 'node:stream';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { CompanionError, type OperationName, type PinDiff, type PinView } from '../../preload/contract/index.ts';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { addPinCommands } from '../../main/cli/commands/pins.ts';

const AT = '2026-11-21T08:00:00.000Z';
const pin = (name: string, over: Partial<PinView> = {}): PinView => ({
  connector: 'files',
  kind: 'tool',
  name,
  state: 'changed',
  fingerprint: 'a'.repeat(64),
  seen: 'b'.repeat(64),
  firstSeenAt: AT,
  changedAt: AT,
  ...over,
});
const { seen: _, changedAt: __, ...pinned } = pin('calm', { state: 'pinned' });
const ALL: readonly PinView[] = [pin('evil\u200b'), pin('read'), pin('read', { kind: 'prompt', state: 'new' }), pinned];

interface Told {
  readonly out: string;
  readonly err: string;
  /** `name input`, with `!` where a yes came with it. */
  readonly calls: readonly string[];
  readonly asked: readonly string[];
  readonly failure: CompanionError | undefined;
}

/** `later`: what an item is when its difference is asked for. */
async function tell(words: readonly string[], typed?: string, all = ALL, later: Partial<PinView> = {}): Promise<Told> {
  let out = '';
  let err = '';
  const calls: string[] = [];
  const asked: string[] = [];
  const diffOf = (one: PinView): PinDiff => ({
    pin: { ...one, ...later },
    fields: one.seen === undefined ? [] : [{ field: 'description', lines: ['- first', '+ second'] }],
  });
  const answer = (name: OperationName, input: { kind?: string; name?: string }): unknown => {
    if (name === 'pins.list') return all;
    if (name === 'hub.configs.list') return [{ name: 'remote' }];
    if (name === 'connectors.get') {
      if (input.name === 'files') return {};
      throw new CompanionError('E_CONNECTOR_UNKNOWN', 'There is no such connector.', 'list', { exitCode: 2 });
    }
    if (name === 'pins.diff')
      return all
        .filter(
          (one) =>
            (input.kind === undefined || one.kind === input.kind) &&
            (input.name === undefined || one.name === input.name),
        )
        .map(diffOf);
    if (name === 'pins.accept') return all.slice(1, 2);
    return { forgotten: 3 };
  };
  const call =
    (isConfirmed: boolean) =>
    (name: OperationName, input: object): Promise<unknown> => {
      const isReading = ['pins.list', 'pins.diff', 'hub.configs.list', 'connectors.get'].includes(name);
      if (!isReading && !isConfirmed && !JSON.stringify(input).includes('"ask"'))
        return Promise.reject(new CompanionError('E_CONFIRMATION', 'weakens', 'say yes'));
      if (!isReading) calls.push(`${name}${isConfirmed ? '!' : ''} ${JSON.stringify(input)}`);
      return new Promise((done) => done(answer(name, input)));
    };
  const io: CommandIo = {
    argv: [],
    env: {},
    call: call(false) as CommandIo['call'],
    callConfirmed: call(true) as CommandIo['callConfirmed'],
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isSlow: () => false,
    taken: () => Promise.resolve(),
    tty: typed !== undefined,
    cwd: '/',
    ask: (text) => {
      asked.push(text);
      return Promise.resolve(typed);
    },
    input: () => Promise.resolve(''),
    pieces: () => Readable.from([]),
    subscribe: () => () => {},
    gone: new Promise(() => {}),
  };
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeOut: io.out, writeErr: io.err, outputError: () => {} });
  addPinCommands(program, io);
  try {
    await program.parseAsync(['pins', ...words], { from: 'user' });
    return { out, err, calls, asked, failure: undefined };
  } catch (error) {
    if (!(error instanceof CompanionError)) throw error;
    return { out, err, calls, asked, failure: error };
  }
}

const accepted = (...items: PinView[]): string =>
  `pins.accept! ${JSON.stringify({ connector: 'files', items: items.map(({ kind, name, seen }) => ({ kind, name, seen })) })}`;
const [evil = pin(''), read = pin(''), prompt = pin('')] = ALL;

describe('pins list', () => {
  it('shows what is held back, and what to do', async () => {
    const { out } = await tell(['list', 'files']);
    expect(out).toBe(
      [
        'STATE    CONNECTOR  KIND    NAME',
        'changed  files      tool    evil\\u{200b}',
        'changed  files      tool    read',
        'new      files      prompt  read',
        'pinned   files      tool    calm',
        '',
        '3 held back. See what is different with "runlayer pins diff files".',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await tell(['list', '--json'])).out)).toEqual(ALL);
  });

  it('of a connector that is not there says that', async () => {
    const unknown = await tell(['list', 'flies'], undefined, []);
    expect([unknown.failure?.code, unknown.failure?.exitCode, unknown.out]).toEqual(['E_CONNECTOR_UNKNOWN', 2, '']);
    for (const known of ['files', 'remote'])
      expect((await tell(['list', known], undefined, [])).out).toContain('Nothing is pinned yet');
  });

  it('says so where nothing is pinned, and what cannot be read', async () => {
    expect((await tell(['list'], undefined, [])).out).toContain('Nothing is pinned yet');
    const lost: PinView = { connector: 'files', kind: 'identity', name: '', state: 'changed', firstSeenAt: AT };
    const { out } = await tell(['list'], undefined, [lost]);
    expect(out).toContain('unreadable  files      identity  -');
    expect(out).toContain('"runlayer pins reset files"');
  });
});

describe('pins diff', () => {
  it('is readable', async () => {
    expect((await tell(['diff', 'files', 'read', '--kind', 'tool'])).out).toBe(
      'tool "read" of files: changed\n  description\n    - first\n    + second\n',
    );
    expect((await tell(['diff', 'files', 'calm'])).out).toBe('Nothing of "files" differs from what was agreed to.\n');
    expect(JSON.parse((await tell(['diff', 'files', 'calm', '--json'])).out)).toHaveLength(1);
  });
});

describe('pins accept', () => {
  it('shows what is different, asks, and agrees to exactly that', async () => {
    const { out, calls, asked } = await tell(['accept', 'files', 'read', '--kind', 'tool'], 'y');
    expect(out).toBe('tool "read" of files: changed\n  description\n    - first\n    + second\nAgreed: tool "read".\n');
    expect(asked).toEqual(['Agree to this? [y/N] ']);
    expect(calls).toEqual([accepted(read)]);
  });

  it('names what was shown, not what was listed', async () => {
    const { calls } = await tell(['accept', 'files', 'read', '--kind', 'tool'], 'y', ALL, { seen: 'c'.repeat(64) });
    expect(calls).toEqual([accepted({ ...read, seen: 'c'.repeat(64) })]);
  });

  it.each([
    [['--all'], [evil, read, prompt]],
    [['read'], [read, prompt]],
    [['--kind', 'prompt'], [prompt]],
    [
      ['read', 'evil\u200b', '--kind', 'tool'],
      [evil, read],
    ],
  ] as const)('means with %j what waits', async (words, items) => {
    expect((await tell(['accept', 'files', ...words, '-y'])).calls).toEqual([accepted(...items)]);
  });

  it.each([
    [[], 'E_INPUT'],
    [['calm'], 'E_PIN_SETTLED'],
    [['read', 'calm'], 'E_PIN_SETTLED'],
    [['--kind', 'identity'], 'E_PIN_SETTLED'],
  ])('of %j is refused: %s', async (words, code) => {
    const { failure, calls } = await tell(['accept', 'files', ...words, '-y']);
    expect([failure?.code, calls]).toEqual([code, []]);
  });

  it.each([
    [['calm'], 'Nothing of that name waits for an answer.'],
    [['--kind', 'identity'], 'Nothing of this kind waits.'],
  ])('says of %j what is missing', async (words, message) => {
    const { failure } = await tell(['accept', 'files', ...words, '-y']);
    expect([failure?.message, failure?.next]).toEqual([message, 'See what waits with "runlayer pins list files".']);
  });

  it('of what settled meanwhile is refused', async () => {
    const { failure } = await tell(['accept', 'files', 'read', '-y'], undefined, ALL, { seen: undefined });
    expect(failure?.code).toBe('E_PIN_SETTLED');
  });

  it.each([
    ['n', 'E_DECLINED'],
    [undefined, 'E_CONFIRMATION'],
  ])('does nothing without a yes: %j', async (typed, code) => {
    const { failure, calls } = await tell(['accept', 'files', '--all'], typed);
    expect([failure?.code, calls]).toEqual([code, []]);
  });

  it('keeps its JSON apart from what it shows', async () => {
    const { out, err } = await tell(['accept', 'files', '--all', '-y', '--json']);
    expect(JSON.parse(out)).toHaveLength(1);
    expect(err).toContain('tool "read" of files: changed');
  });
});

describe('pins reset and new-items', () => {
  it('ask before they weaken', async () => {
    const reset = await tell(['reset', 'files', 'read', '--kind', 'tool'], 'y');
    expect(reset.asked).toEqual(['Forget what was agreed to of "read" of "files"? [y/N] ']);
    expect(reset.calls).toEqual(['pins.reset! {"connector":"files","kind":"tool","name":"read"}']);
    expect(reset.out).toContain('Forgotten: 3');
    expect((await tell(['reset', 'files', '-y'])).calls).toEqual(['pins.reset! {"connector":"files"}']);
    expect((await tell(['new-items', 'pin'], 'n')).failure?.code).toBe('E_DECLINED');
    expect(JSON.parse((await tell(['new-items', 'pin', '-y', '--json'])).out)).toEqual({ newItems: 'pin' });
  });

  it('do not ask to tighten', async () => {
    const { calls, asked, out } = await tell(['new-items', 'ask']);
    expect([calls, asked]).toEqual([['pins.newItems {"mode":"ask"}'], []]);
    expect(out).toBe(
      'New items wait for a yes. A new connector offers nothing until\n"runlayer pins accept <connector> --all".\n',
    );
  });
});
