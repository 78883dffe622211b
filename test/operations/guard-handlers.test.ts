import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GuardAction, GuardCategory, ScanKind, type GuardSettings } from '../../preload/contract/index.ts';
import { resolveActions } from '../../main/guard/actions.ts';
import type { ScanJob, ScanResult } from '../../main/guard/scan-job.ts';
import { describeGuardSet } from '../../main/operations/describe-guard.ts';
import { guardHandlers, guardWeakeningTests } from '../../main/operations/guard-handlers.ts';
import { CLI, memorySettings, type MemorySettings } from './fakes.ts';

const connector = (name: string): never => ({ name }) as never;

function bench(guard: GuardSettings = { all: {}, connectors: {} }): {
  handlers: ReturnType<typeof guardHandlers>;
  settings: MemorySettings;
  jobs: { key: string; job: ScanJob }[];
  weakens: (input: unknown) => boolean | undefined;
} {
  const settings = memorySettings({ guard, connectors: [connector('files'), connector('mail')] });
  const jobs: { key: string; job: ScanJob }[] = [];
  const scan = (key: string, job: ScanJob): Promise<ScanResult> => {
    jobs.push({ key, job });
    const finding = { category: 'pii', rule: 'iban', tier: 'hard', at: '', action: 'alert' } as const;
    return Promise.resolve({ verdict: 'mask', asks: true, findings: [finding], masked: new Uint8Array(1) });
  };
  const test = guardWeakeningTests(settings)['guard.set'];
  return {
    handlers: guardHandlers({ settings, scan }),
    settings,
    jobs,
    weakens: (input) => test?.(input as never),
  };
}

describe('guard.scan', () => {
  it('looks at each text as one of that connector, in order, and tells nothing of what was found', async () => {
    const { handlers, jobs, settings } = bench({ all: {}, connectors: { files: { pii: 'block' } } });
    const lines = [
      { kind: 'output', text: 'ä' },
      { kind: 'tool-definition', text: 'b' },
    ] as const;
    const answers = await handlers['guard.scan']({ lines: [...lines], connector: 'files' }, CLI);
    expect(jobs.map(({ job }) => [job.kind, job.format, Buffer.from(job.source).toString(), job.actions.pii])).toEqual([
      ['output', 'text', 'ä', 'block'],
      ['tool-definition', 'text', 'b', 'block'],
    ]);
    expect(answers).toEqual(
      lines.map(() => ({
        verdict: 'mask',
        findings: [{ category: 'pii', rule: 'iban', tier: 'hard', at: '', action: 'alert' }],
      })),
    );
    expect(settings.writes).toEqual([]);
    await handlers['guard.scan']({ lines: [lines[0]] }, CLI);
    expect(jobs.at(-1)?.job.actions.pii).toBe('alert');
  });

  it('refuses a connector that is not there', async () => {
    await expect(async () => bench().handlers['guard.scan']({ lines: [], connector: 'other' }, CLI)).rejects.toThrow(
      'no connector named "other"',
    );
  });
});

describe('guard.set', () => {
  it('chooses for all or for one, and takes a choice back', async () => {
    const { handlers, settings } = bench();
    const set = (on: string | null, category: GuardCategory, action: GuardAction | null): unknown =>
      handlers['guard.set']({ connector: on, category, action }, CLI);
    set(null, 'pii', 'block');
    set('files', 'pii', 'off');
    set('files', 'injection', 'alert');
    expect(handlers['guard.settings']({}, CLI)).toEqual({
      all: { pii: 'block' },
      connectors: { files: { pii: 'off', injection: 'alert' } },
    });
    set('files', 'pii', null);
    set('files', 'injection', null);
    set(null, 'pii', null);
    expect(settings.read().guard).toEqual({ all: {}, connectors: {} });
    expect(settings.writes).toHaveLength(6);
  });

  it('refuses a connector that is not there, but takes back what was chosen for one that is gone', () => {
    const { handlers } = bench({ all: {}, connectors: { gone: { pii: 'off' } } });
    const set = (on: string): unknown => handlers['guard.set']({ connector: on, category: 'pii', action: null }, CLI);
    expect(() => set('other')).toThrow('no connector named "other"');
    expect(() => set('__proto__')).toThrow('no connector named');
    expect(set('gone')).toEqual({ all: {}, connectors: {} });
  });
});

