import { chmodSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMcpConfig } from '../../main/hub-client/mcp-config.ts';
import type { McpConfigs } from '../../main/hub-client/types.ts';
import { findByToken } from '../../main/hub/tokens.ts';
import { serveCommand } from '../../main/cli/serve-command.ts';
import type { Connection } from '../../main/transport/connection.ts';
import { listenOnSocket, type SocketListener } from '../../main/transport/socket-listener.ts';
import { encodeFrames, FRAME, type FrameType } from '../../main/transport/wire/frames.ts';
import { agreedConnector, memorySettings, NOW } from '../operations/fakes.ts';
import { hubBench, URL_OF_HUB, type HubBench } from '../operations/hub-bench.ts';

const AT = NOW.toISOString();
const TOKEN_A = `rlh_${'A'.repeat(43)}`;
const TOKEN_B = `rlh_${'B'.repeat(43)}`;

let home: string;
let hub: McpConfigs;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-hub-')));
  chmodSync(home, 0o700);
  hub = createMcpConfig({ home });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('against the commands themselves', () => {
  let listener: SocketListener;
  let bench: HubBench;
  let hellos: Connection['hello'][];
  let lines: string[];

  beforeEach(async () => {
    bench = hubBench({ settings: memorySettings({ connectors: [agreedConnector('github')] }) });
    hellos = [];
    lines = [];
    listener = await listenOnSocket(home, (connection) => {
      hellos.push(connection.hello);
      lines.push(connection.hello.argv.join(' '));
      const context = { caller: 'cli', confirmed: false, tty: connection.hello.tty, by: 'a program' } as const;
      void serveCommand(connection, {
        context,
        version: '1.2.3',
        subscribe: () => () => {},
        dispatch: async (name, input, call) =>
          name === 'connectors.list' ? [{ name: 'github' }] : await bench.dispatch(name, input, call),
      });
    });
  });
  afterEach(() => listener.close());

  it('makes, lists, gets, changes and deletes configs', async () => {
    const made = await hub.create({ name: 'github-readonly', connector: 'github', allowedTools: ['get_*', 'list_?'] });
    expect(made).toEqual({
      name: 'github-readonly',
      target: { connector: 'github' },
      allowedTools: ['get_*', 'list_?'],
      description: '',
      createdAt: AT,
      updatedAt: AT,
    });
    const config = hub.fromId('github-readonly');
    expect(config.name).toBe('github-readonly');
    expect(await hub.list()).toEqual([made]);
    expect(await config.get()).toEqual(made);
    const text = '--yes "quoted" $(id) \u202e \n é';
    expect(await config.update({ allowedTools: ['get_*'], description: text })).toMatchObject({
      allowedTools: ['get_*'],
      description: text,
    });
    expect(await config.update({ description: '' })).toMatchObject({ allowedTools: ['get_*'], description: '' });
    await expect(config.delete()).resolves.toBeUndefined();
    expect(await hub.list()).toEqual([]);
  });

  it('binds, rotates and revokes; nothing of a token stays', async () => {
    await hub.create({ name: 'github', connector: 'github' });
    const secrets = { GITHUB_TOKEN: 'keychain:github' };
    const bound = await hub.fromId('github').bind({ secrets, client: 'my-agent' }, { yes: true });
    expect(bound).toMatchObject({
      token: TOKEN_A,
      url: URL_OF_HUB,
      binding: { id: 'b00000001', config: 'github', secrets, client: 'my-agent', variable: 'RL_TOKEN_GITHUB' },
    });
    expect(await hub.bindAll({}, { yes: true })).toMatchObject({ token: TOKEN_B, binding: { config: null } });
    expect(await hub.binds()).toHaveLength(2);
    const rotated = await hub.rotate('b00000001', { yes: true });
    const { bindings } = bench.settings.read().hub;
    expect(findByToken(bindings, TOKEN_A)).toBeUndefined();
    expect(findByToken(bindings, rotated.token)?.id).toBe('b00000001');
    await hub.revoke('b00000001');
    expect((await hub.binds()).map(({ id }) => id)).toEqual(['b00000002']);
  });

  it('needs the same yes as a person', async () => {
    const address = { name: 'web', endpoint: 'https://mcp.example.com/mcp' };
    await expect(hub.create(address)).rejects.toMatchObject({
      code: 'E_CONFIRMATION',
      message: expect.stringMatching(/\w/) as string,
      next: expect.stringContaining('-y') as string,
    });
    await expect(hub.create(address, { yes: false })).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    expect(await hub.create(address, { yes: true })).toMatchObject({
      target: { endpoint: 'https://mcp.example.com/mcp', default: 'read-only' },
      allowedTools: ['*'],
    });
    await expect(hub.fromId('web').bind()).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    await hub.fromId('web').update({ default: 'deny', allowedTools: ['a'] });
    await expect(hub.fromId('web').update({ default: 'allow' })).rejects.toMatchObject({ code: 'E_CONFIRMATION' });
    expect(await hub.fromId('web').update({ default: 'ask' }, { yes: true })).toMatchObject({
      target: { default: 'ask' },
    });
  });

  it('rejects with the code, what happened and what to do', async () => {
    const error: unknown = await hub
      .fromId('nope')
      .get()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      code: 'E_HUB_CONFIG_UNKNOWN',
      message: 'There is no hub config named "nope".',
      next: expect.stringContaining('runlayer hub config list') as string,
    });
    await expect(hub.revoke('b0000000f')).rejects.toMatchObject({ code: 'E_HUB_BINDING_UNKNOWN' });
  });

  it('tells the companion nothing of this program but its number, and claims no terminal', async () => {
    process.env['RL_TEST_OF_HUB_CLIENT'] = 'hunter2';
    try {
      await hub.list();
    } finally {
      delete process.env['RL_TEST_OF_HUB_CLIENT'];
    }
    expect(hellos).toEqual([
      expect.objectContaining({ kind: 'command', env: {}, cwd: '/', tty: false, pid: process.pid }),
    ]);
  });

  it('many at once are answered each with its own', async () => {
    const names = Array.from({ length: 30 }, (_none, at) => `config-${at}`);
    await Promise.all(names.map((name) => hub.create({ name, connector: 'github' })));
    const got = await Promise.all(names.map((name) => hub.fromId(name).get()));
    expect(got.map(({ name }) => name)).toEqual(names);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['a name that is an option', () => hub.create({ name: '--endpoint=https://evil.example', connector: 'x' })],
    ['no tools, which are not all tools', () => hub.create({ name: 'x', connector: 'github', allowedTools: [] })],
    ['no tools, which are not those of before', () => hub.fromId('github').update({ allowedTools: [] })],
    ['a glob with a space', () => hub.create({ name: 'x', connector: 'github', allowedTools: ['a b'] })],
    ['a secret itself', () => hub.fromId('github').bind({ secrets: { A: 'hunter2' } }, { yes: true })],
    ['a name that hides another', () => hub.fromId('github').bind({ secrets: { 'A=B': 'keychain:x' } }, { yes: true })],
    ['a binding that is an option', () => hub.rotate('--yes')],
    ['an id of another kind', () => hub.revoke('l00000001')],
  ])('sends nothing for %s', async (_title, call) => {
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E_INPUT', next: expect.stringMatching(/\w/) as string });
    expect(String(error)).not.toContain('hunter2');
    expect(lines).toEqual([]);
  });

  it('a name that is none is refused at once', () => {
    expect(() => hub.fromId('../x')).toThrow(expect.objectContaining({ code: 'E_INPUT' }) as Error);
  });

  it('values that look like options stay values', async () => {
    await hub.create({ name: 'x', connector: 'github', allowedTools: ['-y', '--all'], description: '-y' });
    expect(await hub.fromId('x').get()).toMatchObject({ allowedTools: ['-y', '--all'], description: '-y' });
    await expect(hub.fromId('x').update({ connector: '--yes' })).rejects.toMatchObject({ code: 'E_INPUT' });
  });
});

