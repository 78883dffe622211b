import { afterEach, expect, it } from 'vitest';
import { sendRaw, statusOf } from '../../control/http-harness.ts';
import { bases, build } from './raw-request.ts';
import { startRig, TOKEN, type Rig } from './rig.ts';

let rig: Rig | undefined;
afterEach(async () => {
  await rig?.close();
});

async function statusWith(headers: readonly string[]): Promise<number | undefined> {
  const started = (rig ??= await startRig({ origins: () => ['http://localhost:6274'] }));
  const parts = bases.initialize({ port: started.port, token: TOKEN, sessionId: '', sseId: '' });
  parts.headers.push(...headers);
  return statusOf(await sendRaw(started.port, build(parts)));
}

it('serves a listed origin and no other, compared exactly', async () => {
  expect(await statusWith(['Origin: http://localhost:6274'])).toBe(200);
  expect(await statusWith([])).toBe(200);
  for (const other of ['http://localhost:6275', 'http://localhost', 'HTTP://localhost:6274', 'null', ''])
    expect(await statusWith([`Origin: ${other}`])).toBe(403);
  expect(await statusWith(['Origin: http://localhost:6274', 'Origin: http://localhost:6274'])).toBe(403);
  expect(await statusWith(['Origin: http://localhost:6274', 'Sec-Fetch-Site: cross-site'])).toBe(403);
});
