import { Readable } from 'node:stream';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  CompanionError,
  type GuardFinding,
  type GuardSettings,
  type OperationName,
} from '../../preload/contract/index.ts';
import { CommandEnd } from '../../main/cli/command-end.ts';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { addGuardCommands } from '../../main/cli/commands/guard.ts';

interface Told {
  readonly out: string;
  readonly code: number;
  readonly failure: CompanionError | undefined;
  readonly calls: readonly string[];
}
type Answers = { readonly [N in OperationName]?: (input: never) => unknown };

async function tell(
  words: readonly string[],
  scene: { stdin?: readonly (string | Buffer)[]; answers?: Answers; needsYes?: boolean; typed?: string } = {},
): Promise<Told> {
  const calls: string[] = [];
  let out = '';
  const call =
    (isConfirmed: boolean) =>
    (name: OperationName, input: unknown): Promise<unknown> => {
      calls.push(`${name}${isConfirmed ? '!' : ''} ${JSON.stringify(input)}`);
      if (scene.needsYes === true && !isConfirmed)
        return Promise.reject(new CompanionError('E_CONFIRMATION', 'needs a yes', 'add -y', { exitCode: 2 }));
      const answer = scene.answers?.[name] as ((value: unknown) => unknown) | undefined;
      return Promise.resolve(answer?.(input));
    };
  const io: CommandIo = {
    argv: words,
    call: call(false) as CommandIo['call'],
    callConfirmed: call(true) as CommandIo['callConfirmed'],
    out: (text) => void (out += text),
    err: (text) => void (out += text),
    isSlow: () => false,
    taken: () => Promise.resolve(),
    tty: scene.typed !== undefined,
    env: {},
    cwd: '/',
    ask: () => Promise.resolve(scene.typed),
    input: () => Promise.resolve(''),
    pieces: () => Readable.from((scene.stdin ?? []).map((piece) => [Buffer.from(piece)])),
    subscribe: () => () => {},
    gone: new Promise(() => {}),
  };
  const program = new Command('runlayer')
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: () => {}, writeOut: () => {} });
  addGuardCommands(program, io);
  try {
    await program.parseAsync(['guard', ...words], { from: 'user' });
  } catch (error) {
    if (error instanceof CommandEnd) return { out, code: error.exitCode, failure: undefined, calls };
    if (error instanceof CompanionError) return { out, code: error.exitCode, failure: error, calls };
    throw error;
  }
  return { out, code: 0, failure: undefined, calls };
}

const FOUND: GuardFinding = {
  category: 'secret',
  rule: 'aws-access-key-id',
  tier: 'hard',
  at: '/content/0/text',
  action: 'mask',
};
const SCAN: Answers = {
  'guard.scan': ({ lines }: { lines: { text: string }[] }) =>
    lines.map(({ text }) =>
      text.includes('bad') ? { verdict: 'mask', findings: [FOUND] } : { verdict: 'pass', findings: [] },
    ),
};

describe('guard scan', () => {
  it('tells what would be done and why, and ends with 0 whatever that is', async () => {
    const told = await tell(['scan'], { stdin: ['so ', 'bad\n'], answers: SCAN });
    expect(told).toMatchObject({ code: 0, calls: ['guard.scan {"lines":[{"kind":"output","text":"so bad\\n"}]}'] });
    expect(told.out).toBe(
      'mask: it would go through with what was found taken out.\n\n' +
        'CATEGORY  RULE               TIER  ACTION  WHERE\n' +
        'secret    aws-access-key-id  hard  mask    /content/0/text\n',
    );
  });

  it('takes an empty text, a kind, a connector', async () => {
    const told = await tell(['scan', '--kind', 'tool-definition', '--connector', 'files', '--json'], { answers: SCAN });
    expect(told.calls).toEqual(['guard.scan {"lines":[{"kind":"tool-definition","text":""}],"connector":"files"}']);
    expect(JSON.parse(told.out)).toEqual({ verdict: 'pass', findings: [] });
  });

  it('escapes where it was found: a key can be anything', async () => {
    const hostile = { ...FOUND, at: '/\u001b[2J\u202e' };
    const answers: Answers = { 'guard.scan': () => [{ verdict: 'alert', findings: [hostile] }] };
    expect((await tell(['scan'], { answers })).out).toContain(String.raw`/\u{1b}[2J\u{202e}`);
  });

  it('refuses what is no text, and what is larger than a message', async () => {
    expect(await tell(['scan'], { stdin: [Buffer.from([0xff])], answers: SCAN })).toMatchObject({ code: 2, calls: [] });
    const large = [Buffer.alloc(16 * 1024 * 1024, 'x'), 'x'];
    const told = await tell(['scan'], { stdin: large, answers: SCAN });
    expect(told).toMatchObject({ code: 2, failure: { code: 'E_INPUT' }, calls: [] });
    expect((await tell(['scan'], { stdin: large.slice(0, 1), answers: SCAN })).code).toBe(0);
  });
});

