import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { CommandEnd } from '../../main/cli/command-end.ts';
import { localActions } from '../../main/cli/local/local-actions.ts';

let home: string;
let out: string;
const io = { out: (text: string) => void (out += text) } as unknown as CommandIo;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-local-')));
  chmodSync(home, 0o700);
  out = '';
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('stop', () => {
  it('of nothing is no failure', async () => {
    await localActions(io, home).stop({});
    await localActions(io, join(home, 'missing')).stop({});
    await localActions(io, home).stop({ json: true });
    expect(out).toBe('No companion runs here.\nNo companion runs here.\n{"stopped":false}\n');
  });

  it('looks into no folder that is open to others', async () => {
    chmodSync(home, 0o755);
    await expect(localActions(io, home).stop({})).rejects.toMatchObject({ code: 'E_HOME_UNSAFE', exitCode: 3 });
  });
});

describe('audit verify', () => {
  it('says where there is nothing to check', async () => {
    await expect(localActions(io, home).auditVerify({})).rejects.toMatchObject({
      message: expect.stringContaining('There is no audit journal') as string,
      next: expect.stringMatching(/./) as string,
    });
    mkdirSync(join(home, 'audit'));
    await localActions(io, home).auditVerify({});
    expect(out).toMatch(/^The audit trail is whole: 0 records in 0 chains\.\n/);
  });

  it('names what is wrong, exits 1, and shows no file name that moves the cursor', async () => {
    mkdirSync(join(home, 'audit'));
    writeFileSync(join(home, 'audit', '0123456789ab-000000000000.jsonl'), '{"hash":"x"}\n');
    await expect(localActions(io, home).auditVerify({})).rejects.toBeInstanceOf(CommandEnd);
    expect(out).toMatch(/^0123456789ab-000000000000\.jsonl:1 {2}\w+/);
    expect(out).toContain('problem');
    out = '';
    await expect(localActions(io, home).auditVerify({ json: true })).rejects.toMatchObject({ exitCode: 1 });
    expect(JSON.parse(out)).toMatchObject({ ok: false });
  });
});
