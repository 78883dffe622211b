import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pinsFileName } from '../../../main/connectors/pins/pin-form.ts';
import { NO_IDENTITY, type Identity } from '../../../main/pin/identity.ts';
import { pinsBench, tool, type PinsBench } from './bench.ts';

const BASE: Identity = {
  ...NO_IDENTITY,
  command: 'npx',
  path: '/usr/bin/npx',
  ecosystem: 'npm',
  package: 'server-files',
  version: '1.2.0',
  integrity: 'sha512-one',
};
const events = (bench: PinsBench, name: string): string[] =>
  bench.recorded.filter((entry) => entry.startsWith(`${name} `));
const seenOf = (bench: PinsBench, connector: string): { kind: 'tool'; name: string; seen: string }[] =>
  bench.pins
    .list({ connector })
    .flatMap(({ kind, name, seen }) => (seen === undefined || kind !== 'tool' ? [] : [{ kind, name, seen }]));

describe('a session', () => {
  it('is let use what was seen first, and not what changed, over a restart too', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    expect(gate.listed('tool', [tool('a'), tool('b')])).toEqual(['open', 'open']);
    const next = bench.again();
    const later = next.pins.gate('files');
    expect(later.listed('tool', [tool('a', 'x'), tool('b')])).toEqual(['changed', 'open']);
    expect([later.verdict('tool', 'a'), later.verdict('tool', 'b'), later.verdict('tool', 'c')]).toEqual([
      'changed',
      'open',
      'new',
    ]);
    expect(later.heldBack('tool')).toEqual(['a']);
    expect(next.pins.drifted()).toBe(1);
    expect(events(next, 'pin_drift')).toEqual([
      'pin_drift files {"kind":"changed","item":"tool","count":1,"names":"a"}',
    ]);
    expect(next.announced).toEqual([
      '1 tools of "files" are not what was agreed to, and held back. See "runlayer pins diff files".',
    ]);
    // The third companion knows of it before anything is listed.
    expect(bench.again().pins.drifted()).toBe(1);
  });

  it('writes once for a listing, and never for a call', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a'), tool('b')]);
    for (let call = 0; call < 10; call += 1) gate.verdict('tool', 'a');
    gate.listed('tool', [tool('b'), tool('a')]);
    expect(events(bench, 'pins_written')).toHaveLength(1);
  });

  it('sees the instructions left out when they change', () => {
    const bench = pinsBench();
    expect(bench.pins.gate('files').instructions('Be kind.')).toBe('open');
    expect(bench.pins.gate('files').instructions('Be kind.\u200b')).toBe('changed');
    expect(bench.announced[0]).toContain('instructions of "files"');
    expect(bench.pins.gate('files').instructions('Be kind.')).toBe('open');
    expect(bench.pins.gate('asking').instructions('x')).toBe('open');
    expect(
      pinsBench({ newItems: () => 'ask' })
        .pins.gate('files')
        .instructions('x'),
    ).toBe('new');
  });

  it('is judged by its own server, while what is agreed to is one for all', () => {
    const bench = pinsBench();
    const [one, other] = [bench.pins.gate('files'), bench.pins.gate('files')];
    one.listed('tool', [tool('a')]);
    expect(other.listed('tool', [tool('a', 'x')])).toEqual(['changed']);
    one.listed('tool', [tool('a')]);
    // What the other's server lists is not opened by what the first one's lists.
    expect([one.verdict('tool', 'a'), other.verdict('tool', 'a')]).toEqual(['open', 'changed']);
    expect([one.heldBack('tool'), other.heldBack('tool')]).toEqual([[], ['a']]);
    expect(one.fingerprint('tool', 'a')).not.toBe(other.fingerprint('tool', 'a'));
    other.listed('tool', [tool('a', 'x')]);
    let told = 0;
    const stop = one.onChanged(() => (told += 1));
    other.onChanged(() => (told += 10));
    bench.pins.accept('files', seenOf(bench, 'files'), 'a test');
    expect([one.verdict('tool', 'a'), other.verdict('tool', 'a')]).toEqual(['changed', 'open']);
    expect(told).toBe(11);
    stop();
    bench.pins.reset({ connector: 'files' }, 'a test');
    expect(told).toBe(21);
  });

  it('has what is new announced, but not the pages of the first listing', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    gate.listed('tool', [tool('b')]);
    expect(bench.announced).toEqual([]);
    bench.pass(61_000);
    expect(gate.listed('tool', [tool('c')])).toEqual(['open']);
    expect(bench.announced).toEqual(['"files" offers 1 new tools. See "runlayer pins list files".']);
  });

  it('waits for a person with what is new, where the setting says so', () => {
    const bench = pinsBench({ newItems: () => 'ask' });
    const gate = bench.pins.gate('files');
    expect(gate.listed('tool', [tool('a')])).toEqual(['new']);
    expect(gate.verdict('tool', 'a')).toBe('new');
    expect(bench.pins.drifted()).toBe(1);
    bench.pins.accept('files', seenOf(bench, 'files'), 'a test');
    expect(gate.verdict('tool', 'a')).toBe('open');
    expect(bench.pins.drifted()).toBe(0);
  });

  it('is told what could not be kept', () => {
    const bench = pinsBench();
    const many = Array.from({ length: 2001 }, (_, index) => tool(`t${index}`));
    const gate = bench.pins.gate('files');
    expect(gate.listed('tool', many).filter((verdict) => verdict === 'new')).toHaveLength(1);
    expect(gate.verdict('tool', 't2000')).toBe('new');
    expect(bench.announced).toEqual(['"files" offers more than can be pinned: 1 tools are held back.']);
    // All of it comes back from disk.
    expect(bench.again().pins.list({ connector: 'files' })).toHaveLength(2000);
  });

  it('keeps hostile names apart and makes them safe to record', () => {
    const bench = pinsBench();
    const names = ['__proto__', 'constructor', '\u202eevil\u001b[2J', 'x'.repeat(500)];
    const gate = bench.pins.gate('__proto__');
    gate.listed(
      'tool',
      names.map((name) => tool(name)),
    );
    expect(
      gate.listed(
        'tool',
        names.map((name) => tool(name, 'x')),
      ),
    ).toEqual(names.map(() => 'changed'));
    expect(events(bench, 'pin_drift')[0]).toContain(String.raw`\\u{202e}evil\\u{1b}[2J`);
    expect(events(bench, 'pin_drift')[0]?.length).toBeLessThan(400);
    expect(bench.again().pins.list({ connector: '__proto__' })).toHaveLength(4);
  });
});

