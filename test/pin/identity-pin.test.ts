import { describe, expect, it } from 'vitest';
import { isOther, settleUpdate, sightIdentity } from '../../main/pin/identity-pin.ts';
import { compareIdentities, learned, NO_IDENTITY, updated, type Identity } from '../../main/pin/identity.ts';
import { accept, pinKey, sight, type ConnectorPins } from '../../main/pin/pins.ts';

const AT = '2026-11-21T08:00:00.000Z';
const NONE: ConnectorPins = new Map();
const base: Identity = {
  ...NO_IDENTITY,
  command: 'npx',
  path: '/usr/bin/npx',
  sha256: 'aa',
  ecosystem: 'npm',
  package: 'server-files',
  version: '1.2.0',
  integrity: 'sha512-one',
};
const newer = { ...base, version: '1.3.0', integrity: 'sha512-two' };

describe('what a connector is', () => {
  it.each([
    { name: 'nothing', over: {}, change: 'same' },
    { name: 'the version, with integrity', over: { version: '1.3.0', integrity: 'sha512-two' }, change: 'update' },
    { name: 'the version, with the same integrity', over: { version: '1.3.0' }, change: 'update' },
    { name: 'the version, nobody vouching', over: { version: '1.3.0', integrity: null }, change: 'other' },
    { name: 'the integrity alone', over: { integrity: 'sha512-two' }, change: 'other' },
    { name: 'the file', over: { sha256: 'bb' }, change: 'other' },
    { name: 'the path', over: { path: '/home/a/npx' }, change: 'other' },
    { name: 'the command', over: { command: 'node' }, change: 'other' },
    { name: 'the package', over: { package: 'server-fi1es' }, change: 'other' },
    { name: 'the package with the version', over: { package: 'x', version: '2', integrity: 'i' }, change: 'other' },
    { name: 'the ecosystem', over: { ecosystem: 'python' }, change: 'other' },
    { name: 'the version and the file', over: { version: '1.3.0', integrity: 'i', sha256: 'bb' }, change: 'other' },
    { name: 'what is not known now', over: { version: null, integrity: null, sha256: null }, change: 'same' },
  ] as const)('differs by $name: $change', ({ over, change }) => {
    expect(compareIdentities(base, { ...base, ...over })).toBe(change);
  });

  it('is learned, and not forgotten', () => {
    const unknown = { ...base, version: null, integrity: null };
    expect(compareIdentities(unknown, base)).toBe('same');
    expect(learned(unknown, base)).toEqual(base);
    expect(learned(base, unknown)).toEqual(base);
    expect(updated(base, newer)).toEqual(newer);
  });

  it('of a server over HTTP is its address', () => {
    const here = { ...NO_IDENTITY, url: 'https://a.example/mcp' };
    expect(compareIdentities(here, { ...here, url: 'https://b.example/mcp' })).toBe('other');
  });
});

describe('its pin', () => {
  const first = sightIdentity(NONE, base, AT);

  it('is agreed to at first sight, and written once', () => {
    expect(first.found).toBe('first');
    expect(isOther(first.pins)).toBe(false);
    expect(sightIdentity(first.pins, base, AT)).toEqual({ pins: first.pins, found: 'same' });
    expect(sightIdentity(first.pins, base, AT).pins).toBe(first.pins);
  });

  it('holds everything back where it is another one, until that is agreed to or gone', () => {
    const other = { ...base, sha256: 'bb' };
    const seen = sightIdentity(first.pins, other, AT);
    expect(seen.found).toBe('other');
    expect(isOther(seen.pins)).toBe(true);
    expect(settleUpdate(seen.pins)).toBeUndefined();
    expect(sightIdentity(seen.pins, other, AT)).toEqual({ pins: seen.pins, found: 'same' });
    expect(isOther(sightIdentity(seen.pins, base, AT).pins)).toBe(false);

    const shown = seen.pins.get(pinKey('identity', ''))?.seen?.fingerprint ?? '';
    const accepted = accept(seen.pins, [{ kind: 'identity', name: '', seen: shown }]);
    if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
    expect(isOther(accepted.pins)).toBe(false);
    expect(sightIdentity(accepted.pins, other, AT).found).toBe('same');
    expect(sightIdentity(accepted.pins, base, AT).found).toBe('other');
  });

  it('learns what was not known, and compares with it from then on', () => {
    const unknown = sightIdentity(NONE, { ...base, version: null, integrity: null }, AT);
    const known = sightIdentity(unknown.pins, base, AT);
    expect(known.found).toBe('same');
    expect(known.pins).not.toBe(unknown.pins);
    // A cache that was emptied does not make the next package the first one.
    const emptied = sightIdentity(known.pins, { ...base, version: null, integrity: null }, AT);
    expect(emptied.pins).toBe(known.pins);
    expect(sightIdentity(emptied.pins, { ...base, integrity: 'sha512-other' }, AT).found).toBe('other');
  });

  it('is agreed to by itself after a verified update of which nothing else differs', () => {
    const listed = sight(first.pins, 'tool', [{ name: 'a', definition: { name: 'a' } }], { at: AT, mode: 'pin' });
    const seen = sightIdentity(listed.pins, newer, AT);
    expect(seen.found).toBe('update');
    expect(isOther(seen.pins)).toBe(false);
    const update = settleUpdate(seen.pins);
    expect(update).toMatchObject({ package: 'server-files', from: '1.2.0', to: '1.3.0' });
    expect(sightIdentity(update?.pins ?? NONE, newer, AT).pins).toBe(update?.pins);
    expect(sightIdentity(update?.pins ?? NONE, base, AT).found).toBe('update');
  });

  it('waits with what differs after an update', () => {
    const listed = sight(first.pins, 'tool', [{ name: 'a', definition: { name: 'a' } }], { at: AT, mode: 'pin' });
    const seen = sightIdentity(listed.pins, newer, AT);
    const drifted = sight(seen.pins, 'tool', [{ name: 'a', definition: { name: 'a', title: 'x' } }], {
      at: AT,
      mode: 'pin',
    });
    expect(drifted.verdicts).toEqual(['changed']);
    expect(settleUpdate(drifted.pins)).toBeUndefined();
    expect(isOther(drifted.pins)).toBe(false);
  });
});
