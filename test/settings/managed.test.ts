import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, type Stats } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { managedPath, readManaged, type Managed } from '../../main/settings/managed.ts';
import { closing } from '../identity/rig.ts';

const CLOSED = {
  enforcementFailureMode: 'closed',
  allowInsecureTransport: false,
  vouchedHosts: [],
  defaultHost: undefined,
};
const OPEN_ENV = { RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: 'open', RUNLAYER_ALLOW_INSECURE_TRANSPORT: '1' };
const HOST = 'https://acme.runlayer.com';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'rl-managed-'));
  closing(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Everything is the administrator's, unless it may be written by everybody and is ours. */
const yes = (): boolean => true;

function read(
  text: string | undefined,
  env: Record<string, string> = {},
  isAdministrators: (entry: Stats) => boolean = yes,
): Managed {
  const path = join(folder(), 'companion.json');
  if (text !== undefined) writeFileSync(path, text);
  return readManaged({ path, env, isAdministrators });
}

const file = (value: object): string => JSON.stringify({ version: 1, ...value });

describe('managed settings', () => {
  it('without a file, and without a word in the environment, everything is closed', () => {
    expect(read(undefined)).toMatchObject({ settings: CLOSED, file: 'none' });
    expect(readManaged({ path: undefined, env: {} })).toEqual({ settings: CLOSED, path: undefined, file: 'none' });
  });

  it('say all of this', () => {
    const all = {
      enforcementFailureMode: 'open',
      allowInsecureTransport: true,
      vouchedHosts: [HOST],
      defaultHost: HOST,
    };
    expect(read(file(all))).toMatchObject({ settings: all, file: 'used' });
    expect(read(file({}))).toMatchObject({ settings: CLOSED, file: 'used' });
  });

  it.each([
    [{ RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: 'open' }, { ...CLOSED, enforcementFailureMode: 'open' }],
    [{ RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: 'OPEN' }, CLOSED],
    [{ RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: '' }, CLOSED],
    [{ RUNLAYER_ALLOW_INSECURE_TRANSPORT: '1' }, { ...CLOSED, allowInsecureTransport: true }],
    [{ RUNLAYER_ALLOW_INSECURE_TRANSPORT: '0' }, CLOSED],
    [{ RUNLAYER_ALLOW_INSECURE_TRANSPORT: 'yes' }, CLOSED],
  ])('the environment may say %j', (env, settings) => {
    expect(read(undefined, env).settings).toEqual(settings);
    expect(read(file({}), env).settings).toEqual(settings);
  });

  it('the file has the last word', () => {
    const closed = file({ enforcementFailureMode: 'closed', allowInsecureTransport: false });
    expect(read(closed, OPEN_ENV).settings).toEqual(CLOSED);
  });
});

describe('a file that cannot be trusted', () => {
  const good = file({ enforcementFailureMode: 'open', vouchedHosts: [HOST] });
  const rows: [string, string][] = [
    ['is empty', ''],
    ['is no JSON', '{'],
    ['is of another version', '{"version":2}'],
    ['says more', file({ enforcementFailureMode: 'open', more: 1 })],
    ['says it wrongly', file({ enforcementFailureMode: 'Open' })],
    ['vouches for what is no host', file({ vouchedHosts: ['https://*.runlayer.com'] })],
    ['is too large', `${good}${' '.repeat(64 * 1024)}`],
  ];
  it.each(rows)('opens nothing where it %s, and the environment neither', (_what, text) => {
    const { settings, problem } = read(text, OPEN_ENV);
    expect(settings).toEqual(CLOSED);
    expect(problem).toContain('stays closed');
  });

  it('opens nothing where the file or a folder above it is not the administrator’s', () => {
    expect(read(good).settings.enforcementFailureMode).toBe('open');
    for (const test of [(entry: Stats) => !entry.isFile(), (entry: Stats) => entry.isFile()]) {
      const { settings, problem } = read(good, OPEN_ENV, test);
      expect(settings).toEqual(CLOSED);
      expect(problem).toContain('others than the administrator');
    }
  });

  it('opens nothing as a link or a folder', () => {
    const made = folder();
    writeFileSync(join(made, 'real.json'), good);
    symlinkSync(join(made, 'real.json'), join(made, 'link.json'));
    mkdirSync(join(made, 'folder.json'));
    for (const name of ['link.json', 'folder.json']) {
      const {
        settings,
        problem,
        file: state,
      } = readManaged({
        path: join(made, name),
        env: OPEN_ENV,
        isAdministrators: yes,
      });
      expect(state).toBe('refused');
      expect(settings).toEqual(CLOSED);
      expect(problem).toContain('it is no file');
    }
  });

  it('by itself takes only what root owns and nobody else may write', () => {
    const made = folder();
    const path = join(made, 'companion.json');
    writeFileSync(path, good);
    chmodSync(path, 0o666);
    // Temporary folders may be written by everybody: whoever owns the file, nothing below one is taken.
    expect(readManaged({ path, env: OPEN_ENV }).settings).toEqual(CLOSED);
  });
});

it('is at one place for each platform whose owners can be told', () => {
  expect(managedPath('linux')).toBe('/etc/runlayer/companion.json');
  expect(managedPath('darwin')).toBe('/Library/Application Support/Runlayer/companion.json');
  expect(managedPath('win32')).toBeUndefined();
});