describe('what a connector is', () => {
  it('holds back all of it when it is another program, until a person agrees', () => {
    const bench = pinsBench();
    bench.pins.identitySeen('files', BASE);
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    bench.pins.identitySeen('files', { ...BASE, path: '/home/a/npx' });
    expect(gate.problem()).toContain('not the program or package');
    expect(gate.verdict('tool', 'a')).toBe('changed');
    // What it offers is looked at, and nothing of it is agreed to by that.
    expect(gate.listed('tool', [tool('a'), tool('b')])).toEqual(['changed', 'changed']);
    expect(bench.pins.list({ connector: 'files' }).map(({ kind, name, state }) => [kind, name, state])).toEqual([
      ['identity', '', 'changed'],
      ['tool', 'b', 'new'],
      ['tool', 'a', 'pinned'],
    ]);
    expect(bench.pins.diff({ connector: 'files', kind: 'identity' })[0]?.fields).toEqual([
      { field: 'path', lines: ['- /usr/bin/npx', '+ /home/a/npx'] },
    ]);
    expect(bench.again().pins.gate('files').problem()).toBeDefined();
    const [{ seen = '' } = {}] = bench.pins.list({ connector: 'files' });
    bench.pins.accept('files', [{ kind: 'identity', name: '', seen }], 'a test');
    expect([gate.problem(), gate.verdict('tool', 'a'), gate.verdict('tool', 'b')]).toEqual([undefined, 'open', 'new']);
  });

  it('is open again when it is again what was agreed to', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    let told = 0;
    gate.onChanged(() => (told += 1));
    for (const path of ['/usr/bin/npx', '/tmp/npx', '/usr/bin/npx'])
      bench.pins.identitySeen('files', { ...BASE, path });
    expect([gate.problem(), told]).toEqual([undefined, 2]);
  });

  const update = { ...BASE, version: '1.3.0', integrity: 'sha512-two' };

  it('may be updated without a question where nothing that it offers differs', () => {
    const bench = pinsBench();
    bench.pins.identitySeen('files', BASE);
    bench.pins.gate('files').listed('tool', [tool('a')]);
    bench.pins.identitySeen('files', update);
    const gate = bench.pins.gate('files');
    expect(gate.problem()).toBeUndefined();
    expect(bench.pins.drifted()).toBe(1);
    expect(gate.listed('tool', [tool('a')])).toEqual(['open']);
    expect(bench.pins.drifted()).toBe(0);
    expect(events(bench, 'pin_drift')).toEqual([
      'pin_drift files {"kind":"update","package":"server-files","from":"1.2.0","to":"1.3.0"}',
    ]);
    expect(bench.announced).toHaveLength(1);
    bench.pins.identitySeen('files', update);
    gate.listed('tool', [tool('a')]);
    expect(events(bench, 'pin_drift')).toHaveLength(1);
  });

  it('is judged by its tools, not by what it says first', () => {
    const bench = pinsBench();
    for (const connector of ['files', 'prompts']) bench.pins.identitySeen(connector, BASE);
    const gate = bench.pins.gate('files');
    gate.instructions('Be kind.');
    gate.listed('tool', [tool('a')]);
    bench.pins.gate('prompts').listed('prompt', [tool('a')]);
    for (const connector of ['files', 'prompts']) bench.pins.identitySeen(connector, update);
    gate.instructions('Be kind.');
    expect(bench.announced).toEqual([]);
    // One that has no tools is judged by what it has.
    bench.pins.gate('prompts').listed('prompt', [tool('a')]);
    gate.listed('tool', [tool('a')]);
    expect(bench.announced.map((text) => text.slice(0, 22))).toEqual([
      '"prompts" was updated:',
      '"files" was updated: s',
    ]);
  });

  it('is no clean update where what changed is too large to keep', () => {
    const bench = pinsBench();
    bench.pins.identitySeen('files', BASE);
    bench.pins.gate('files').listed('tool', [tool('a')]);
    bench.pins.identitySeen('files', update);
    expect(bench.pins.gate('files').listed('tool', [tool('a', 'x'.repeat(300_000))])).toEqual(['changed']);
    expect(bench.pins.drifted()).toBe(1);
  });

  it('waits with what an update changed, and only that is held back', () => {
    const bench = pinsBench();
    bench.pins.identitySeen('files', BASE);
    bench.pins.gate('files').listed('tool', [tool('a'), tool('b')]);
    bench.pins.identitySeen('files', update);
    const gate = bench.pins.gate('files');
    expect(gate.listed('tool', [tool('a', 'x'), tool('b')])).toEqual(['changed', 'open']);
    expect(bench.pins.drifted()).toBe(2);
    bench.pins.accept('files', seenOf(bench, 'files'), 'a test');
    expect(bench.pins.drifted()).toBe(0);
    expect(bench.announced.at(-1)).toContain('1.2.0 → 1.3.0');
  });
});

