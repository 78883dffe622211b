/** One companion per person: how it is started, found, shown and ended. */
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { textUntil } from '../process/processes.ts';
import { encodeFrames, FRAME, FrameReader } from '../../main/transport/wire/frames.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { environmentOf, until } from './processes-of.ts';
import { RawClient } from './raw-client.ts';

const tools = fixtureServer('tools.mjs');

describeJourney('the host', () => {
  let home: CompanionHome;
  beforeEach(async () => {
    home = await openHome();
  });
  afterEach(async () => {
    await home?.close();
  });
  const hosts = (): number[] =>
    home.look().flatMap(({ pid, what }) => (what.includes('serve --on-demand') ? [pid] : []));
  const started = (): number =>
    home.records().filter((record) => record.kind === 'event' && record.event === 'companion_started').length;

  it('is started once, however many clients start at the same moment', async () => {
    await home.add('tools', [node, tools]);
    await home.must(['stop']);
    const clients = Array.from({ length: 6 }, () => new RawClient(home.start(['run', 'tools'])));
    const answers = await Promise.all(clients.map((client) => client.initialize()));
    expect(answers.map(({ result }) => result !== undefined)).toEqual(Array.from({ length: 6 }, () => true));
    await until('the losers have ended', () => hosts().length === 1);
    expect(started()).toBe(2);
    expect(await Promise.all(clients.map((client) => client.close()))).toEqual([0, 0, 0, 0, 0, 0]);
    expect(clients.map(({ err }) => err)).toEqual(['', '', '', '', '', '']);
  });

  it('is never started by `status`, nor by what is local', async () => {
    const status = await home.runlayer(['status', '--json']);
    expect(status).toEqual({ code: 1, out: '{"companion":{"running":false}}\n', err: '' });
    expect((await home.runlayer(['status'])).code).toBe(1);
    expect((await home.runlayer(['stop'])).out).toBe('No companion runs here.\n');
    expect((await home.runlayer(['--help'])).code).toBe(0);
    expect((await home.runlayer(['connectors', 'add', '--help'])).code).toBe(0);
    expect((await home.runlayer(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    await home.runlayer(['doctor']);
    await home.runlayer(['audit', 'verify']);
    expect(home.look()).toEqual([]);
    expect(existsSync(join(home.home, 'companion.sock'))).toBe(false);
  });

  it('says where it runs, refuses a second one with exit 5, and ends on `stop`', async () => {
    const first = home.start(['serve']);
    const said = await textUntil(first.stdout, /runlayer stop/);
    expect(said).toMatch(/http:\/\/127\.0\.0\.1:\d+\/[^\s]*#t=/);
    const second = await home.runlayer(['serve']);
    expect(second).toMatchObject({ code: 5, out: '' });
    expect(second.err).toMatch(/already runs here[^]*runlayer stop/);
    expect((await home.runlayer(['serve', '--on-demand'])).code).toBe(5);
    expect(await home.json(['status'])).toMatchObject({ companion: { kind: 'headless', pid: first.pid } });
    const ended = once(first, 'close');
    expect((await home.runlayer(['stop'])).out).toBe('Stopped.\n');
    expect((await ended)[0]).toBe(0);
    expect((await home.runlayer(['status'])).code).toBe(1);
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('in a terminal ends tidily on %s', async (signal) => {
    const host = home.start(['serve']);
    await textUntil(host.stdout, /runlayer stop/);
    const ended = once(host, 'close');
    host.kill(signal);
    expect((await ended)[0]).toBe(0);
    expect(home.records().at(-1)).toMatchObject({ kind: 'event', event: 'companion_stopped' });
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });

  it('is found again after it was killed: its lock and its socket hold nobody up', async () => {
    await home.add('tools', [node, tools]);
    const { pid } = await home.companion();
    process.kill(pid, 'SIGKILL');
    await until('it is gone', () => hosts().length === 0);
    expect(existsSync(join(home.home, 'companion.sock'))).toBe(true);
    expect((await home.runlayer(['status', '--json'])).out).toBe('{"companion":{"running":false}}\n');
    const client = new RawClient(home.start(['run', 'tools']));
    expect((await client.initialize()).result).toBeDefined();
    expect(await client.close()).toBe(0);
    expect((await home.companion()).pid).not.toBe(pid);
  });

  it('that a client started has nothing of the client in its environment', async () => {
    const evil = join(home.path, 'evil.cjs');
    writeFileSync(
      evil,
      "require('node:fs').appendFileSync(__dirname + '/loaded', process.argv.slice(2).join(' ') + '\\n');",
    );
    const env = {
      SECRET_OF_CLIENT: 'do-not-keep',
      PATH: `${home.path}/bin:/usr/bin:/bin`,
      NODE_OPTIONS: `--require ${evil}`,
      NODE_ENV: 'development',
      LD_LIBRARY_PATH: '/nowhere',
      HTTPS_PROXY: 'http://127.0.0.1:9',
      npm_config_registry: 'http://127.0.0.1:9',
      RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: 'open',
      RUNLAYER_ALLOW_INSECURE_TRANSPORT: '1',
      RUNLAYER_ANYTHING: 'x',
      LANG: 'C.UTF-8',
    };
    await home.must(['connectors', 'add', 'tools', '-y', '--default', 'allow', '--', node, tools], { env });
    const { pid } = await home.companion();
    const kept = environmentOf(pid);
    expect(Object.keys(kept).sort()).toEqual([
      'HOME',
      'LANG',
      'LOGNAME',
      'PATH',
      'RUNLAYER_COMPANION_HOME',
      'SHELL',
      'USER',
    ]);
    expect(kept).toMatchObject({ HOME: home.path, LANG: 'C.UTF-8', RUNLAYER_COMPANION_HOME: home.home });
    expect(kept['PATH']).not.toContain(home.path);
    const client = new RawClient(home.start(['run', 'tools'], { env }));
    await client.initialize();
    const answer = await client.call(1, 'environment');
    const server = JSON.parse(answer.result?.content?.[0]?.text ?? '') as { env: Record<string, string> };
    await client.close();
    // The server is the client's: it inherits, but for what loads code and what is ours.
    expect(server.env).toMatchObject({ SECRET_OF_CLIENT: 'do-not-keep', NODE_ENV: 'development', PATH: env.PATH });
    expect(server.env).toMatchObject({ HTTPS_PROXY: env.HTTPS_PROXY, npm_config_registry: env.npm_config_registry });
    expect(Object.keys(server.env).filter((name) => /^(NODE_OPTIONS|LD_|RUNLAYER_)/.test(name))).toEqual([]);
    // What the client's Node loads runs in the thin client alone, which decides nothing.
    const loaded = readFileSync(join(home.path, 'loaded'), 'utf8').trim().split('\n');
    expect(loaded.filter((argv) => !/^(connectors add tools|run tools|serve)/.test(argv))).toEqual([]);
    expect(loaded.filter((argv) => argv.startsWith('serve'))).toEqual([]);
    expect(home.filesHolding('do-not-keep')).toEqual([]);
  });

  it.each([
    { NODE_ENV: 'production', DEBUG: '*', CI: '1' },
    {
      NODE_ENV: 'test',
      VITEST: 'true',
      RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE: 'open',
      RUNLAYER_ALLOW_INSECURE_TRANSPORT: '1',
    },
  ])('does the same with %j', async (env) => {
    await home.must(['connectors', 'add', 'tools', '-y', '--', node, tools], { env });
    await home.must(['policy', 'deny', 'tools', 'echo'], { env });
    const client = new RawClient(home.start(['run', 'tools'], { env }));
    await client.initialize();
    expect((await client.call(1, 'echo')).error).toEqual({ code: -32602, message: 'Unknown tool: echo' });
    expect(await client.close()).toBe(0);
    expect(client.err).toBe('');
    const refused = await home.runlayer(['policy', 'allow', 'tools', '*'], { env });
    expect(refused.code).toBe(2);
  });

  it('of another protocol version: the thin client says what to do, and so does `run` to its client', async () => {
    mkdirSync(home.home, { recursive: true, mode: 0o700 });
    const failure = {
      code: 'E_PROTOCOL',
      message: 'This runlayer is of another version.',
      next: 'Restart the companion.',
    };
    const other = createServer((socket) => {
      socket.once('data', () => {
        for (const piece of encodeFrames(FRAME.error, Buffer.from(JSON.stringify(failure)))) socket.write(piece);
        socket.end(Buffer.concat(encodeFrames(FRAME.exit, Buffer.from([3]))));
      });
      socket.on('error', () => {});
    }).listen(join(home.home, 'companion.sock'));
    await once(other, 'listening');
    try {
      const ended = await home.runlayer(['connectors', 'list', '--json']);
      expect(ended).toEqual({ code: 3, out: '', err: `${JSON.stringify({ error: failure })}\n` });
      const client = new RawClient(home.start(['run', 'tools']));
      expect((await client.initialize()).error).toMatchObject({ code: -31_004, data: { code: 'E_PROTOCOL' } });
      expect(await client.close()).toBe(3);
    } finally {
      other.close();
    }
  });

  it('refuses a thin client of another protocol version, and one that does not speak it at all', async () => {
    await home.must(['connectors', 'list']);
    const talk = async (bytes: Buffer): Promise<{ type: number; text: string }[]> => {
      const socket = connect(join(home.home, 'companion.sock'));
      const frames: { type: number; text: string }[] = [];
      const reader = new FrameReader({
        frame: (type, piece) => frames.push({ type, text: piece.toString('latin1') }),
        violation: () => socket.destroy(),
      });
      socket.on('data', (chunk: Buffer) => reader.push(chunk)).on('error', () => {});
      socket.write(bytes);
      await once(socket, 'close');
      return frames;
    };
    const hello = {
      v: 2,
      kind: 'command',
      argv: ['connectors', 'list'],
      env: {},
      cwd: '/',
      tty: false,
      cols: 0,
      pid: 1,
    };
    const frames = await talk(Buffer.concat(encodeFrames(FRAME.hello, Buffer.from(JSON.stringify(hello)))));
    expect(frames.map(({ type }) => type)).toEqual([FRAME.error, FRAME.exit]);
    expect(JSON.parse(frames[0]?.text ?? '')).toMatchObject({ code: 'E_PROTOCOL' });
    expect(frames[0]?.text).toMatch(/[Rr]estart/);
    expect(frames[1]?.text).toBe('\x03');
    expect(await talk(Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'))).toEqual([]);
    expect(await talk(Buffer.concat(encodeFrames(FRAME.stdin, Buffer.from('x'))))).toEqual([]);
    await home.must(['connectors', 'list']);
  });

  it('`--json` gives one document on stdout, and one error on stderr', async () => {
    const errors: [string[], number, string][] = [
      [['connectors', 'show', 'nobody', '--json'], 2, 'E_CONNECTOR_UNKNOWN'],
      [['connectors', 'add', 'x', '--json', '--', 'no-such-command-anywhere'], 1, 'E_COMMAND_NOT_FOUND'],
      [['approvals', 'show', 'nothing', '--json'], 2, 'E_APPROVAL_UNKNOWN'],
      [['secrets', 'set', 'a/b', '--json'], 2, 'E_SECRET_VALUE'],
      [['logs', '--json', '--since', 'yesterday'], 2, 'E_INPUT'],
    ];
    await home.must(['connectors', 'list']);
    await Promise.all(
      errors.map(async ([args, code, failure]) => {
        const ended = await home.runlayer(args);
        expect([args.join(' '), ended.code, ended.out]).toEqual([args.join(' '), code, '']);
        const { error } = JSON.parse(ended.err) as { error: Record<string, string> };
        expect(Object.keys(error).toSorted()).toEqual(['code', 'message', 'next']);
        expect(error['code']).toBe(failure);
        expect(error['next']).not.toBe('');
      }),
    );
    for (const args of [
      ['connectors', 'list'],
      ['policy', 'list'],
      ['secrets', 'list'],
      ['approvals', 'list'],
      ['status'],
    ])
      await home.json(args);
    await home.add('tools', [node, tools]);
    const lines = (await home.must(['logs', '--events', '--json'])).trim().split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) JSON.parse(line);
  });

  it('takes misuse as misuse: exit 2 and a hint', async () => {
    for (const args of [
      ['frobnicate'],
      ['connectors', 'frobnicate'],
      ['connectors', 'list', '--frobnicate'],
      ['policy', 'deny', 'x'],
      ['run'],
    ]) {
      const ended = await home.runlayer(args);
      expect([args.join(' '), ended.code]).toEqual([args.join(' '), 2]);
      expect(ended.err).not.toBe('');
    }
  });
});
