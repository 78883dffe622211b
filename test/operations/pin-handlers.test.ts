import { describe, expect, it } from 'vitest';
import { CompanionError, operations, type OperationInput } from '../../preload/contract/index.ts';
import { describePinAccept, PIN_DESCRIPTIONS } from '../../main/operations/describe-pins.ts';
import { pinHandlers, pinWeakeningTests } from '../../main/operations/pin-handlers.ts';
import { definitionOf } from '../../main/pin/fingerprint.ts';
import { pinsBench, tool } from '../connectors/pins/bench.ts';
import { CLI, memorySettings } from './fakes.ts';

function drifted(): ReturnType<typeof pinsBench> {
  const bench = pinsBench();
  const gate = bench.pins.gate('files');
  gate.listed('tool', [tool('a'), tool('b')]);
  gate.listed('tool', [tool('a', 'x\u200b'), tool('b', 'y')]);
  return bench;
}

describe('the operations', () => {
  it('list, show, accept and forget', async () => {
    const { pins, recorded } = drifted();
    const settings = memorySettings();
    const handlers = pinHandlers({ settings, pins });
    const listed = await handlers['pins.list']({ connector: 'files' }, CLI);
    expect(listed.map(({ name, state }) => `${name} ${state}`)).toEqual(['a changed', 'b changed']);
    expect(await handlers['pins.diff']({ connector: 'files', kind: 'tool', name: 'a' }, CLI)).toMatchObject([
      { fields: [{ field: 'description', lines: ['- first', '+ x\\u{200b}'] }] },
    ]);
    const items = listed.slice(0, 1).map(({ kind, name, seen = '' }) => ({ kind, name, seen }));
    expect(await handlers['pins.accept']({ connector: 'files', items }, CLI)).toMatchObject([
      { name: 'a', state: 'pinned' },
    ]);
    expect(recorded.some((entry) => entry.startsWith('pin_accepted') && entry.includes('"by":"a test"'))).toBe(true);
    expect(await handlers['pins.reset']({ connector: 'files' }, CLI)).toEqual({ forgotten: 2 });
    expect(settings.writes).toEqual([]);
  });

  it('choose what becomes of new items, written only where it is another choice', async () => {
    const settings = memorySettings();
    const handlers = pinHandlers({ settings, pins: drifted().pins });
    const { 'pins.newItems': weakens = () => undefined } = pinWeakeningTests(settings);
    expect([weakens({ mode: 'ask' }), weakens({ mode: 'pin' })]).toEqual([false, false]);
    for (const mode of ['ask', 'ask', 'pin'] as const) await handlers['pins.newItems']({ mode }, CLI);
    expect(settings.writes).toEqual(['pins.newItems by a test', 'pins.newItems by a test']);
    const asking = memorySettings({ newItems: 'ask' });
    const { 'pins.newItems': opens = () => undefined } = pinWeakeningTests(asking);
    expect([opens({ mode: 'ask' }), opens({ mode: 'pin' })]).toEqual([false, true]);
  });
});

describe('a person is asked', () => {
  const fingerprint = (name: string, description: string): string =>
    definitionOf('tool', { name, description }).fingerprint;
  const item = (name: string, description: string) =>
    ({ kind: 'tool', name, seen: fingerprint(name, description) }) as const;
  const question = (items: OperationInput<'pins.accept'>['items'], { pins } = drifted()): string => {
    const { title, detail } = describePinAccept({ connector: 'files', items }, (which) => pins.diff(which));
    return `${title}\n${detail}`;
  };
  const failed = (items: OperationInput<'pins.accept'>['items'], bench = drifted()): string => {
    try {
      return question(items, bench);
    } catch (error) {
      return error instanceof CompanionError ? `${error.code}: ${error.next}` : String(error);
    }
  };
  const grown = (count: number, text: string): ReturnType<typeof pinsBench> => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    const names = Array.from({ length: count }, (_, at) => `t${at}`);
    gate.listed(
      'tool',
      names.map((name) => tool(name)),
    );
    gate.listed(
      'tool',
      names.map((name) => tool(name, text)),
    );
    return bench;
  };

  it('about what is different', () => {
    expect(question([item('a', 'x\u200b')])).toBe(
      [
        'Agree to what changed of "files"?',
        'tool "a" of files: changed',
        '  description',
        '    - first',
        '    + x\\u{200b}',
        '',
      ].join('\n'),
    );
    expect(question([item('a', 'x\u200b'), item('b', 'y')])).toContain('2 items that changed');
  });

  it('about nothing that is not there as it was seen: it could be that again when the yes comes', () => {
    expect(failed([{ kind: 'tool', name: 'a', seen: 'f'.repeat(64) }])).toMatch(/^E_PIN_CHANGED_AGAIN/);
    expect(failed([{ kind: 'tool', name: 'gone', seen: 'f' }])).toMatch(/^E_PIN_UNKNOWN/);
  });

  it('about all of it, or not at all', () => {
    const text = 'harmless '.repeat(340);
    const items = (count: number) => Array.from({ length: count }, (_, at) => item(`t${at}`, text));
    expect(question(items(20), grown(20, text))).toContain('tool "t19" of files');
    expect(failed(items(110), grown(110, text))).toBe('E_TOO_LARGE: Accept fewer at once.');
  });

  it('not about one that is cut, and about one long definition whole', () => {
    const { pins } = drifted();
    const isCut = true as const;
    expect(() =>
      describePinAccept({ connector: 'files', items: [item('b', 'y')] }, (which) =>
        pins.diff(which).map((one) => ({ ...one, isCut })),
      ),
    ).toThrow('too long to be shown whole');
    const long = `${'w '.repeat(100_000)}END`;
    expect(question([item('t0', long)], grown(1, long))).toContain('END');
  });

  it('about no item twice, which would push others out of sight', () => {
    const one = item('a', 'x');
    const parse = (items: readonly unknown[]) =>
      operations['pins.accept'].input.safeParse({ connector: 'files', items }).success;
    expect([parse([one, { ...one, name: 'b' }]), parse([one, { ...one, seen: 'f' }])]).toEqual([true, false]);
  });

  it('what is forgotten', () => {
    const titles = [
      { connector: 'files' },
      { connector: 'files', kind: 'instructions' },
      { connector: 'files', kind: 'prompt', name: 'a\u200b' },
    ] as const;
    expect(titles.map((which) => PIN_DESCRIPTIONS['pins.reset'](which).title)).toEqual([
      'Forget what was agreed to of "files"?',
      'Forget what was agreed to of "files" (instructions)?',
      'Forget what was agreed to of prompt "a\\u{200b}" of "files"?',
    ]);
    expect(PIN_DESCRIPTIONS['pins.newItems']().title).toContain('without asking');
  });
});
