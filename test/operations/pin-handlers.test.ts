import { describe, expect, it } from 'vitest';
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
  const question = (seen: string, count = 1): string => {
    const { pins } = drifted();
    const items = Array.from({ length: count }, () => ({ kind: 'tool', name: 'a', seen }) as const);
    const { title, detail } = describePinAccept({ connector: 'files', items }, (which) => pins.diff(which));
    return `${title}\n${detail}`;
  };
  const shown = definitionOf('tool', { name: 'a', description: 'x\u200b' }).fingerprint;

  it('about what is different', () => {
    expect(question(shown)).toBe(
      [
        'Agree to what changed of "files"?',
        'tool "a" of files: changed',
        '  description',
        '    - first',
        '    + x\\u{200b}',
        '',
      ].join('\n'),
    );
    expect(question(shown, 2)).toContain('2 items that changed');
  });

  it('about nothing that was not shown', () => {
    expect(question('f'.repeat(64))).toContain('it changed again');
    const { detail } = describePinAccept(
      { connector: 'files', items: [{ kind: 'tool', name: 'gone', seen: 'f' }] },
      (which) => drifted().pins.diff(which),
    );
    expect(detail).toContain('it changed again');
  });

  it('within bounds', () => {
    expect(question(shown, 5000).length).toBeLessThan(300 * 1024);
    expect(question(shown, 5000)).toMatch(/and \d+ more: see "runlayer pins diff files"\.\n$/);
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
