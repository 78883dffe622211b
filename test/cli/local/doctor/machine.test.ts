import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLauncher } from '../../../../main/cli/local/doctor/launcher.ts';
import { launcherText } from '../../../../main/clients/launcher.ts';
import {
  checkHome,
  checkManaged,
  checkNode,
  checkSettings,
  checkSocket,
} from '../../../../main/cli/local/doctor/machine.ts';
import { EMPTY_SETTINGS } from '../../../../main/settings/schema.ts';
import { seal } from '../../../../main/settings/seal.ts';

let home = '';
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-doctor-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const HOST = 'https://acme.runlayer.com';

describe('what doctor says of this machine', () => {
  it('Node is new enough to run this test', () => {
    expect(checkNode().state).toBe('ok');
  });

  it('the home is ours, missing, or open to others', () => {
    expect(checkHome(home).state).toBe('ok');
    expect(checkHome(join(home, 'none'))).toMatchObject({ state: 'note', next: expect.stringContaining('serve') });
    chmodSync(home, 0o755);
    expect(checkHome(home)).toMatchObject({ state: 'problem' });
  });

  it('the socket is in the home, or in a stand-in that is ours alone', () => {
    expect(checkSocket(home)).toEqual({ check: 'socket', state: 'ok', text: join(home, 'companion.sock') });
    const long = checkSocket(join(home, 'x'.repeat(100)));
    expect(long.text).not.toContain('xxx');
    expect(long.state).toBe('ok');
  });

  it('the launcher: none, ours, of another copy, open to others, not executable, a link', () => {
    const path = join(home, 'runlayer');
    const program = { nodePath: '/opt/node', scriptPath: '/opt/runlayer.js' };
    const state = (): string => checkLauncher(path, program, 'linux').state;
    expect(checkLauncher(path, program, 'linux')).toMatchObject({
      state: 'note',
      text: 'No client was connected yet.',
    });
    writeFileSync(path, launcherText(program.nodePath, program.scriptPath), { mode: 0o755 });
    expect(checkLauncher(path, program, 'linux')).toEqual({ check: 'launcher', state: 'ok', text: path });
    expect(checkLauncher(path, { ...program, scriptPath: '/moved/runlayer.js' }, 'linux').state).toBe('note');
    chmodSync(path, 0o775);
    expect(state()).toBe('problem');
    chmodSync(path, 0o600);
    expect(state()).toBe('problem');
    rmSync(path);
    symlinkSync('/bin/sh', path);
    expect(state()).toBe('problem');
  });

  it('settings: none, good with their tenants, changed by hand, or newer', () => {
    expect(checkSettings(home)).toEqual({
      finding: { check: 'settings', state: 'ok', text: 'none yet' },
      settings: undefined,
    });
    const path = join(home, 'settings.json');
    const settings = { ...EMPTY_SETTINGS, tenants: [{ host: HOST, signedInAt: '2026-11-21T08:00:00.000Z' }] };
    writeFileSync(path, seal(settings));
    expect(checkSettings(home)).toMatchObject({ finding: { state: 'ok' }, settings: { tenants: [{ host: HOST }] } });
    // A host that somebody wrote in by hand is not even probed.
    writeFileSync(path, seal(settings).replace('acme', 'evil'));
    expect(checkSettings(home)).toMatchObject({ finding: { state: 'problem' }, settings: undefined });
    writeFileSync(path, JSON.stringify({ settings: { version: 99 } }));
    expect(checkSettings(home)).toMatchObject({ finding: { state: 'problem' }, settings: undefined });
  });

  it('managed settings: no place for them, none, good, and not to be trusted', () => {
    const path = join(home, 'companion.json');
    const trusted = { path, isAdministrators: () => true };
    expect(checkManaged({ path: undefined })).toEqual([]);
    expect(checkManaged(trusted)).toEqual([{ check: 'managed', state: 'ok', text: 'no settings of an administrator' }]);
    writeFileSync(path, JSON.stringify({ version: 1, enforcementFailureMode: 'open', vouchedHosts: [HOST] }));
    const [good] = checkManaged(trusted);
    expect(good?.state).toBe('ok');
    expect(good?.text).toContain('calls are let through while their tenant is away');
    expect(good?.text).toContain(`no consent is asked for connectors of ${HOST}`);
    expect(checkManaged({ path, isAdministrators: () => false })[0]).toMatchObject({ state: 'problem' });
    writeFileSync(path, '{"version":1,"nonsense":true}');
    expect(checkManaged(trusted)[0]).toMatchObject({ state: 'problem' });
  });
});
