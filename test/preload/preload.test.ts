import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { CompanionBridge } from '../../preload/contract/bridge.ts';

const electron = vi.hoisted(() => ({
  exposed: new Map<string, unknown>(),
  invoked: [] as unknown[][],
  listeners: new Set<[string, (...args: unknown[]) => void]>(),
}));

vi.mock('electron', () => ({
  contextBridge: { exposeInMainWorld: (name: string, value: unknown) => electron.exposed.set(name, value) },
  ipcRenderer: {
    invoke: (...args: unknown[]) => {
      electron.invoked.push(args);
      return Promise.resolve({ ok: true, value: 7 });
    },
    on: (channel: string, listener: (...args: unknown[]) => void) => electron.listeners.add([channel, listener]),
    off: (channel: string, listener: (...args: unknown[]) => void) => {
      for (const entry of electron.listeners) {
        if (entry[0] === channel && entry[1] === listener) electron.listeners.delete(entry);
      }
    },
  },
}));

let bridge: CompanionBridge;
beforeEach(async () => {
  electron.exposed.clear();
  electron.invoked.length = 0;
  electron.listeners.clear();
  vi.resetModules();
  await import('../../preload/preload.ts');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the preload exposes is checked below
  bridge = electron.exposed.get('companion') as CompanionBridge;
});

describe('the preload', () => {
  it('exposes window.companion with two functions, and nothing else', () => {
    expect([...electron.exposed.keys()]).toEqual(['companion']);
    expect(Object.entries(bridge).map(([name, value]) => [name, typeof value])).toEqual([
      ['call', 'function'],
      ['onEvent', 'function'],
    ]);
  });

  it('calls on one fixed channel', async () => {
    expect(await bridge.call('status.get', {})).toEqual({ ok: true, value: 7 });
    expect(electron.invoked).toEqual([['companion:call', 'status.get', {}]]);
  });

  it('hands over the event and never the IPC event', () => {
    const seen: unknown[][] = [];
    const end = bridge.onEvent((...args: unknown[]) => seen.push(args));
    for (const [channel, listener] of electron.listeners) {
      expect(channel).toBe('companion:event');
      listener({ sender: 'ipcRenderer' }, { type: 'status_changed' }, 'more');
    }
    expect(seen).toEqual([[{ type: 'status_changed' }]]);
    end();
    end();
    expect(electron.listeners.size).toBe(0);
  });
});
