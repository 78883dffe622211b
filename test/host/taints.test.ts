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
    one?.mark('cursor', web);
    two?.note('cursor');
    expect(labels(two?.of('cursor') ?? [])).toEqual(['anything', 'injection']);
    expect(three?.of('claude')).toEqual([]);
    expect(three?.of(undefined)).toEqual([]);
  });

  it('outlives its session while another one of that client lives, and then is forgotten', () => {
    const taints = createTaints();
    const one = taints.session('1');
    const two = taints.session('2');
    two.note('cursor');
    one.mark('cursor', web);
    one.ended();
    expect(two.of('cursor')).toHaveLength(2);
    two.ended();
    expect(taints.session('3').of('cursor')).toEqual([]);
  });

  it('is bounded, whatever a server calls its tools', () => {
    const taints = createTaints();
    const one = taints.session('1');
    for (let i = 0; i < 3000; i++) one.mark('c', { connector: 'web', tool: `t${i}`, labels: ['anything'] });
    expect(one.of('c')).toHaveLength(1000);
  });
});
