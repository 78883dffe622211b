import { expect, it } from 'vitest';
import { EMPTY_SETTINGS, readStored, SETTINGS_VERSION } from '../../main/settings/schema.ts';

// A host that handed over follows only settings of its own version: what decides nothing is kept elsewhere.
it('the shape of a version is what every host of that version reads', () => {
  expect(SETTINGS_VERSION).toBe(4);
  expect(Object.keys(EMPTY_SETTINGS).sort()).toEqual([
    'auditEndpoint',
    'chains',
    'connectors',
    'defaultTenant',
    'guard',
    'hub',
    'lockdown',
    'newItems',
    'policyBefore',
    'rules',
    'secrets',
    'tenants',
    'version',
  ]);
  expect(readStored({ ...EMPTY_SETTINGS })).toEqual({ document: EMPTY_SETTINGS, settings: EMPTY_SETTINGS });
  expect(readStored({ ...EMPTY_SETTINGS, firstRun: { done: true } })).toBeUndefined();
});
