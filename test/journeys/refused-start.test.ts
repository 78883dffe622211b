/** A connector that cannot start: the client gets the reason as an answer, the person on stderr, a script as an exit code. */
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyringMissing, startKeyring } from '../secrets/throwaway-keyring.ts';
import { textUntil } from '../process/processes.ts';
import {
  describeJourney,
  fixtureServer,
  node,
  openHome,
  type CompanionHome,
  type RunOptions,
} from './companion-home.ts';
import { RawClient } from './raw-client.ts';

const SESSION_REFUSED = -31_003;
const SERVER_FAILED = -31_002;
const tools = fixtureServer('tools.mjs');
const broken = fixtureServer('broken.mjs');

/** What a client is told when it asks, and how its thin client ends. */
async function refusal(
  home: CompanionHome,
  connector: string,
  options: Pick<RunOptions, 'env'> = {},
): Promise<{ code: number | undefined; message: string; exit: number; err: string }> {
  const client = new RawClient(home.start(['run', connector], options));
  const { error } = await client.initialize();
  const exit = await client.close();
  return { code: error?.code, message: error?.message ?? '', exit, err: client.err };
}

describeJourney('a connector that cannot start', () => {
  let home: CompanionHome;
  beforeAll(async () => {
    home = await openHome();
  });
  afterAll(async () => {
    await home?.close();
  });

  it.each(['nobody', '../../etc/passwd', 'NoBody', '__proto__', 'x'.repeat(300)])(
    'is unknown: %j',
    async (connector) => {
      const { code, message, exit, err } = await refusal(home, connector);
      expect({ code, exit }).toEqual({ code: SESSION_REFUSED, exit: 2 });
      expect(message).toMatch(/There is no connector named .*runlayer connectors list/);
      expect(err).toContain('runlayer connectors list');
    },
  );

  it.each<[string, readonly string[]]>([
    ['an empty word', ['']],
    ['two connectors', ['one', 'two']],
    ['an option that there is not', ['one', '--verbose']],
    ['a host without a word behind it', ['one', '--host']],
  ])('is not guessed at: %s', async (_title, words) => {
    const client = new RawClient(home.start(['run', ...words]));
    const { error } = await client.initialize();
    expect(error?.message).toMatch(/Write "runlayer run <connector>"/);
    expect(await client.close()).toBe(2);
  });

  it('is switched off', async () => {
    await home.add('off', [node, tools]);
    await home.must(['connectors', 'disable', 'off']);
    const { code, message, exit } = await refusal(home, 'off');
    expect({ code, exit }).toEqual({ code: SESSION_REFUSED, exit: 2 });
    expect(message).toContain('runlayer connectors enable off');
    // Without a terminal and without -y it stays off.
    expect((await home.runlayer(['connectors', 'enable', 'off'])).code).toBe(2);
    expect((await refusal(home, 'off')).exit).toBe(2);
    await home.must(['connectors', 'enable', 'off', '-y']);
    expect((await refusal(home, 'off')).exit).toBe(0);
  });

  it('was never agreed to: no terminal and no -y stores nothing', async () => {
    const ended = await home.runlayer(['connectors', 'add', 'silent-yes', '--', node, tools]);
    expect(ended.code).toBe(2);
    expect(ended.err).toContain('add -y');
    expect(ended.out).toContain(tools);
    expect((await refusal(home, 'silent-yes')).exit).toBe(2);
  });

  it('runs another file than the one that was agreed to, until a person agrees again', async () => {
    const bin = join(home.path, 'bin');
    mkdirSync(bin);
    const program = join(bin, 'my-server');
    symlinkSync(node, program);
    await home.add('moving', [program, tools]);
    expect((await refusal(home, 'moving')).exit).toBe(0);
    rmSync(program);
    symlinkSync('/bin/true', program);
    const changed = await refusal(home, 'moving');
    expect(changed).toMatchObject({ code: SESSION_REFUSED, exit: 2 });
    expect(changed.message).toContain('runlayer connectors edit moving');
    expect(await home.json(['connectors', 'show', 'moving'])).toMatchObject({ state: 'needs_consent' });
    rmSync(program);
    symlinkSync(node, program);
    expect((await refusal(home, 'moving')).exit).toBe(0);
    const moved = join(home.path, 'elsewhere');
    renameSync(bin, moved);
    expect(await refusal(home, 'moving')).toMatchObject({ code: SESSION_REFUSED, exit: 2 });
    const again = ['connectors', 'edit', 'moving', '--', join(moved, 'my-server'), tools];
    expect((await home.runlayer(again)).code).toBe(2);
    await home.must(['connectors', 'edit', 'moving', '-y', '--', join(moved, 'my-server'), tools]);
    expect((await refusal(home, 'moving')).exit).toBe(0);
  });

  it('lost its right to be executed', async () => {
    const program = join(home.path, 'script');
    writeFileSync(program, `#!/bin/sh\nexec '${node}' '${tools}'\n`, { mode: 0o755 });
    await home.add('script', [program]);
    expect((await refusal(home, 'script')).exit).toBe(0);
    chmodSync(program, 0o644);
    const { code, message, exit } = await refusal(home, 'script');
    expect(code).toBe(SESSION_REFUSED);
    expect(exit).toBeGreaterThan(0);
    expect(message).toContain('script');
  });

  it.each([
    ['a name that is on no PATH', ['no-such-command-anywhere']],
    ['an absolute path', ['/nowhere/server']],
    ['a folder', ['/tmp']],
  ])('is not installed, seen when it is added: %s', async (_title, command) => {
    const ended = await home.runlayer(['connectors', 'add', 'ghost', '-y', '--', ...command]);
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/was not found[^]*Install it, or give its absolute path\. Nothing was stored\./);
    expect((await refusal(home, 'ghost')).exit).toBe(2);
  });

  it('is not installed any more when it is run', async () => {
    const program = join(home.path, 'vanishing');
    symlinkSync(node, program);
    await home.add('vanishing', [program, tools]);
    rmSync(program);
    const { code, message, exit } = await refusal(home, 'vanishing');
    expect({ code, exit }).toEqual({ code: SESSION_REFUSED, exit: 2 });
    expect(message).toContain('vanishing');
  });

  it('needs "--" before its command', async () => {
    for (const args of [
      ['dashless', 'npx', '-y', 'server'],
      ['dashless', '-y', node, tools],
      ['dashless', '--'],
      ['dashless'],
    ]) {
      const ended = await home.runlayer(['connectors', 'add', ...args]);
      expect(ended.code).toBe(2);
      expect(ended.err).toContain('--');
    }
    expect(JSON.stringify(await home.json(['connectors', 'list']))).not.toContain('dashless');
  });

  it('has a name that is none', async () => {
    for (const name of ['Upper', 'a b', '../x', 'x'.repeat(64)]) {
      const ended = await home.runlayer(['connectors', 'add', name, '-y', '--', node, tools]);
      expect(ended.code).toBe(2);
      expect(ended.err).toContain('a connector name is 1 to 63 of');
    }
  });

  it('exits at once: the client is told within a second, and gets its code', async () => {
    await home.add('exits', [node, broken, 'exits']);
    expect(await refusal(home, 'exits')).toMatchObject({ code: SERVER_FAILED, exit: 9 });
    await home.add('missing-script', [node, join(home.path, 'not-there.mjs')]);
    const missing = await refusal(home, 'missing-script');
    expect(missing).toMatchObject({ code: SERVER_FAILED, exit: 1 });
    expect(missing.err).toContain('Cannot find module');
  });

  it('exits with words: they reach the person, and stay to be read', async () => {
    await home.add('words', [node, broken, 'exits-with-words']);
    const { exit, err } = await refusal(home, 'words');
    expect(exit).toBe(2);
    expect(err).toContain('missing configuration: FOO');
    expect(await home.must(['connectors', 'logs', 'words'])).toContain('missing configuration: FOO');
    const tested = await home.runlayer(['connectors', 'test', 'words']);
    expect(tested.code).toBe(1);
    expect(tested.err).toContain('runlayer connectors logs words');
  });

  it('keeps crashing: it is paused, and says for how long and what to do', async () => {
    await home.add('crashing', [node, tools]);
    for (let times = 0; times < 5; times++) {
      const client = new RawClient(home.start(['run', 'crashing']));
      await client.initialize();
      client.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'crash', arguments: {} } });
      expect(await client.exited).toBe(7);
    }
    const { code, message, exit } = await refusal(home, 'crashing');
    expect({ code, exit }).toEqual({ code: SESSION_REFUSED, exit: 1 });
    expect(message).toMatch(
      /crashed 5 times in a minute.*paused for \d+ more seconds.*runlayer connectors logs crashing/,
    );
    await home.must(['connectors', 'enable', 'crashing', '-y']);
    expect((await refusal(home, 'crashing')).exit).toBe(0);
  });

  it('prints garbage: nothing of it reaches the client, and `connectors test` says so', async () => {
    await home.add('garbage', [node, broken, 'garbage']);
    const client = new RawClient(home.start(['run', 'garbage']));
    client.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18' } });
    while (!(await home.must(['connectors', 'logs', 'garbage'])).includes('Traceback'));
    expect(await client.close()).toBe(0);
    // All that it ever got is that nothing will come any more.
    expect(client.messages().map(({ id, error }) => [id, error?.code])).toEqual([[1, SERVER_FAILED]]);
    expect(client.lines).toHaveLength(1);
    expect(await home.must(['connectors', 'logs', 'garbage'])).toContain('[stdout, not MCP]');
  });

  it('prints a stray line, then works: the line is dropped and kept in its log', async () => {
    await home.add('stray', [node, broken, 'stray']);
    const client = new RawClient(home.start(['run', 'stray']));
    expect((await client.initialize()).result).toBeDefined();
    expect((await client.call(2, 'echo')).result?.content?.[0]?.text).toBe('still here');
    expect(await client.close()).toBe(0);
    expect(client.lines.every((line) => line.toString().startsWith('{'))).toBe(true);
    expect(await home.must(['connectors', 'logs', 'stray'])).toContain('[undefined] Starting the server');
    expect(await home.json(['connectors', 'test', 'stray'])).toMatchObject({ ok: true });
  });

  it('never answers: the client is told at the deadline', async () => {
    await home.add('silent', [node, broken, 'silent']);
    await home.must(['stop']);
    const host = home.spawn(node, [fixtureServer('../host.ts'), 'headless', home.home, '{"initializeMs":500}']);
    await textUntil(host.stdout, /serving/);
    const { code, message } = await refusal(home, 'silent');
    expect(code).toBe(SERVER_FAILED);
    expect(message).toContain('it did not answer in time');
    await home.must(['stop']);
  });

  it('left an end for every call, and a whole trail', async () => {
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});

