/** The companion's folder is this person's alone, or nothing runs in it; what lies in it is believed only as far as it fits. */
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { RawClient } from './raw-client.ts';

const tools = fixtureServer('tools.mjs');
const NO_COMPANION = -31_004;

describeJourney('the folder of the companion', () => {
  let home: CompanionHome;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(async () => {
    await home?.close();
  });

  /** No command works there, a client is told why, and no process was started. */
  const expectRefused = async (message: RegExp): Promise<void> => {
    await Promise.all(
      [['connectors', 'list'], ['status'], ['serve'], ['logs']].map(async (args) => {
        const ended = await home.runlayer(args);
        expect([args[0], ended.code, ended.out]).toEqual([args[0], 3, '']);
        expect(ended.err).toMatch(message);
      }),
    );
    const client = new RawClient(home.start(['run', 'anything']));
    const answer = await client.initialize();
    expect(answer.error).toMatchObject({ code: NO_COMPANION, data: { code: 'E_HOME_UNSAFE' } });
    expect(answer.error?.message).toMatch(message);
    expect(await client.close()).toBe(3);
    expect(home.look()).toEqual([]);
  };

  it.each([0o755, 0o750, 0o777, 0o701])('with mode %o is refused', async (mode) => {
    mkdirSync(home.home, { recursive: true, mode: 0o700 });
    chmodSync(home.home, mode);
    await expectRefused(/open to other users \(mode 7[0-7]{2}\)[^]*chmod 700/);
    // Nothing was written, nothing was mended behind the person's back.
    expect(readdirSync(home.home)).toEqual([]);
    expect(statSync(home.home).mode & 0o777).toBe(mode);
  });

  it('that was closed again is taken', async () => {
    mkdirSync(home.home, { recursive: true, mode: 0o755 });
    expect((await home.runlayer(['connectors', 'list'])).code).toBe(3);
    chmodSync(home.home, 0o700);
    await home.must(['connectors', 'list']);
  });

  it('that is a symbolic link is refused, also to a good folder', async () => {
    const target = join(home.path, 'target');
    mkdirSync(target, { mode: 0o700 });
    mkdirSync(join(home.path, '.runlayer'), { mode: 0o700 });
    symlinkSync(target, home.home);
    await expectRefused(/is a symbolic link/);
    expect(readdirSync(target)).toEqual([]);
  });

  it('that is a file is refused', async () => {
    mkdirSync(join(home.path, '.runlayer'), { mode: 0o700 });
    writeFileSync(home.home, 'x');
    const ended = await home.runlayer(['connectors', 'list']);
    expect(ended.code).toBe(3);
    expect(ended.err).toContain('is not a folder');
    expect(readFileSync(home.home, 'utf8')).toBe('x');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'of another user is refused [skipped unless root: needs a folder that belongs to somebody else]',
    async () => {
      mkdirSync(home.home, { recursive: true, mode: 0o700 });
      chownSync(home.home, 65_534, 65_534);
      await expectRefused(/belongs to another user/);
      chownSync(home.home, 0, 0);
    },
  );

  it.skip('is closed to a second user who connects [skipped: needs a second user account and its shell]', () => {});

  it('is made with mode 0700, and everything in it is for its owner alone', async () => {
    await home.add('tools', [node, tools]);
    const client = new RawClient(home.start(['run', 'tools']));
    await client.initialize();
    await client.call(1, 'echo');
    await client.close();
    const modes = ['.', ...readdirSync(home.home, { recursive: true, encoding: 'utf8' })].map(
      (name) => [name, lstatSync(join(home.home, name)).mode & 0o077] as const,
    );
    expect(modes.length).toBeGreaterThan(8);
    expect(modes.filter(([, others]) => others !== 0)).toEqual([]);
  });

  it('with a long path works all the same: the socket has a stand-in with the same protection', async () => {
    const long = join(home.path, 'a'.repeat(60), 'b'.repeat(60));
    const env = { RUNLAYER_COMPANION_HOME: long };
    await home.must(['connectors', 'add', 'tools', '-y', '--default', 'allow', '--', node, tools], { env });
    const client = new RawClient(home.start(['run', 'tools'], { env }));
    await client.initialize();
    expect((await client.call(1, 'echo', { text: 'far' })).result?.content?.[0]?.text).toBe('far');
    expect(await client.close()).toBe(0);
    expect(readdirSync(long)).not.toContain('companion.sock');
    home.look();
    await home.must(['stop'], { env });
  });

  it('with settings that are no JSON: the last good copy enforces, and the person is told', async () => {
    await home.add('tools', [node, tools]);
    await home.must(['policy', 'deny', 'tools', 'write_*']);
    await home.must(['stop']);
    writeFileSync(join(home.home, 'settings.json'), '{"broken');
    const { companion } = await home
      .must(['connectors', 'list'])
      .then(() => home.json<{ companion: { warnings: string[] } }>(['status']));
    expect(companion.warnings.join(' ')).toContain('The last good copy enforces');
    const client = new RawClient(home.start(['run', 'tools']));
    await client.initialize();
    expect((await client.call(1, 'write_note')).error?.message).toBe('Unknown tool: write_note');
    expect((await client.call(2, 'echo', { text: 'ok' })).result?.content?.[0]?.text).toBe('ok');
    await client.close();
  });

  it('with settings that were edited by hand: what opens more does not count', async () => {
    await home.add('tools', [node, tools], ['--default', 'deny']);
    await home.must(['stop']);
    const path = join(home.home, 'settings.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"default":"deny"', '"default":"allow"'));
    const client = new RawClient(home.start(['run', 'tools']));
    await client.initialize();
    expect((await client.call(1, 'echo')).error?.message).toBe('Unknown tool: echo');
    await client.close();
    expect((await home.runlayer(['doctor'])).out).toContain('settings');
  });

  it('with settings of a newer companion: nothing starts, and they stay as they are', async () => {
    await home.add('tools', [node, tools]);
    await home.must(['stop']);
    const paths = ['settings.json', 'settings.prev.json'].map((name) => join(home.home, name));
    const newer = readFileSync(paths[0] ?? '', 'utf8').replace(/"version":\d+/, '"version":99');
    expect(newer).toContain('"version":99');
    for (const path of paths) writeFileSync(path, newer);
    const served = await home.runlayer(['serve']);
    expect(served).toMatchObject({ code: 1, out: '' });
    expect(served.err).toContain('newer companion');
    for (const path of paths) expect(readFileSync(path, 'utf8')).toBe(newer);
    const client = new RawClient(home.start(['run', 'tools']));
    expect((await client.initialize()).error).toMatchObject({ code: NO_COMPANION });
    expect(await client.close()).toBe(3);
  });

  it('with a changed audit record: `audit verify` names it, and calls go on in a new chain', async () => {
    await home.add('tools', [node, tools]);
    await home.must(['stop']);
    const audit = join(home.home, 'audit');
    const [segment = ''] = readdirSync(audit);
    const path = join(audit, segment);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"consent_given"', '"consent_takem"'));
    const verified = await home.runlayer(['audit', 'verify']);
    expect(verified.code).toBe(1);
    expect(verified.out).toContain(segment);
    const client = new RawClient(home.start(['run', 'tools']));
    await client.initialize();
    expect((await client.call(1, 'echo', { text: 'still' })).result?.content?.[0]?.text).toBe('still');
    await client.close();
    expect((await home.runlayer(['audit', 'verify'])).code).toBe(1);
  });
});