describe('a person', () => {
  it('is shown what is held back first, and what is different', () => {
    const bench = pinsBench();
    for (const connector of ['b', 'a']) bench.pins.gate(connector).listed('tool', [tool('x'), tool('y')]);
    bench.pins.gate('b').listed('tool', [tool('y', 'second')]);
    expect(bench.pins.list().map(({ connector, name, state }) => `${connector} ${name} ${state}`)).toEqual([
      'b y changed',
      'a x pinned',
      'a y pinned',
      'b x pinned',
    ]);
    expect(bench.pins.diff({ connector: 'b' }).map(({ fields }) => fields)).toEqual([
      [{ field: 'description', lines: ['- first', '+ second'] }],
    ]);
    expect(bench.pins.diff({ connector: 'b', name: 'x' })).toMatchObject([{ pin: { name: 'x' }, fields: [] }]);
    expect(bench.pins.diff({ connector: 'never' })).toEqual([]);
    expect(() => bench.pins.diff({ connector: 'b', name: 'none' })).toThrow(
      expect.objectContaining({ code: 'E_PIN_UNKNOWN' }) as Error,
    );
  });

  it('agrees, and it is recorded for each item before it counts', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    gate.listed('tool', [tool('a', 'x')]);
    const before = bench.pins.list()[0]?.fingerprint ?? '';
    const choices = seenOf(bench, 'files');
    expect(bench.pins.accept('files', choices, 'a test')).toMatchObject([{ name: 'a', state: 'pinned' }]);
    expect(bench.recorded.slice(-2)).toEqual([
      `pin_accepted files {"kind":"tool","name":"a","from":"${before}","to":"${choices[0]?.seen ?? ''}","by":"a test"}`,
      expect.stringContaining('pins_written files {"operation":"pins.accept","by":"a test"') as string,
    ]);
    expect(
      bench
        .again()
        .pins.gate('files')
        .listed('tool', [tool('a', 'x')]),
    ).toEqual(['open']);
  });

  it.each([
    ['E_PIN_CHANGED_AGAIN', 'a', 'f'.repeat(64)],
    ['E_PIN_SETTLED', 'b', 'f'.repeat(64)],
    ['E_PIN_UNKNOWN', 'none', 'f'.repeat(64)],
  ])('is refused with %s', (code, name, seen) => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a'), tool('b')]);
    gate.listed('tool', [tool('a', 'x')]);
    const before = bench.recorded.length;
    expect(() => bench.pins.accept('files', [{ kind: 'tool', name, seen }], 'a test')).toThrow(
      expect.objectContaining({ code }) as Error,
    );
    expect(bench.recorded).toHaveLength(before);
    expect(gate.verdict('tool', 'a')).toBe('changed');
  });

  it('agrees to what was shown only: it changed again meanwhile', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    gate.listed('tool', [tool('a', 'x')]);
    const shown = seenOf(bench, 'files');
    gate.listed('tool', [tool('a', 'y')]);
    expect(() => bench.pins.accept('files', shown, 'a test')).toThrow(
      expect.objectContaining({ code: 'E_PIN_CHANGED_AGAIN' }) as Error,
    );
  });

  it('forgets one item, or all', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a'), tool('b')]);
    gate.listed('tool', [tool('a', 'x')]);
    expect(bench.pins.reset({ connector: 'files', kind: 'tool', name: 'a' }, 'a test')).toBe(1);
    expect(events(bench, 'pin_reset')).toEqual([
      'pin_reset files {"kind":"tool","name":"a","forgotten":1,"by":"a test"}',
    ]);
    expect(gate.verdict('tool', 'a')).toBe('new');
    expect(gate.listed('tool', [tool('a', 'x')])).toEqual(['open']);
    expect(bench.pins.reset({ connector: 'files' }, 'a test')).toBe(2);
    expect(bench.pins.reset({ connector: 'never' }, 'a test')).toBe(0);
    expect(() => bench.pins.reset({ connector: 'files', name: 'none' }, 'a test')).toThrow(
      expect.objectContaining({ code: 'E_PIN_UNKNOWN' }) as Error,
    );
  });

  it('is told by others what is known of tools', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    expect(bench.pins.knownTools('files')).toBeUndefined();
    gate.listed('tool', [tool('b'), tool('a'), tool('__proto__')]);
    gate.listed('prompt', [tool('p')]);
    gate.listed('tool', [tool('a', 'x')]);
    expect(bench.pins.knownTools('files')).toEqual(['__proto__', 'a', 'b']);
    expect(bench.pins.definitionOf('files', 'a')).toEqual({ name: 'a', description: 'first' });
    expect(bench.pins.definitionOf('files', 'p')).toBeUndefined();
    const asking = pinsBench({ newItems: () => 'ask' });
    asking.pins.gate('files').listed('tool', [tool('a')]);
    expect(asking.pins.definitionOf('files', 'a')).toEqual({ name: 'a', description: 'first' });
  });

  it('forgets what a session listed, where nothing of it is pinned any more', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    expect(gate.fingerprint('tool', 'a')).toMatch(/^[0-9a-f]{64}$/);
    bench.pins.reset({ connector: 'files' }, 'a test');
    gate.listed('tool', [tool('a', 'x'.repeat(300_000))]);
    expect([gate.fingerprint('tool', 'a'), gate.verdict('tool', 'a')]).toEqual([undefined, 'new']);
  });

  it('removes a connector, and the next of its name begins anew', () => {
    const bench = pinsBench();
    const old = bench.pins.gate('files');
    old.listed('tool', [tool('a')]);
    bench.pins.forget('files', 'a test');
    expect(bench.pins.list()).toEqual([]);
    // A session that still runs pins nothing for the next one.
    expect(old.listed('tool', [tool('a', 'planted')])).toEqual(['changed']);
    expect(old.problem()).toContain('it was removed');
    expect(bench.pins.gate('files').listed('tool', [tool('a', 'other')])).toEqual(['open']);
    expect(bench.again().pins.list()).toHaveLength(1);
  });
});