describeJourney('a connector that needs a secret', () => {
  const withSecret = ['--default', 'allow', '--secret', 'TOKEN=keychain:token'];

  it('without any keychain: exit 4, a clear text, and nothing stored anywhere', async () => {
    const home = await openHome();
    try {
      await home.add('account', [node, tools], withSecret);
      const { code, message, exit } = await refusal(home, 'account');
      expect({ code, exit }).toEqual({ code: SESSION_REFUSED, exit: 4 });
      expect(message).toContain('runlayer secrets set token');
      const stored = await home.runlayer(['secrets', 'set', 'token'], { input: 'a-secret-value-1234\n' });
      expect(stored).toMatchObject({ code: 4, out: '' });
      expect(stored.err).toMatch(/No OS keychain can be reached[^]*runlayer secrets vault create/);
      expect(home.filesHolding('a-secret-value-1234')).toEqual([]);
      // One without secrets works all the same.
      await home.add('plain', [node, tools]);
      expect((await refusal(home, 'plain')).exit).toBe(0);
    } finally {
      await home.close();
    }
  });

  it('with a vault that is locked: exit 4 until it is opened', async () => {
    const home = await openHome();
    try {
      await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
      await home.must(['secrets', 'set', 'token'], { input: 'a-secret-value-1234\n' });
      await home.add('account', [node, tools], withSecret);
      await home.must(['stop']);
      const locked = await refusal(home, 'account');
      expect(locked).toMatchObject({ code: SESSION_REFUSED, exit: 4 });
      expect(locked.message).toBe('The secrets vault is locked. Unlock it with "runlayer secrets unlock".');
      expect((await home.runlayer(['secrets', 'unlock'], { input: 'wrong\n' })).code).toBe(4);
      expect((await refusal(home, 'account')).exit).toBe(4);
      await home.must(['secrets', 'unlock'], { input: 'correct horse battery\n' });
      expect((await refusal(home, 'account')).exit).toBe(0);
    } finally {
      await home.close();
    }
  });

  it.skipIf(keyringMissing !== undefined)(
    `with a keychain that is locked: exit 4${keyringMissing === undefined ? '' : ` [skipped: ${keyringMissing}]`}`,
    async () => {
      const keyring = await startKeyring();
      const home = await openHome(keyring.env);
      try {
        await home.must(['secrets', 'set', 'token'], { input: 'a-secret-value-1234\n' });
        await home.add('account', [node, tools], withSecret);
        expect((await refusal(home, 'account')).exit).toBe(0);
        await home.must(['stop']);
        keyring.lock();
        const { code, message, exit } = await refusal(home, 'account');
        expect({ code, exit }).toEqual({ code: SESSION_REFUSED, exit: 4 });
        expect(message).toMatch(/lock/i);
      } finally {
        await home.close();
        await keyring.stop();
      }
    },
  );
});
