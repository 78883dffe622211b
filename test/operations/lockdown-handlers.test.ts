import { describe, expect, it } from 'vitest';
import { lockdownHandlers, type LockdownParts } from '../../main/operations/lockdown-handlers.ts';
import type { Lockdown } from '../../main/settings/schema.ts';
import { memorySettings } from './fakes.ts';

const context = { caller: 'cli', confirmed: true, tty: true, by: 'a test' } as const;

function bench(over: Partial<LockdownParts> = {}) {
  const settings = memorySettings();
  const order: string[] = [];
  let memory: Lockdown | null = null;
  const handlers = lockdownHandlers({
    settings,
    clock: () => new Date('2026-11-21T10:00:00Z'),
    cancelAll: () => {
      order.push('cancelled');
      return 2;
    },
    lockdown: () => settings.read().lockdown ?? memory,
    close: (lockdown) => {
      memory = lockdown;
      order.push(lockdown === null ? 'opened' : 'closed');
    },
    record: (event) => order.push(event),
    ...over,
  });
  return { settings, order, handlers, memory: () => memory };
}

describe('lockdown', () => {
  it('closes first, then ends what is under way, then is written and recorded', () => {
    const { settings, order, handlers } = bench();
    expect(handlers['lockdown.on']({}, context)).toEqual({ since: '2026-11-21T10:00:00.000Z', cancelled: 2 });
    expect(order).toEqual(['closed', 'cancelled', 'lockdown_on']);
    expect(settings.read().lockdown).toEqual({ since: '2026-11-21T10:00:00.000Z', by: 'a test' });
  });

  it('twice is once, and ends again what began', () => {
    const { order, handlers } = bench();
    void handlers['lockdown.on']({}, context);
    expect(handlers['lockdown.on']({}, context)).toMatchObject({ cancelled: 2 });
    expect(order).toEqual(['closed', 'cancelled', 'lockdown_on', 'closed', 'cancelled']);
  });

  it('opens after it was recorded and written, and only where it was closed', () => {
    const { settings, order, handlers } = bench();
    expect(() => handlers['lockdown.off']({}, context)).toThrow(
      expect.objectContaining({ code: 'E_LOCKDOWN' }) as Error,
    );
    void handlers['lockdown.on']({}, context);
    order.length = 0;
    void handlers['lockdown.off']({}, context);
    expect(order).toEqual(['lockdown_off', 'opened']);
    expect(settings.read().lockdown).toBeNull();
  });

  it('stays closed where it cannot be written, and can be opened again', () => {
    const b = bench();
    const update = b.settings.update.bind(b.settings);
    b.settings.update = () => {
      throw new Error('disk full');
    };
    expect(() => b.handlers['lockdown.on']({}, context)).toThrow('disk full');
    expect(b.memory()).not.toBeNull();
    b.settings.update = update;
    void b.handlers['lockdown.off']({}, context);
    expect(b.memory()).toBeNull();
  });
});