describe('against a companion that behaves badly', () => {
  let server: Server;
  const serve = async (
    answer: (send: (type: FrameType, text: string | Buffer) => void, end: () => void) => void,
  ): Promise<void> => {
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () =>
        answer(
          (type, text) => {
            for (const piece of encodeFrames(type, Buffer.from(text))) socket.write(piece);
          },
          () => socket.destroy(),
        ),
      );
    });
    await new Promise<void>((resolve) => void server.listen(join(home, 'companion.sock'), () => resolve()));
  };
  afterEach(() => new Promise((resolve) => server.close(resolve)));
  const exit = (code: number): Buffer => Buffer.from([code]);

  it.each<[string, (send: (type: FrameType, text: string | Buffer) => void, end: () => void) => void, string]>([
    ['goes away', (_send, end) => end(), 'E_COMPANION_LOST'],
    [
      'goes away in the middle',
      (send, end) => {
        send(FRAME.stdout, '[');
        setImmediate(end);
      },
      'E_COMPANION_LOST',
    ],
    ['asks a question', (send) => send(FRAME.prompt, '{"text":"Password? ","secret":true}'), 'E_COMPANION_LOST'],
    ['fails without a reason', (send) => send(FRAME.exit, exit(1)), 'E_COMPANION_LOST'],
    [
      'answers what is no JSON',
      (send) => {
        send(FRAME.stdout, 'all is well');
        send(FRAME.exit, exit(0));
      },
      'E_PROTOCOL',
    ],
    [
      'answers something else',
      (send) => {
        send(FRAME.stdout, '[{"name":"x"}]');
        send(FRAME.exit, exit(0));
      },
      'E_PROTOCOL',
    ],
    [
      'gives a reason that is none',
      (send) => {
        send(FRAME.error, '{"code":1}');
        send(FRAME.exit, exit(2));
      },
      'E_PROTOCOL',
    ],
    [
      'is of another version',
      (send) => {
        send(FRAME.error, '{"code":"E_PROTOCOL","message":"m","next":"restart it"}');
        send(FRAME.exit, exit(3));
      },
      'E_PROTOCOL',
    ],
    ['speaks another protocol', (send) => send(99 as FrameType, 'x'), 'E_COMPANION_LOST'],
    [
      'never ends',
      (send) => {
        const more = (): void => {
          for (let times = 0; times < 5; times++) send(FRAME.stdout, Buffer.alloc(1 << 20, 0x20));
        };
        for (let times = 0; times < 4; times++) setImmediate(more);
      },
      'E_COMPANION_LOST',
    ],
  ])('that %s: it says so', async (_title, answer, code) => {
    await serve(answer);
    await expect(hub.list()).rejects.toMatchObject({ code, next: expect.stringMatching(/\w/) as string });
  });
});

describe('without a companion', () => {
  it('says that the package is not built, where it is not', async () => {
    await expect(hub.list()).rejects.toMatchObject({
      code: 'E_COMPANION_NOT_STARTED',
      next: expect.stringContaining('runlayer serve') as string,
    });
  });

  it('refuses a folder that others can enter', async () => {
    chmodSync(home, 0o755);
    await expect(hub.list()).rejects.toMatchObject({ code: 'E_HOME_UNSAFE' });
  });
});
