import { describe, expect, it } from 'vitest';
import { createTaints } from '../../main/host/taints.ts';

const web = { connector: 'web', tool: 'fetch', labels: ['anything', 'injection'] } as const;
const labels = (all: readonly { readonly labels: readonly string[] }[]): string[] =>
  all.flatMap((taint) => taint.labels).toSorted();

describe('what results came before', () => {
  it('is known to the session that got them', () => {
    const taints = createTaints();
    const one = taints.session('1');
    expect(one.of(undefined)).toEqual([]);
    one.mark(undefined, web);
    one.mark(undefined, web);
    expect(labels(one.of(undefined))).toEqual(['anything', 'injection']);
  });

  it('is known to other sessions of a client of this name, and of no other', () => {
    const taints = createTaints();
    const [one, two, three] = ['1', '2', '3'].map((id) => taints.session(id));
    for (const [session, name] of [
      [one, 'cursor'],
      [two, 'cursor'],
      [three, 'claude'],
    ] as const)
      session?.note(name);
    one?.mark('cursor', web);
    expect(labels(two?.of('cursor') ?? [])).toEqual(['anything', 'injection']);
    expect(three?.of('claude')).toEqual([]);
  });

  it.each([undefined, ''])('is known to whoever gives no name: %j', (name) => {
    const taints = createTaints();
    taints.session('1').mark('cursor', web);
    const gone = taints.session('2');
    gone.mark('claude', { ...web, tool: 'search' });
    gone.ended();
    expect(labels(taints.session('3').of(name))).toEqual(['anything', 'anything', 'injection', 'injection']);
  });

  it('counts for all where whoever got it gave no name', () => {
    let now = 0;
    const taints = createTaints(() => now);
    const nameless = taints.session('1');
    nameless.mark(undefined, web);
    const two = taints.session('2');
    two.note('cursor');
    expect(two.of('cursor')).toHaveLength(2);
    nameless.ended();
    expect(two.of('cursor')).toHaveLength(2);
    now += 10 * 60_000;
    expect(two.of('cursor')).toEqual([]);
  });

  it('outlives its session while another one of that client lives, and ten minutes more', () => {
    let now = 0;
    const taints = createTaints(() => now);
    const one = taints.session('1');
    const two = taints.session('2');
    two.note('cursor');
    one.mark('cursor', web);
    one.ended();
    now += 20 * 60_000;
    expect(two.of('cursor')).toHaveLength(2);
    two.ended();
    now += 10 * 60_000 - 1;
    expect(taints.session('3').of('cursor')).toHaveLength(2);
    now += 1;
    expect(taints.session('4').of('cursor')).toEqual([]);
  });

  it('of more clients than are kept by name counts for all', () => {
    const taints = createTaints(() => 0);
    for (let n = 0; n <= 100; n++) {
      const session = taints.session(`s${n}`);
      session.mark(`client ${n}`, { ...web, tool: `t${n}`, labels: ['anything'] });
      session.ended();
    }
    const seen = (client: string): string[] =>
      taints
        .session('x')
        .of(client)
        .map(({ tool }) => tool);
    expect(seen('client 7')).toEqual(['t7', 't100']);
    expect(seen('another')).toEqual(['t100']);
  });

  it('is bounded, whatever a server calls its tools', () => {
    const taints = createTaints();
    const one = taints.session('1');
    one.note('c');
    for (let i = 0; i < 3000; i++) one.mark('c', { connector: 'web', tool: `t${i}`, labels: ['anything'] });
    expect(one.of('c')).toHaveLength(1000);
  });

  it('of a session that gives more names than are kept counts for all, while it lives and after', () => {
    const taints = createTaints(() => 0);
    const one = taints.session('1');
    for (let n = 0; n < 16; n++) one.note(`c${n}`);
    one.mark('c0', web);
    const seen = (client: string): number => taints.session('x').of(client).length;
    expect([seen('c15'), seen('other')]).toEqual([2, 0]);
    one.note('c0');
    expect(seen('other')).toBe(0);
    one.note('c16');
    expect([seen('c3'), seen('other')]).toEqual([2, 2]);
    one.ended();
    expect([seen('c3'), seen('other')]).toEqual([2, 2]);
  });

  it('what one name gets later is not another one’s, though they shared a session', () => {
    const taints = createTaints(() => 0);
    const both = taints.session('1');
    both.note('a');
    both.mark('b', web);
    both.ended();
    const later = taints.session('2');
    later.mark('a', { ...web, tool: 'search' });
    later.ended();
    const seen = (client: string): number => taints.session('x').of(client).length;
    expect([seen('a'), seen('b')]).toEqual([4, 2]);
  });
});
