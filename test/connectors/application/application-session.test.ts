/** The guard around a real upstream and a real server: what a wrong program gets to see is nothing. */
import { afterEach, describe, expect, it } from 'vitest';
import { createApplicationSession } from '../../../main/connectors/application/application-session.ts';
import type { Recognise } from '../../../main/connectors/application/recognise.ts';
import type { Listener } from '../../../main/process/listener.ts';
import { openStreamableHttp } from '../../../main/transport/http-upstream/streamable-http.ts';
import {
  Bell,
  INITIALIZE,
  introduce,
  legacyAnswer,
  OPEN,
  result,
  serve,
  SERVER,
  Stage,
  type HttpServer,
  type Rig,
} from '../../transport/http-upstream/rig.ts';
import { Ticking } from './ticking.ts';

const stage = new Stage();
afterEach(() => stage.close());

const LISTENER: Listener = { address: '127.0.0.1', uid: 1, program: { kind: 'unknown', reason: 'is hidden' } };

interface Scene {
  readonly r: Rig;
  readonly server: HttpServer;
  readonly clock: Ticking;
  /** Why what listens is wrong; undefined while it is right. */
  problem: string | undefined;
  readonly headersAsked: number[];
}

async function scene(problem?: string): Promise<Scene> {
  const bell = new Bell();
  const plain = legacyAnswer('s-1');
  const server = await serve(bell, (seen) => {
    if (!plain(seen)) result(seen, { did: seen.json.method });
  });
  stage.add(() => server.close());
  const clock = new Ticking();
  const headersAsked: number[] = [];
  const recognise: Recognise = () => Promise.resolve(made.problem);
  const session = createApplicationSession({
    application: {
      catalogName: 'com.example/app',
      title: 'Example',
      port: Number(new URL(server.url).port),
      path: '/mcp',
      howToStart: 'Start Example',
      proof: {},
    },
    listenersOf: () => Promise.resolve([LISTENER]),
    recognise,
    now: clock.now,
    schedule: clock.schedule,
    record: () => {},
  });
  stage.add(() => Promise.resolve(session.close()));
  const r = stage.rig({
    url: session.url,
    bell,
    authority: session.authority({
      ...OPEN,
      headers: () => {
        headersAsked.push(clock.now());
        return Promise.resolve({ authorization: 'Bearer of the tenant' });
      },
    }),
    open: (options) => session.open(openStreamableHttp(options)),
  });
  const made: Scene = { r, server, clock, problem, headersAsked };
  return made;
}

describe('a session with an application on this machine', () => {
  it('speaks to it at the address that was looked at', async () => {
    const { r, server } = await scene();
    r.send(INITIALIZE);
    expect((await r.receive())[0]?.result).toEqual(SERVER);
    expect(server.of('initialize')[0]?.headers).toMatchObject({
      host: new URL(server.url).host,
      authorization: 'Bearer of the tenant',
    });
    expect(r.log).toEqual([expect.stringMatching(/^\[companion\] what listens on port \d+ is Example$/)]);
  });

  it('sends a wrong program nothing, reads no credentials for it, and tells the client why', async () => {
    const { r, server, headersAsked } = await scene('is an impostor');
    r.send(INITIALIZE);
    const [answer] = await r.receive();
    expect(JSON.stringify(answer)).toMatch(/is not known to be Example: it is an impostor/);
    expect([server.seen, headersAsked]).toEqual([[], []]);
  });

  it('ends at once when another program took the place', async () => {
    const made = await scene();
    const { r, server, clock } = made;
    await introduce(r);
    await r.bell.until(() => server.of('notifications/initialized').length === 1);
    made.problem = 'is an impostor';
    const before = server.seen.length;
    clock.pass(10_000);
    await r.upstream.ended;
    expect(r.log.at(-1)).toMatch(/is not known to be Example: it is an impostor/);
    // Not even that the session is over.
    expect(server.seen.slice(before).filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(clock.pending).toEqual([]);
  });

  it('lets its timers go with the upstream', async () => {
    const { r, clock } = await scene();
    await introduce(r);
    await r.upstream.stop(0);
    await r.upstream.ended;
    expect(clock.pending).toEqual([]);
  });
});