describe('guard scan --jsonl', () => {
  const line = (text: string): string => `${JSON.stringify({ kind: 'output', text })}\n`;

  it('answers one line for each, in their order, as soon as it came', async () => {
    const told = await tell(['scan', '--jsonl'], { stdin: [line('a') + line('bad'), line('c')], answers: SCAN });
    expect(told.code).toBe(0);
    expect(told.calls).toHaveLength(2);
    expect(
      told.out
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as unknown),
    ).toEqual([
      { verdict: 'pass', findings: [] },
      { verdict: 'mask', findings: [FOUND] },
      { verdict: 'pass', findings: [] },
    ]);
  });

  it('a line that does not fit keeps its place, and the end says so', async () => {
    const told = await tell(['scan', '--jsonl'], { stdin: [line('a'), 'oops\n', line('bad')], answers: SCAN });
    const answers = told.out
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text) as Record<string, unknown>);
    expect(told.code).toBe(2);
    expect(answers.map((answer) => answer['verdict'] ?? answer['error'])).toEqual([
      'pass',
      { code: 'E_INPUT', message: 'Line 2 is no JSON object.', next: expect.any(String) as string },
      'mask',
    ]);
  });

  it('takes many thousand, some at a time', async () => {
    const texts = Array.from({ length: 25_000 }, (_, at) => (at % 7 === 0 ? `bad ${at}` : `fine ${at}`));
    const told = await tell(['scan', '--jsonl'], { stdin: [texts.map(line).join('')], answers: SCAN });
    const verdicts = told.out
      .trimEnd()
      .split('\n')
      .map((text) => (JSON.parse(text) as { verdict: string }).verdict);
    expect(verdicts).toEqual(texts.map((text) => (text.startsWith('bad') ? 'mask' : 'pass')));
    expect(told.calls).toHaveLength(250);
  });

  it('nothing in, nothing out', async () => {
    expect(await tell(['scan', '--jsonl'], { answers: SCAN })).toMatchObject({ out: '', code: 0, calls: [] });
  });
});

describe('guard show and set', () => {
  const settings: GuardSettings = { all: { pii: 'block' }, connectors: { files: { injection: 'off' } } };
  const answers: Answers = {
    'guard.settings': () => settings,
    'guard.set': () => settings,
    'connectors.get': () => ({}),
  };

  it('shows what is done with each category and kind, and what was chosen', async () => {
    const { out } = await tell(['show'], { answers });
    expect(out).toMatch(/^pii\* +block +block +block /m);
    expect(out).toMatch(/^live_secret +block +block +mask /m);
    expect(out).toMatch(/^injection +by weight +by weight +by weight /m);
    expect(out).toContain('by weight: one weak sign is told, more are asked about, strong ones are refused.');
    expect(out).toContain('files: injection off');
    const files = await tell(['show', '--connector', 'files'], { answers });
    expect(files.out).toMatch(/^injection\* +off +off +off /m);
    expect(files.calls[0]).toBe('connectors.get {"name":"files"}');
    expect(JSON.parse((await tell(['show', '--json'], { answers })).out)).toEqual(settings);
  });

  it('sets, and asks where that is milder', async () => {
    const told = await tell(['set', 'hidden-text', 'alert', '--connector', 'files'], {
      answers,
      needsYes: true,
      typed: 'y',
    });
    expect(told.calls).toEqual([
      'guard.set {"connector":"files","category":"hidden_text","action":"alert"}',
      'guard.set! {"connector":"files","category":"hidden_text","action":"alert"}',
    ]);
    expect(told.out).toBe('From now on: hidden_text is alert on "files".\n');
    expect(await tell(['set', 'pii', 'off'], { answers, needsYes: true })).toMatchObject({ code: 2 });
    const back = await tell(['set', 'pii', 'default', '-y'], { answers });
    expect(back.calls).toEqual(['guard.set {"connector":null,"category":"pii","action":null}']);
    expect(back.out).toBe('From now on: pii is as built in again everywhere.\n');
    expect((await tell(['set', 'pii', 'mask'], { answers })).out).toBe(
      'From now on: pii is mask everywhere.\nIn definitions that means block: a definition is never masked.\n',
    );
  });

  it.each([
    ['set', 'pii', 'loud'],
    ['set', 'everything', 'off'],
    ['scan', '--kind', 'x'],
    ['scan', '--json', '--jsonl'],
  ])('refuses %s %s %s', async (...words) => {
    await expect(
      tell(
        words.filter((word) => word !== undefined),
        { answers },
      ),
    ).rejects.toThrow(/invalid|allowed|cannot/i);
  });
});

describe('guard canary', () => {
  const answers: Answers = {
    'guard.canary': () => ({ name: 'c1', value: 'v4lue' }),
    'guard.canaries': () => [{ name: 'c1', createdAt: '2026-11-21T00:00:00.000Z' }],
    'guard.removeCanary': () => ({}),
  };

  it('makes one by itself or with "add", and shows it once', async () => {
    for (const words of [
      ['canary', '--note', 'in the wiki'],
      ['canary', 'add', '--note', 'in the wiki'],
    ]) {
      const told = await tell(words, { answers });
      expect(told.calls).toEqual(['guard.canary {"note":"in the wiki"}']);
      expect(told.out.startsWith('v4lue\n')).toBe(true);
    }
    expect((await tell(['canary'], { answers })).calls).toEqual(['guard.canary {}']);
    expect(JSON.parse((await tell(['canary', '--json'], { answers })).out)).toEqual({ name: 'c1', value: 'v4lue' });
  });

  it('lists and removes', async () => {
    expect((await tell(['canary', 'list'], { answers })).out).toContain('c1');
    const told = await tell(['canary', 'remove', 'c1'], { answers, needsYes: true, typed: 'yes' });
    expect(told.calls).toEqual(['guard.removeCanary {"name":"c1"}', 'guard.removeCanary! {"name":"c1"}']);
  });
});