const own: GuardSettings = { all: { pii: 'block' }, connectors: { files: { pii: 'mask' } } };

describe('whether a choice weakens', () => {
  it.each([
    [null, 'secret', 'alert', true],
    [null, 'secret', 'block', false],
    // Milder on the way in, where it is blocked as built in.
    [null, 'secret', 'mask', true],
    [null, 'contact', 'alert', false],
    [null, 'pii', null, true],
    ['files', 'pii', null, false],
    ['files', 'pii', 'alert', true],
    ['mail', 'pii', 'alert', true],
    ['mail', 'pii', 'block', false],
    ['mail', 'unscannable', 'off', true],
  ] as const)('%s: %s %s → %s', (on, category, action, weakens) => {
    expect(bench(own).weakens({ connector: on, category, action })).toBe(weakens);
  });

  it('is said of every choice that makes any text go through that did not', () => {
    const action = fc.constantFrom(...GuardAction.options);
    const category = fc.constantFrom(...GuardCategory.options);
    const choices = fc.dictionary(category, action);
    const settings = fc.record({ all: choices, connectors: fc.record({ files: choices, mail: choices }) });
    const input = fc.record({
      connector: fc.constantFrom(null, 'files', 'mail'),
      category,
      action: fc.option(action),
    });
    fc.assert(
      fc.property(settings, input, (before, change) => {
        const { handlers, weakens } = bench(before);
        const said = weakens(change);
        const after = handlers['guard.set'](change, CLI) as GuardSettings;
        const blocks = (of: GuardSettings): string[] =>
          ['files', 'mail', 'any'].flatMap((name) =>
            ScanKind.options.flatMap((kind) =>
              Object.entries(resolveActions(of, name, kind)).map(([key, value]) => `${name} ${kind} ${key} ${value}`),
            ),
          );
        const blocked = blocks(after);
        const opened = blocks(before).some((line) => line.endsWith(' block') && !blocked.includes(line));
        if (opened) expect(said).toBe(true);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it('the question names where, what, how it is and how it will be', () => {
    const input = { connector: 'files', category: 'secret', action: 'off' } as const;
    expect(describeGuardSet(input, { all: { secret: 'block' }, connectors: {} })).toEqual({
      title: 'Guard less against secret on "files"?',
      detail: [
        'secret: keys, tokens and private keys of a known format.',
        'Chosen: off.',
        '  in what a server says of its tools: block → off. It is not looked for any more.',
        '  in what goes to a server: block → off. It is not looked for any more.',
        '  in what a server answers: block → off. It is not looked for any more.',
      ].join('\n'),
    });
    const everywhere = describeGuardSet({ connector: null, category: 'pii', action: null }, own);
    expect(everywhere.detail).toContain('in what goes to a server: block → alert. It is recorded and goes through.');
    expect(everywhere.detail).toContain('Connectors with a choice of their own for it stay as they are.');
  });
});

describe('guard.view', () => {
  it('says of each category what it is about and what is built in', async () => {
    const view = await bench(own).handlers['guard.view']({}, CLI);
    expect(view.categories.map(({ category }) => category)).toEqual(GuardCategory.options);
    expect(view).toMatchObject({ settings: own, connectors: ['files', 'mail'] });
    for (const { category, builtIn } of view.categories)
      for (const kind of ScanKind.options)
        expect(builtIn[kind]).toBe(resolveActions({ all: {}, connectors: {} }, 'x', kind)[category]);
  });
});
