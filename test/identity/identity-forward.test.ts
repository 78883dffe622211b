import { describe, expect, it } from 'vitest';
import { createIdentityForward, type IdentityForward } from '../../main/identity/identity-forward.ts';
import { LiveSecrets } from '../../main/secrets/live-secrets.ts';
import { codeOf, fakeTimers } from '../secrets/fakes.ts';
import { closing, NOW } from './rig.ts';

const MINUTE = 60_000;
const TOKEN = 'eyJhbGciOiJFZERTQSJ9.canary-Q1w2E3.c2lnbmF0dXJl';

interface Scene {
  readonly forward: IdentityForward;
  readonly live: LiveSecrets;
  readonly timers: ReturnType<typeof fakeTimers>;
  /** What the tenant says next; an Error is thrown. */
  reply: unknown;
  reads: number;
  pass(ms: number): Promise<void>;
  /** Time passes, but the machine sleeps: no timer runs. */
  sleep(ms: number): void;
}

function told(seconds: number | null, headers: Record<string, string> = { 'X-Runlayer-Org-Id': '7' }) {
  return { headers, expires_at: seconds === null ? null : NOW / 1000 + seconds, applied: true };
}

function aScene(reply: unknown): Scene {
  const timers = fakeTimers();
  const live = new LiveSecrets();
  let now = NOW;
  const scene = { reply, reads: 0 };
  const forward = createIdentityForward({
    read: () => {
      scene.reads += 1;
      return scene.reply instanceof Error ? Promise.reject(scene.reply) : Promise.resolve(scene.reply);
    },
    now: () => now,
    schedule: timers.after,
    live,
  });
  closing(() => forward.close());
  return Object.assign(scene, {
    forward,
    live,
    timers,
    pass: async (ms: number) => {
      now += ms;
      await timers.advance(ms);
    },
    sleep: (ms: number) => void (now += ms),
  });
}

describe('the identity that a server is told', () => {
  it('is what the tenant says', async () => {
    const headers = { 'X-Runlayer-Subject-Type': 'user', 'x-runlayer-user-email': 'a@example.com' };
    const { forward } = aScene(told(300, headers));
    expect(await forward.headers()).toEqual(headers);
  });

  it.each([
    ['nobody', null],
    ['a rule that was not carried out', { ...told(300), applied: false }],
  ])('is none for %s', async (_what, reply) => {
    expect(await aScene(reply).forward.headers()).toEqual({});
  });

  it('is taken only from headers that are the tenant’s to set', async () => {
    const { forward } = aScene(
      told(300, { 'X-Runlayer-Org-Id': '7', Authorization: 'x', Host: 'x', 'X-Runlayer-': 'x', 'X-Runlayer-a b': 'x' }),
    );
    expect(await forward.headers()).toEqual({ 'X-Runlayer-Org-Id': '7' });
  });

  it.each([
    ['a line break', told(300, { 'X-Runlayer-Org-Id': '7\r\nX: y' })],
    ['one header twice', told(300, { 'X-Runlayer-Org-Id': '7', 'x-runlayer-org-id': '8' })],
    ['another shape', { headers: [], expires_at: null, applied: true }],
    ['nothing', undefined],
    ['a failure', new Error('offline')],
    ['one that is over', told(0)],
  ])('is refused where the tenant says %s', async (_what, reply) => {
    expect(await codeOf(aScene(reply).forward.headers())).toBe('E_IDENTITY_STALE');
  });

  it('is read once for all who ask at the same time', async () => {
    const scene = aScene(told(300));
    await Promise.all([scene.forward.headers(), scene.forward.headers(), scene.forward.headers()]);
    expect(scene.reads).toBe(1);
  });

  it('is read again a minute before it ends', async () => {
    const scene = aScene(told(300));
    await scene.forward.headers();
    await scene.pass(4 * MINUTE - 1);
    expect(scene.reads).toBe(1);
    scene.reply = told(600, { 'X-Runlayer-Org-Id': '8' });
    await scene.pass(1);
    expect([scene.reads, await scene.forward.headers()]).toEqual([2, { 'X-Runlayer-Org-Id': '8' }]);
    expect(scene.timers.waiting).toBe(1);
  });

  it('is not read more often than every 5 s, however shortly it lives', async () => {
    const scene = aScene(told(30));
    await scene.forward.headers();
    await scene.pass(4999);
    expect(scene.reads).toBe(1);
    await scene.pass(1);
    expect(scene.reads).toBe(2);
  });

  it('is read once where it does not end', async () => {
    const scene = aScene(told(null));
    await scene.forward.headers();
    expect(scene.timers.waiting).toBe(0);
    scene.sleep(1000 * MINUTE);
    expect([await scene.forward.headers(), scene.reads]).toEqual([{ 'X-Runlayer-Org-Id': '7' }, 1]);
  });

  it('goes on while it lives when the tenant is away, is asked for every 15 s, and is never sent after its end', async () => {
    const scene = aScene(told(300));
    await scene.forward.headers();
    scene.reply = new Error('offline');
    await scene.pass(4 * MINUTE);
    for (let more = 1; more <= 3; more += 1) {
      await scene.pass(15_000);
      expect(scene.reads).toBe(2 + more);
      expect(await scene.forward.headers()).toEqual({ 'X-Runlayer-Org-Id': '7' });
    }
    await scene.pass(15_000);
    expect(await codeOf(scene.forward.headers())).toBe('E_IDENTITY_STALE');
    // Calls do not ask more often than the timer does.
    const { reads } = scene;
    await codeOf(scene.forward.headers());
    expect(scene.reads).toBe(reads);
    scene.reply = told(900);
    await scene.pass(15_000);
    expect(await scene.forward.headers()).toEqual({ 'X-Runlayer-Org-Id': '7' });
  });

  it('is asked for at once by the first call after a machine slept', async () => {
    const scene = aScene(told(300));
    await scene.forward.headers();
    scene.sleep(60 * MINUTE);
    scene.reply = told(2 * 3600, { 'X-Runlayer-Org-Id': '8' });
    expect(await scene.forward.headers()).toEqual({ 'X-Runlayer-Org-Id': '8' });
  });

  it('keeps its token out of every text until it is closed', async () => {
    const scene = aScene(told(300, { 'X-Runlayer-Identity-Token': TOKEN, 'X-Runlayer-User-Email': 'a@example.com' }));
    await scene.forward.headers();
    expect(scene.live.redact(`${TOKEN} a@example.com`)).toBe('[redacted] a@example.com');
    scene.forward.close();
    expect([scene.live.size, scene.timers.waiting]).toEqual([0, 0]);
    expect(await codeOf(scene.forward.headers())).toBe('E_IDENTITY_STALE');
  });

  it('is not kept when its answer comes after the end of the session', async () => {
    const scene = aScene(told(300, { 'X-Runlayer-Identity-Token': TOKEN }));
    const asked = codeOf(scene.forward.headers());
    scene.forward.close();
    expect(await asked).toBe('E_IDENTITY_STALE');
    expect([scene.live.size, scene.timers.waiting]).toEqual([0, 0]);
  });
});
