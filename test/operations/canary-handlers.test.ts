import { describe, expect, it } from 'vitest';
import { canaryHandlers, type CanaryHandlerParts } from '../../main/operations/canary-handlers.ts';
import type { Canaries } from '../../main/secrets/canaries.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { CLI } from './fakes.ts';

const NAME = `canary.${'a1'.repeat(8)}`;
const VALUE = 'Zx9-planted-value-Q1w2';

function bench(over: Partial<Canaries> = {}, record?: () => void) {
  const log: string[] = [];
  const canaries: Canaries = {
    list: () => [{ name: NAME, createdAt: '2026-01-02T03:04:05.000Z' }],
    freeName: () => NAME,
    make: (name) => {
      log.push(`make ${name}`);
      return Promise.resolve(VALUE);
    },
    demand: () => undefined,
    remove: (name) => {
      log.push(`remove ${name}`);
      return Promise.resolve();
    },
    load: () => Promise.resolve({ unread: [] }),
    ...over,
  };
  const recordCanary: CanaryHandlerParts['recordCanary'] = (detail) => {
    record?.();
    log.push(`record ${JSON.stringify(detail)}`);
  };
  return { log, handlers: canaryHandlers({ canaries, recordCanary }) };
}

describe('canaries', () => {
  it('are recorded before they are made, without their value', async () => {
    const { log, handlers } = bench();
    expect(await handlers['guard.canary']({ note: 'in .env of the wiki' }, CLI)).toEqual({ name: NAME, value: VALUE });
    expect(log).toEqual([
      `record ${JSON.stringify({ name: NAME, change: 'made', by: CLI.by, note: 'in .env of the wiki' })}`,
      `make ${NAME}`,
    ]);
    expect(log.join('\n')).not.toContain(VALUE);
  });

  it('are not made where nothing can be recorded', async () => {
    const { log, handlers } = bench({}, () => {
      throw new CompanionError('E_AUDIT', 'It cannot be recorded.', 'Wait.');
    });
    const refused = { code: 'E_AUDIT' };
    await expect(async () => handlers['guard.canary']({}, CLI)).rejects.toMatchObject(refused);
    await expect(async () => handlers['guard.removeCanary']({ name: NAME }, CLI)).rejects.toMatchObject(refused);
    expect(handlers['guard.canaries']({}, CLI)).toEqual([{ name: NAME, createdAt: '2026-01-02T03:04:05.000Z' }]);
    expect(log).toEqual([]);
  });

  it('are removed by name, and only those that are there', async () => {
    const { log, handlers } = bench();
    expect(await handlers['guard.removeCanary']({ name: NAME }, CLI)).toEqual({});
    expect(log).toEqual([`record ${JSON.stringify({ name: NAME, change: 'removed', by: CLI.by })}`, `remove ${NAME}`]);

    const none = bench({
      demand: () => {
        throw new CompanionError('E_CANARY_UNKNOWN', 'There is none.', 'Look.', { exitCode: 2 });
      },
    });
    await expect(async () => none.handlers['guard.removeCanary']({ name: 'audit.head' }, CLI)).rejects.toMatchObject({
      code: 'E_CANARY_UNKNOWN',
    });
    expect(none.log).toEqual([]);
  });
});
