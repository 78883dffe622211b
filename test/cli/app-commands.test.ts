import { describe, expect, it } from 'vitest';
import { tell } from './fake-io.ts';

const available = { kind: 'available', preferences: { startAtLogin: false, notifications: true } };

describe('runlayer app', () => {
  it('shows what is chosen, and whether a newer version is there', async () => {
    const update = { kind: 'available', version: '1.2.3', checkedAt: '2026-11-21T08:00:00.000Z' };
    const answers = { 'preferences.get': available, 'updates.get': update };
    expect((await tell('app show', { answers })).out).toBe(
      'start at login  off\n' +
        'notifications   on\n' +
        'newer version   1.2.3 is there. Install it as you installed this one.\n',
    );
    expect(JSON.parse((await tell('app show --json', { answers })).out)).toEqual({ preferences: available, update });
  });

  it.each([
    [{ kind: 'off', reason: 'Nobody publishes.' }, 'not looked for. Nobody publishes.'],
    [{ kind: 'unknown' }, 'not looked for yet.'],
    [{ kind: 'unknown', problem: 'No answer.' }, 'No answer.'],
    [{ kind: 'current', checkedAt: '2026-11-21T08:00:00.000Z' }, 'this is the newest.'],
  ])('says of %j: %s', async (update, text) => {
    const { out } = await tell('app show', { answers: { 'preferences.get': available, 'updates.get': update } });
    expect(out).toContain(`newer version   ${text}\n`);
  });

  it('says why there is no choice', async () => {
    const preferences = { startAtLogin: null, startAtLoginProblem: 'Only an installed app.', notifications: false };
    const { out } = await tell('app show', {
      answers: { 'preferences.get': { kind: 'available', preferences }, 'updates.get': { kind: 'unknown' } },
    });
    expect(out).toContain('start at login  no choice here. Only an installed app.\nnotifications   off\n');
    const headless = { kind: 'unavailable', reason: 'The companion runs without its app here.' };
    expect(
      (await tell('app show', { answers: { 'preferences.get': headless, 'updates.get': { kind: 'unknown' } } })).out,
    ).toMatch(/^The companion runs without its app here\.\n/);
  });

  it('changes what is named', async () => {
    const { calls } = await tell('app set --notifications off', { answers: { 'preferences.set': available } });
    expect(calls).toEqual(['preferences.set {"notifications":false}']);
    const both = await tell('app set --start-at-login on --notifications on --json', {
      answers: { 'preferences.set': available },
    });
    expect(both.calls).toEqual(['preferences.set {"startAtLogin":true,"notifications":true}']);
    expect(JSON.parse(both.out)).toEqual({ preferences: available });
    expect((await tell('app set --notifications maybe')).code).toBe(2);
  });
});