describe('pins that cannot be read', () => {
  it('hold all of the connector back until it is reset, and say so', () => {
    const bench = pinsBench();
    for (const connector of ['files', 'github']) bench.pins.gate(connector).listed('tool', [tool('a')]);
    rmSync(join(bench.home, 'pins', pinsFileName('files')));
    const next = bench.again();
    const gate = next.pins.gate('files');
    expect(gate.problem()).toContain('runlayer pins reset files');
    expect(gate.listed('tool', [tool('a')])).toEqual(['changed']);
    expect([gate.verdict('tool', 'a'), gate.instructions('x')]).toEqual(['changed', 'changed']);
    expect(next.pins.gate('github').listed('tool', [tool('a')])).toEqual(['open']);
    expect(next.pins.list()[0]).toEqual({
      connector: 'files',
      kind: 'identity',
      name: '',
      state: 'changed',
      firstSeenAt: '2026-11-21T08:00:00.000Z',
    });
    expect([next.pins.drifted(), next.pins.problems().length]).toEqual([1, 1]);
    expect(events(next, 'pin_drift')).toEqual(['pin_drift files {"kind":"damaged","reason":"its file is gone"}']);
    expect(events(next, 'pins_written')).toEqual([]);
    for (const act of [
      () => next.pins.diff({ connector: 'files' }),
      () => next.pins.accept('files', [{ kind: 'tool', name: 'a', seen: 'f' }], 'a test'),
      () => next.pins.reset({ connector: 'files', name: 'a' }, 'a test'),
    ])
      expect(act).toThrow(expect.objectContaining({ code: 'E_PINS_DAMAGED' }) as Error);
    let told = 0;
    gate.onChanged(() => (told += 1));
    expect(next.pins.reset({ connector: 'files' }, 'a test')).toBe(0);
    expect([told, gate.problem(), gate.listed('tool', [tool('a')])[0]]).toEqual([1, undefined, 'open']);
    expect(bench.again().pins.gate('files').verdict('tool', 'a')).toBe('open');
  });

  it('may be asked about by whoever is told', () => {
    const bench = pinsBench();
    bench.pins.gate('files').listed('tool', [tool('a')]);
    rmSync(join(bench.home, 'pins', pinsFileName('files')));
    const asked: number[] = [];
    const next = bench.again({ announce: () => asked.push(next.pins.drifted()) });
    next.pins.onChanged(() => asked.push(next.pins.drifted()));
    expect(next.pins.drifted()).toBe(1);
    next.pins.reset({ connector: 'files' }, 'a test');
    expect(asked).toEqual([1, 0]);
  });

  it('of all connectors: each is held back, those that were never seen too', () => {
    const bench = pinsBench({ connectors: () => ['files', 'mail'] });
    bench.pins.gate('files').listed('tool', [tool('a')]);
    writeFileSync(join(bench.home, 'pins', 'index.json'), '{}\n');
    const next = bench.again();
    expect(next.pins.list().map(({ connector, state }) => `${connector} ${state}`)).toEqual([
      'files changed',
      'mail changed',
    ]);
    for (const connector of ['files', 'mail']) next.pins.reset({ connector }, 'a test');
    expect(next.pins.gate('new').listed('tool', [tool('a')])).toEqual(['open']);
  });

  it('where all of them were taken away, are missed by what the journal recorded', () => {
    const bench = pinsBench();
    bench.pins.gate('files').listed('tool', [tool('a')]);
    rmSync(join(bench.home, 'pins'), { recursive: true });
    const next = bench.again({ recordedIndexes: bench.indexes.slice(-2) });
    expect(next.pins.gate('files').listed('tool', [tool('a', 'planted')])).toEqual(['changed']);
  });
});

