/** The app finds a headless host: what runs there goes on until it ends, everything new is the app's. */
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openOperationClient } from '../../main/transport/operation-client.ts';
import { socketPlace } from '../../main/transport/wire/socket-path.ts';
import { textUntil } from '../process/processes.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { stillRuns, until } from './processes-of.ts';
import { RawClient } from './raw-client.ts';

interface StatusText {
  readonly companion: { kind: string; pid: number; sessions: number; warnings: string[] };
}

describeJourney('take-over', () => {
  let home: CompanionHome;
  beforeEach(async () => {
    home = await openHome();
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
  });
  afterEach(async () => {
    await home?.close();
  });

  const connect = async (): Promise<RawClient> => {
    const client = new RawClient(home.start(['run', 'tools']));
    await client.initialize();
    return client;
  };
  const startApp = async (): Promise<ReturnType<CompanionHome['spawn']>> => {
    const app = home.spawn(node, [fixtureServer('../host.ts'), 'app', home.home]);
    await textUntil(app.stdout, /serving/);
    return app;
  };
  const echo = async (client: RawClient, text: string): Promise<string | undefined> =>
    (await client.call(text, 'echo', { text })).result?.content?.[0]?.text;

  it('a live session goes on with the old host, new ones go to the app, and the old host ends with its last session', async () => {
    const old = await home.companion();
    const living = await connect();
    const program = await openOperationClient(socketPlace(home.home).path);
    living.send({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params: { name: 'slow', arguments: {} } });
    const app = await startApp();
    expect((await living.answer('slow')).result?.content?.[0]?.text).toBe('late');
    expect(await echo(living, 'after the take-over')).toBe('after the take-over');
    const status = await home.json<StatusText>(['status']);
    expect(status.companion).toMatchObject({ kind: 'app', pid: app.pid, sessions: 1 });
    expect(status.companion.warnings.join(' ')).toContain('1 sessions are still served by the headless companion');

    const fresh = await connect();
    expect(await echo(fresh, 'with the app')).toBe('with the app');
    expect((await home.json<StatusText>(['status'])).companion.sessions).toBe(2);
    // What is tightened in the app holds for the session that the old host still serves.
    await home.must(['policy', 'deny', 'tools', 'slow']);
    for (const client of [living, fresh]) {
      // The old host learns of it from the file system; until then calls of a slow tool take their time.
      let answer = await client.call('denied 0', 'slow');
      for (let tries = 1; answer.error === undefined && tries < 20; tries++)
        answer = await client.call(`denied ${tries}`, 'slow');
      expect(answer.error?.message).toBe('Unknown tool: slow');
    }
    // Who still talks to the old host changes nothing there: it would put its own view over the app's.
    await expect(program.call('connectors.disable', { name: 'tools' })).rejects.toMatchObject({
      code: 'E_HANDED_OVER',
    });
    expect(await home.json<object[]>(['policy', 'list'])).toMatchObject([{ effect: 'deny', tool: 'slow' }]);
    program.close();

    expect(stillRuns(old)).toBe(true);
    expect(await living.close()).toBe(0);
    await until('the old host has ended', () => !stillRuns(old));
    expect((await home.json<StatusText>(['status'])).companion).toMatchObject({
      kind: 'app',
      sessions: 1,
      warnings: [],
    });
    expect(await echo(fresh, 'still with the app')).toBe('still with the app');
    expect(await fresh.close()).toBe(0);
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('in 2 chains');
    const ended = once(app, 'close');
    await home.must(['stop']);
    expect((await ended)[0]).toBe(0);
  });

  it('an old host without sessions ends at once', async () => {
    const old = await home.companion();
    const app = await startApp();
    await until('the old host has ended', () => !stillRuns(old));
    expect((await home.json<StatusText>(['status'])).companion).toMatchObject({
      kind: 'app',
      pid: app.pid,
      sessions: 0,
    });
  });

  it('two of the same kind: the second says so and exits 5; a headless host does not take over from the app', async () => {
    await startApp();
    const second = home.spawn(node, [fixtureServer('../host.ts'), 'app', home.home]);
    let said = '';
    second.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    expect((await once(second, 'close'))[0]).toBe(5);
    expect(said).toContain('already runs here');
    expect((await home.runlayer(['serve'])).code).toBe(5);
    expect((await home.json<StatusText>(['status'])).companion.kind).toBe('app');
  });

  it('the app dies right after: the session with the old host lives, and the next client starts a new host', async () => {
    const living = await connect();
    const app = await startApp();
    const ended = once(app, 'close');
    app.kill('SIGKILL');
    await ended;
    expect(await echo(living, 'alone')).toBe('alone');
    const fresh = await connect();
    expect(await echo(fresh, 'new')).toBe('new');
    expect((await home.json<StatusText>(['status'])).companion.kind).toBe('headless');
    expect([await living.close(), await fresh.close()]).toEqual([0, 0]);
    await until(
      'one host is left',
      () => home.look().filter(({ what }) => what.includes('serve --on-demand')).length === 1,
    );
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });

  it('the old host dies with a session: its call has an end in the trail after the app\u2019s next start', async () => {
    const old = await home.companion();
    const living = await connect();
    living.send({ jsonrpc: '2.0', id: 'open', method: 'tools/call', params: { name: 'wait', arguments: {} } });
    await living.message('the call began', ({ method }) => method === 'notifications/message');
    const app = await startApp();
    home.look();
    process.kill(old.pid, 'SIGKILL');
    expect(await living.exited).toBe(3);
    await until('the status tells', () => !stillRuns(old));
    expect((await home.json<StatusText>(['status'])).companion.sessions).toBe(0);
    const ended = once(app, 'close');
    await home.must(['stop']);
    await ended;
    await home.must(['logs']);
    expect(home.openIntents()).toEqual([]);
  });
});
