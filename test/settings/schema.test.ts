import { describe, expect, it } from 'vitest';
import { EMPTY_SETTINGS, readStored, SETTINGS_VERSION } from '../../main/settings/schema.ts';

describe('settings of before', () => {
  it('the first steps were remembered: they were not taken yet', () => {
    const { firstRun: _, ...rest } = EMPTY_SETTINGS;
    const document = { ...rest, version: 4 };
    expect(readStored(document)).toEqual({
      document,
      settings: { ...EMPTY_SETTINGS, version: SETTINGS_VERSION, firstRun: { done: false } },
    });
    expect(readStored({ ...document, firstRun: { done: true } })).toBeUndefined();
  });
});
