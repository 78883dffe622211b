import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { signInReplaced } from '../../main/identity/identity-failures.ts';
import { createLoopback, type LoopbackCallback } from '../../main/identity/loopback-callback.ts';
import { codeOf, fakeTimers } from '../secrets/fakes.ts';
import { closing, visit } from './rig.ts';

const STATE = 'the-state';
const PATH = '/callback/unguessable';

async function open(timers = fakeTimers()): Promise<LoopbackCallback & { readonly port: number }> {
  const loopback = await createLoopback(timers.after)({ path: PATH, state: STATE });
  closing(() => loopback.close('failed'));
  return { ...loopback, port: Number(new URL(loopback.redirectUri).port) };
}

/** One request as bytes; the first line of the answer. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
  });
}

const good = (loopback: LoopbackCallback, more = ''): URL =>
  new URL(`${loopback.redirectUri}?code=the-code&state=${STATE}${more}`);

describe('the address that the browser comes back to', () => {
  it('is on 127.0.0.1, and takes one visit', async () => {
    const loopback = await open();
    expect(loopback.redirectUri).toBe(`http://127.0.0.1:${loopback.port}${PATH}`);
    const page = visit(good(loopback, '&iss=https%3A%2F%2Fas.example%2F'));
    const sent = await loopback.received;
    expect(Object.fromEntries(sent)).toEqual({ code: 'the-code', state: STATE, iss: 'https://as.example/' });
    // The first one waits for how it ends; the second is told at once.
    expect(await visit(good(loopback))).toMatchObject({ status: 410 });
    await loopback.close('done');
    expect(await page).toEqual({ status: 200, text: expect.stringContaining('You are signed in') as string });
    await expect(visit(good(loopback))).rejects.toThrow();
  });

  it('is at the port that is asked for where that is free, else at another', async () => {
    const first = await open();
    const { port } = first;
    const second = await createLoopback(fakeTimers().after)({ path: PATH, state: STATE, port });
    closing(() => second.close('failed'));
    expect(new URL(second.redirectUri).port).not.toBe(String(port));
    const page = visit(good(second));
    await second.received;
    await second.close('done');
    expect(await page).toMatchObject({ status: 200 });
    await first.close('failed');
    const third = await createLoopback(fakeTimers().after)({ path: PATH, state: STATE, port });
    closing(() => third.close('failed'));
    expect(third.redirectUri).toBe(`http://127.0.0.1:${port}${PATH}`);
  });

  it('shows a page without scripts, and nothing of what was sent', async () => {
    const loopback = await open();
    const page = fetch(new URL(`${loopback.redirectUri}?error=%3Cscript%3Ecanary&state=${STATE}`));
    await loopback.received;
    await loopback.close('failed');
    const answer = await page;
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(await answer.text()).not.toMatch(/canary|<script/);
  });

  it.each([
    ['no state', `${PATH}?code=a`],
    ['another state', `${PATH}?code=a&state=other`],
    ['the state twice', `${PATH}?code=a&state=${STATE}&state=${STATE}`],
    ['the code twice', `${PATH}?code=a&code=b&state=${STATE}`],
    ['two issuers', `${PATH}?code=a&iss=x&iss=y&state=${STATE}`],
    ['a code and an error', `${PATH}?code=a&error=b&state=${STATE}`],
    ['neither a code nor an error', `${PATH}?state=${STATE}`],
    ['another path', `/callback/other?code=a&state=${STATE}`],
    ['a longer path', `${PATH}/x?code=a&state=${STATE}`],
    ['two question marks', `${PATH}?code=a?&state=${STATE}`],
    ['the icon', '/favicon.ico'],
    ['the whole address', `http://127.0.0.1${PATH}?code=a&state=${STATE}`],
  ])('refuses %s, and goes on waiting', async (_what, target) => {
    const loopback = await open();
    const line = await raw(
      loopback.port,
      `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${loopback.port}\r\nConnection: close\r\n\r\n`,
    );
    expect(line).toMatch(/^HTTP\/1\.1 4(00|04) /);
    void visit(good(loopback)).catch(() => undefined);
    expect((await loopback.received).get('code')).toBe('the-code');
  });

  it.each([
    ['localhost', (port: number) => `Host: localhost:${port}\r\n`],
    ['a name of somebody else', (port: number) => `Host: evil.example:${port}\r\n`],
    ['no port', () => 'Host: 127.0.0.1\r\n'],
    ['another port', () => 'Host: 127.0.0.1:1\r\n'],
    ['two hosts', (port: number) => `Host: 127.0.0.1:${port}\r\nHost: evil.example\r\n`],
    ['the same host twice', (port: number) => `Host: 127.0.0.1:${port}\r\nHost: 127.0.0.1:${port}\r\n`],
    ['no host', () => ''],
  ])('refuses %s in Host', async (_what, host) => {
    const loopback = await open();
    const { port } = loopback;
    const line = await raw(
      port,
      `GET ${PATH}?code=a&state=${STATE} HTTP/1.1\r\n${host(port)}Connection: close\r\n\r\n`,
    );
    expect(line).toMatch(/^HTTP\/1\.1 4\d\d /);
    void visit(good(loopback)).catch(() => undefined);
    expect((await loopback.received).get('code')).toBe('the-code');
  });

  it.each(['POST', 'HEAD', 'PUT', 'OPTIONS'])('refuses %s', async (method) => {
    const loopback = await open();
    const answer = await fetch(good(loopback), { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET']);
    await answer.body?.cancel();
  });

  it('stays up when it is sent something that is not HTTP', async () => {
    const loopback = await open();
    expect(await raw(loopback.port, '\u0016\u0003\u0001 hello\r\n\r\n')).toBe('');
    void visit(good(loopback)).catch(() => undefined);
    expect((await loopback.received).get('code')).toBe('the-code');
  });

  it('ends after five minutes', async () => {
    const timers = fakeTimers();
    const loopback = await open(timers);
    await timers.advance(5 * 60_000 - 1);
    await timers.advance(1);
    expect(await codeOf(loopback.received)).toBe('E_SIGN_IN_TIMEOUT');
    await expect(visit(good(loopback))).rejects.toThrow();
    expect(timers.waiting).toBe(0);
  });

  it('ends with the reason that it is closed for; a second time changes nothing', async () => {
    const loopback = await open();
    await loopback.close('failed', signInReplaced());
    await loopback.close('done');
    expect(await codeOf(loopback.received)).toBe('E_SIGN_IN_REPLACED');
  });

  it('does not wait for a browser that went away', async () => {
    const loopback = await open();
    const stop = new AbortController();
    const page = fetch(good(loopback), { signal: stop.signal }).catch(() => 'gone');
    await loopback.received;
    stop.abort();
    expect(await page).toBe('gone');
    await loopback.close('done');
  });
});