describe('pins that cannot be written', () => {
  function failing(): PinsBench & { readonly mend: () => void } {
    let fails = true;
    const bench = pinsBench({
      record: (event) => {
        if (fails && event === 'pins_written') throw new Error('ENOSPC: no space left');
      },
    });
    return { ...bench, mend: () => void (fails = false) };
  }

  it('are not agreed to, and it is said once', () => {
    const bench = failing();
    const gate = bench.pins.gate('files');
    expect(gate.listed('tool', [tool('a')])).toEqual(['changed']);
    expect(gate.listed('tool', [tool('a')])).toEqual(['changed']);
    expect(gate.problem()).toContain('cannot be written (ENOSPC');
    expect(gate.verdict('tool', 'a')).toBe('changed');
    expect(bench.announced).toHaveLength(1);
    expect(readdirSync(bench.home)).not.toContain('index.json');
    expect(bench.pins.list()).toEqual([]);
  });

  it('are tried again by themselves', () => {
    const bench = failing();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    let told = 0;
    gate.onChanged(() => (told += 1));
    bench.mend();
    expect(gate.problem()).toBeDefined();
    bench.pass(1000);
    expect([gate.problem(), told]).toEqual([undefined, 1]);
    expect(gate.listed('tool', [tool('a')])).toEqual(['open']);
    expect(bench.again().pins.list()).toHaveLength(1);
  });

  it('leave what a person decided undone', () => {
    const bench = pinsBench();
    bench.pins.gate('files').listed('tool', [tool('a')]);
    const next = bench.again({
      record: (event) => {
        if (event === 'pins_written') throw new Error('ENOSPC');
      },
    });
    expect(() => next.pins.reset({ connector: 'files' }, 'a test')).toThrow(
      expect.objectContaining({ code: 'E_PINS_WRITE' }) as Error,
    );
    expect(next.pins.gate('files').verdict('tool', 'a')).toBe('open');
  });

  it('are not written each time that a server offers something else, and it is held back all the same', () => {
    const bench = pinsBench();
    const gate = bench.pins.gate('files');
    gate.listed('tool', [tool('a'), tool('b')]);
    const written = bench.indexes.length;
    for (let i = 0; i < 20; i++)
      expect(gate.listed('tool', [tool('a', `${i}`), tool('b')])).toEqual(['changed', 'open']);
    expect(bench.indexes).toHaveLength(written);
    expect(bench.pins.list().find(({ name }) => name === 'a')?.state).toBe('changed');
    bench.pass(5000);
    expect(gate.verdict('tool', 'a')).toBe('changed');
    expect(bench.indexes).toHaveLength(written + 1);
    expect(
      bench
        .again()
        .pins.list()
        .find(({ name }) => name === 'a')?.state,
    ).toBe('changed');
    // What a person decides is written at once.
    bench.pins.accept('files', seenOf(bench, 'files'), 'a test');
    expect(
      bench
        .again()
        .pins.list()
        .map(({ state }) => state),
    ).toEqual(['pinned', 'pinned']);
  });

  it('of a host that handed over are the other one’s', () => {
    const old = pinsBench();
    const gate = old.pins.gate('files');
    gate.listed('tool', [tool('a')]);
    old.pins.handOver();
    const now = old.again();
    now.pins.gate('files').listed('tool', [tool('a', 'x')]);
    now.pins.accept('files', seenOf(now, 'files'), 'a test');
    expect(gate.listed('tool', [tool('a', 'x')])).toEqual(['open']);
    // What nobody has seen yet is agreed to for the sessions that are left here, and is not written.
    expect(gate.listed('tool', [tool('b'), tool('a')])).toEqual(['open', 'changed']);
    expect([gate.problem(), gate.verdict('tool', 'b')]).toEqual([undefined, 'open']);
    // Not even where the other host writes something else meanwhile.
    now.pins.gate('files').listed('tool', [tool('c')]);
    expect(gate.listed('tool', [tool('b', 'other')])).toEqual(['changed']);
    expect(now.pins.list().map(({ name }) => name)).toEqual(['a', 'c']);
    expect(() => old.pins.reset({ connector: 'files' }, 'a test')).toThrow(
      expect.objectContaining({ code: 'E_PINS_WRITE' }) as Error,
    );
  });
});
