import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkInside } from '../../../../main/cli/local/doctor.ts';
import { EMPTY_SETTINGS } from '../../../../main/settings/schema.ts';
import { seal } from '../../../../main/settings/seal.ts';

let home = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-doctor-')));
  chmodSync(home, 0o700);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

it('walks to each tenant even where no companion runs, without a key', async () => {
  const heard: string[][] = [];
  const server = createServer((request, response) => {
    heard.push(Object.keys(request.headers));
    response.end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const host = `http://127.0.0.1:${port}`;
    const tenants = [{ host, signedInAt: '2026-11-21T08:00:00.000Z' }];
    writeFileSync(join(home, 'settings.json'), seal({ ...EMPTY_SETTINGS, tenants, defaultTenant: host }));
    const findings = await checkInside(home);
    expect(findings.map(({ check, state }) => `${state} ${check}`)).toEqual([
      'ok socket',
      'note companion',
      'ok settings',
      `ok 127.0.0.1:${port}`,
      `note 127.0.0.1:${port}`,
    ]);
    for (const { state, next } of findings) if (state !== 'ok') expect(next).toMatch(/\w/);
    expect(heard).toHaveLength(1);
    expect(heard[0]?.filter((name) => /auth|key|cookie/i.test(name))).toEqual([]);
  } finally {
    await new Promise((resolve) => void server.close(resolve));
  }
});
