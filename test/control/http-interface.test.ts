import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HEARTBEAT_MS, MAX_STREAMS } from '../../main/control/http-events.ts';
import { refusals } from '../../main/control/http-failure.ts';
import { createHttpInterface, MAX_FAILED_ATTEMPTS } from '../../main/control/http-interface.ts';
import { MAX_SESSIONS, SESSION_LIFE_MS } from '../../main/control/http-session.ts';
import { readStaticFiles } from '../../main/control/http-static.ts';
import { CompanionError } from '../../preload/contract/failure.ts';
import { sendRaw, startHarness, statusOf, type Harness } from './http-harness.ts';

let harness: Harness;
beforeEach(async () => {
  harness = await startHarness();
});
afterEach(async () => {
  vi.useRealTimers();
  await harness.close();
});

interface Stream {
  readonly response: Response;
  line(): Promise<string | undefined>;
  cancel(): Promise<void>;
}

async function openStream(bearer: string): Promise<Stream> {
  const response = await fetch(new URL('/api/events', harness.ui.url()), {
    headers: { authorization: `Bearer ${bearer}` },
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  return {
    response,
    async line() {
      for (;;) {
        const end = rest.indexOf('\n');
        if (end >= 0) {
          const found = rest.slice(0, end);
          rest = rest.slice(end + 1);
          return found;
        }
        const { value, done } = await reader.read();
        if (done) return undefined;
        rest += value;
      }
    },
    cancel: () => reader.cancel(),
  };
}

const pagesBecome = (count: number): Promise<void> =>
  new Promise((resolve) => {
    if (harness.ui.pages() === count) return resolve();
    const end = harness.ui.onPagesChange((pages) => {
      if (pages !== count) return;
      end();
      resolve();
    });
    return undefined;
  });

describe('files', () => {
  it.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['/index.html', 'text/html; charset=utf-8', 'no-store'],
    ['/assets/index-abc.js', 'text/javascript; charset=utf-8', 'private, max-age=31536000, immutable'],
  ])('%s is served to anyone', async (path, type, cache) => {
    const reply = await fetch(new URL(path, harness.ui.url()));
    expect(reply.status).toBe(200);
    expect(reply.headers.get('content-type')).toBe(type);
    expect(reply.headers.get('cache-control')).toBe(cache);
    expect((await reply.text()).length).toBeGreaterThan(0);
  });

  it('carry headers that nothing weakens', async () => {
    const { headers } = await fetch(harness.ui.url());
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:|blob:/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('answer HEAD without a body', async () => {
    const answer = await sendRaw(
      harness.port,
      `HEAD / HTTP/1.1\r\nHost: 127.0.0.1:${harness.port}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(200);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it.each([
    ['missing', async () => {}],
    ['without index.html', async (folder: string) => writeFile(join(folder, 'a.js'), '')],
    [
      'with an unknown kind',
      async (folder: string) => {
        await writeFile(join(folder, 'index.html'), '');
        await writeFile(join(folder, 'a.map'), '');
      },
    ],
    [
      'with a link out of it',
      async (folder: string) => {
        await writeFile(join(folder, 'index.html'), '');
        await symlink('/etc/passwd', join(folder, 'a.js'));
      },
    ],
  ])('a folder %s stops the start', async (title, fill) => {
    const folder = await mkdtemp(join(tmpdir(), 'rl-static-'));
    await mkdir(join(folder, 'x'));
    await fill(folder);
    const wanted = title === 'missing' ? join(folder, 'not-there') : folder;
    await expect(readStaticFiles(wanted)).rejects.toMatchObject({ code: 'E_INTERFACE_MISSING' });
    await rm(folder, { recursive: true });
  });
});

describe('signing in', () => {
  it('exchanges a link once', async () => {
    const link = new URL(harness.ui.mintLink());
    expect(link.origin).toBe(`http://127.0.0.1:${harness.port}`);
    const token = link.hash.slice(3);
    const first = await harness.post('/api/session', { token });
    expect(first.status).toBe(200);
    const second = await harness.post('/api/session', { token });
    expect(second.status).toBe(401);
    expect(await second.json()).toEqual({ error: refusals.linkUsed.failure });
  });

  it('of many pages with one link at once, one wins', async () => {
    const token = new URL(harness.ui.mintLink()).hash.slice(3);
    const replies = await Promise.all(Array.from({ length: 12 }, () => harness.post('/api/session', { token })));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(1);
  });

  it('refuses an expired link', async () => {
    const token = new URL(harness.ui.mintLink()).hash.slice(3);
    harness.clock.now += 120_001;
    const reply = await harness.post('/api/session', { token });
    expect(await reply.json()).toEqual({ error: refusals.linkUnknown.failure });
  });

  it('is limited after many failures, and open again a minute later', async () => {
    for (let tried = 0; tried < MAX_FAILED_ATTEMPTS; tried += 1) {
      expect((await harness.post('/api/session', { token: 'guess' })).status).toBe(401);
    }
    const limited = await harness.post('/api/session', { token: 'guess' });
    expect(limited.status).toBe(429);
    expect(limited.headers.get('retry-after')).toBe('60');
    harness.clock.now += 60_001;
    expect(await harness.signIn()).toMatch(/^T+/);
  });

  it('ends after twelve hours', async () => {
    const bearer = await harness.signIn();
    harness.clock.now += SESSION_LIFE_MS - 1;
    expect((await harness.post('/api/call/status.get', {}, bearer)).status).toBe(200);
    harness.clock.now += 1;
    expect((await harness.post('/api/call/status.get', {}, bearer)).status).toBe(401);
  });

  it('keeps a bounded number of sessions', async () => {
    const first = await harness.signIn();
    for (let opened = 0; opened < MAX_SESSIONS; opened += 1) await harness.signIn();
    expect((await harness.post('/api/call/status.get', {}, first)).status).toBe(401);
  });
});

describe('calls', () => {
  it('hands the input over as it came and answers with the value', async () => {
    const bearer = await harness.signIn();
    const reply = await harness.post('/api/call/logs.query', { limit: 5 }, bearer);
    expect(await reply.json()).toEqual({ value: { secretCanary: 'canary-value' } });
    expect(reply.headers.get('cache-control')).toBe('no-store');
    expect(harness.calls).toEqual([{ name: 'logs.query', input: { limit: 5 } }]);
  });

  it.each([
    [
      'a refusal',
      new CompanionError('E_NOT_THERE', 'No such call.', 'Reload.'),
      200,
      { code: 'E_NOT_THERE', message: 'No such call.', next: 'Reload.' },
    ],
    ['a defect', new TypeError('x is not a function'), 500, { code: 'E_INTERNAL', message: 'x is not a function' }],
  ])('%s becomes an error with a next step', async (_title, thrown, status, error) => {
    await harness.close();
    harness = await startHarness({ call: () => Promise.reject(thrown) });
    const reply = await harness.post('/api/call/status.get', {}, await harness.signIn());
    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({ error });
  });

  it('takes the charset and both own names', async () => {
    const bearer = await harness.signIn();
    for (const host of [`localhost:${harness.port}`, `[::1]:${harness.port}`]) {
      const answer = await sendRaw(
        harness.port,
        `POST /api/call/status.get HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nContent-Type: application/json; charset=UTF-8\r\nAuthorization: Bearer ${bearer}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      );
      expect(statusOf(answer)).toBe(200);
    }
  });
});

describe('events', () => {
  it('arrive on each open page, in order, as one line each', async () => {
    const bearer = await harness.signIn();
    const [one, two] = await Promise.all([openStream(bearer), openStream(bearer)]);
    await pagesBecome(2);
    harness.emit({ type: 'status_changed' });
    harness.emit({ type: 'approval_ended', id: 'line\nbreak \u202e' });
    for (const stream of [one, two]) {
      expect(stream.response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
      expect(await stream.line()).toBe('');
      expect(JSON.parse((await stream.line())!)).toEqual({ type: 'status_changed' });
      expect(JSON.parse((await stream.line())!)).toEqual({ type: 'approval_ended', id: 'line\nbreak \u202e' });
    }
    await Promise.all([one.cancel(), two.cancel()]);
    await pagesBecome(0);
  });

  it('are kept alive by an empty line, and end with the session', async () => {
    await harness.close();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    harness = await startHarness();
    const stream = await openStream(await harness.signIn());
    expect(await stream.line()).toBe('');
    vi.advanceTimersByTime(HEARTBEAT_MS);
    expect(await stream.line()).toBe('');
    harness.clock.now += SESSION_LIFE_MS;
    vi.advanceTimersByTime(HEARTBEAT_MS);
    let last: string | undefined = '';
    while (last === '') last = await stream.line();
    expect(last).toBeUndefined();
    await pagesBecome(0);
  });

  it('are refused to one page too many', async () => {
    const bearer = await harness.signIn();
    const streams = await Promise.all(Array.from({ length: MAX_STREAMS }, () => openStream(bearer)));
    const refused = await openStream(bearer);
    expect(refused.response.status).toBe(503);
    await Promise.all([refused, ...streams].map((stream) => stream.cancel()));
    await pagesBecome(0);
  });

  it('leave nothing behind when the interface closes', async () => {
    const stream = await openStream(await harness.signIn());
    await stream.line();
    await harness.ui.close();
    expect(await stream.line().catch(() => undefined)).toBeUndefined();
    expect(harness.listeners.size).toBe(0);
    expect(harness.ui.pages()).toBe(0);
  });
});

describe('the listener', () => {
  it('says which port is taken', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => squatter.once('listening', resolve));
    const address = squatter.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startHarness({ port })).rejects.toMatchObject({ code: 'E_PORT_TAKEN' });
    await new Promise((resolve) => squatter.close(resolve));
  });

  it('needs its files before it listens', async () => {
    await expect(
      createHttpInterface({
        staticDirectory: '/nowhere',
        call: () => Promise.resolve(undefined),
        subscribe: () => () => {},
        now: () => 0,
        randomToken: () => 'x',
      }),
    ).rejects.toMatchObject({ code: 'E_INTERFACE_MISSING' });
  });

  it('can be closed twice', async () => {
    await harness.ui.close();
    await expect(harness.ui.close()).resolves.toBeUndefined();
  });
});
