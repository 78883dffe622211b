import { describe, expect, it } from 'vitest';
import type { EventRecord } from '../../preload/contract/index.ts';
import { clientNamed, createClientSightings, type ClientSightings } from '../../main/host/client-sightings.ts';

const at = (minute: number): string => `2026-11-21T08:${String(minute).padStart(2, '0')}:00.000Z`;

function session(event: 'session_started' | 'session_ended', id: string, minute: number, client?: string): EventRecord {
  return {
    v: 1,
    id: `${id}-${event}`,
    chain_id: 'c',
    seq: minute,
    time: at(minute),
    kind: 'event',
    event,
    'mcp.session.id': id,
    claimed: client === undefined ? { pid: 1 } : { client, pid: 1 },
    detail: {},
  };
}

function bench(past: EventRecord[] = []): {
  sightings: ClientSightings;
  tick: (minute: number) => void;
  changes: () => number;
  asked: () => number;
} {
  let now = 30;
  let changed = 0;
  let asked = 0;
  const sightings = createClientSightings({
    clock: () => new Date(at(now)),
    events: (name) => {
      asked += 1;
      return Promise.resolve(past.filter(({ event }) => event === name));
    },
    changed: () => {
      changed += 1;
    },
  });
  return { sightings, tick: (minute) => (now = minute), changes: () => changed, asked: () => asked };
}

describe('a client that came back', () => {
  it.each([
    ['cursor-vscode', 'cursor'],
    ['Cursor', 'cursor'],
    ['claude-ai', 'claude_desktop'],
    ['claude-code', undefined],
    ['cursor-vscode-evil', undefined],
    ['', undefined],
  ])('is known by its name: %j is %s', (name, client) => {
    expect(clientNamed(name)).toBe(client);
  });

  it('is seen once a session says its name, and only after the change', async () => {
    const { sightings, tick, changes } = bench();
    expect(await sightings.of('cursor', null)).toEqual({ at: null, sessions: 0 });
    const end = sightings.began('cursor-vscode');
    expect(await sightings.of('cursor', at(29))).toEqual({ at: at(30), sessions: 1 });
    // Its file was changed while it ran: that it runs proves nothing.
    expect(await sightings.of('cursor', at(31))).toEqual({ at: null, sessions: 1 });
    tick(32);
    const second = sightings.began('cursor-vscode');
    end();
    end();
    expect(await sightings.of('cursor', at(31))).toEqual({ at: at(32), sessions: 1 });
    second();
    expect(await sightings.of('cursor', at(31))).toEqual({ at: at(32), sessions: 0 });
    expect(await sightings.of('claude_desktop', null)).toEqual({ at: null, sessions: 0 });
    expect(changes()).toBe(4);
    sightings.began('somebody')();
    expect(changes()).toBe(4);
  });

  it('is found in the journal of earlier companions: when its session began, not when it ended', async () => {
    const { sightings, asked } = bench([
      session('session_ended', 'a', 20, 'cursor-vscode'),
      session('session_started', 'a', 10),
      session('session_ended', 'b', 8, 'cursor-vscode'),
      session('session_started', 'b', 5),
      session('session_ended', 'c', 9, 'claude-ai'),
    ]);
    expect(await sightings.of('cursor', null)).toMatchObject({ at: at(10) });
    expect(await sightings.of('cursor', at(15))).toMatchObject({ at: null });
    expect(await sightings.of('claude_desktop', null)).toMatchObject({ at: null });
    expect(asked()).toBe(2);
  });
});
