/** With real listeners: a copied Node is the application, its path is the proof. */
import { realpathSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../../main/connectors/application/applications.ts';
import { createApplicationGuard, type ApplicationGuard } from '../../../main/connectors/application/guard.ts';
import { createRecognise, type Recognise } from '../../../main/connectors/application/recognise.ts';
import { listenersOf } from '../../../main/process/listener-owner.ts';
import type { Listener } from '../../../main/process/listener.ts';
import { listeningPrograms } from '../../process/listening-program.ts';
import { Ticking } from './ticking.ts';

const skipped = process.platform !== 'linux';
const isRoot = process.getuid?.() === 0;

interface Guarded {
  readonly guard: ApplicationGuard;
  readonly clock: Ticking;
  readonly refusals: string[];
  readonly said: string[];
  readonly records: string[];
  /** Resolves after the next look. */
  readonly looked: () => Promise<void>;
  looks: number;
}

function guarded(
  application: Application,
  look: (port: number) => Promise<readonly Listener[]> = listenersOf,
  recognise: Recognise = createRecognise(),
): Guarded {
  const clock = new Ticking();
  const refusals: string[] = [];
  const said: string[] = [];
  const records: string[] = [];
  let next = Promise.withResolvers<void>();
  const result: Guarded = {
    clock,
    refusals,
    said,
    records,
    looks: 0,
    looked: () => next.promise,
    guard: createApplicationGuard({
      application,
      recognise,
      listenersOf: async (port) => {
        result.looks += 1;
        return await look(port).finally(() => {
          // Whoever asked goes on first.
          setImmediate(() => {
            next.resolve();
            next = Promise.withResolvers();
          });
        });
      },
      now: clock.now,
      schedule: clock.schedule,
      onRefused: (reason) => refusals.push(reason),
      log: (text) => said.push(text),
      record: (event, { application, pid = '', reason = '' }) =>
        records.push([event, application, pid, reason].join(' ').trim()),
    }),
  };
  return result;
}

function applicationAt(port: number, executable: string): Application {
  return {
    catalogName: 'com.example/app',
    title: 'Example',
    port,
    path: '/mcp',
    howToStart: 'Start Example',
    proof: { linuxExecutables: [realpathSync(executable)] },
  };
}

async function failure(work: Promise<void>): Promise<unknown> {
  return await work.then(
    () => 'it was let through',
    (error: unknown) => error,
  );
}

describe.skipIf(skipped)(`an application on this machine${skipped ? ' [skipped: needs /proc]' : ''}`, () => {
  const { program, listen } = listeningPrograms();

  it('is let through while it is the program that listens, and looked at again after 1 s and every 10 s', async () => {
    const path = program('application');
    const { port, pid } = await listen(path);
    const one = guarded(applicationAt(port, path));
    await Promise.all([one.guard.ready(), one.guard.ready(), one.guard.ready()]);
    await one.guard.ready();
    expect([one.looks, one.clock.pending]).toEqual([1, [1000]]);
    for (const ms of [1000, 10_000, 10_000]) {
      const looked = one.looked();
      one.clock.pass(ms);
      await looked;
      await one.clock.scheduled();
      expect(one.clock.pending).toEqual([10_000]);
    }
    expect([one.looks, one.refusals, one.said]).toEqual([4, [], [`what listens on port ${port} is Example`]]);
    expect(one.records).toEqual([`application_identified com.example/app ${pid}`]);
    one.guard.close();
    expect(one.clock.pending).toEqual([]);
    expect(await failure(one.guard.ready())).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
  });

  it('is refused before the first byte when another program has the port', async () => {
    const squatter = program('squatter');
    const { port, pid } = await listen(squatter);
    const one = guarded(applicationAt(port, program('application')));
    expect(await failure(one.guard.ready())).toMatchObject({
      code: 'E_APPLICATION_REFUSED',
      message: `What listens on port ${port} is not known to be Example: it is ${realpathSync(squatter)} (process ${pid}).`,
      next: 'End that program, start Example, and start the connector again.',
    });
    // The session has not begun: its client is told by the refused request.
    expect([one.refusals, one.clock.pending]).toEqual([[], []]);
  });

  it('is refused when another program has the other loopback address', async () => {
    const path = program('application');
    const { port } = await listen(path);
    await listen(program('squatter'), { host: '::1', port });
    const one = guarded(applicationAt(port, path));
    expect(await failure(one.guard.ready())).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
  });

  it.skipIf(!isRoot)('is refused when it runs as another user [skipped: needs root to start one]', async () => {
    const path = program('application');
    const { port } = await listen(path, { uid: 65_534 });
    const one = guarded(applicationAt(port, path));
    expect(await failure(one.guard.ready())).toMatchObject({
      message: expect.stringContaining('runs as another user'),
    });
  });

  it('is waited for, and let through once it listens', async () => {
    const path = program('application');
    const first = await listen(path);
    const one = guarded(applicationAt(first.port, path));
    await first.end();
    const ready = one.guard.ready();
    await one.clock.scheduled();
    await listen(path, { port: first.port });
    one.clock.pass(1000);
    await ready;
    expect(one.said).toEqual([
      `waits for Example: nobody listens on port ${first.port}`,
      `what listens on port ${first.port} is Example`,
    ]);
    one.guard.close();
  });

  it('is waited for again after it ended, and may have come back as another process', async () => {
    const path = program('application');
    const first = await listen(path);
    const one = guarded(applicationAt(first.port, path));
    await one.guard.ready();
    await first.end();
    const looked = one.looked();
    one.clock.pass(1000);
    await looked;
    const ready = one.guard.ready();
    await one.clock.scheduled();
    const second = await listen(path, { port: first.port });
    one.clock.pass(1000);
    await ready;
    expect(one.refusals).toEqual([]);
    expect(one.records).toEqual([first, second].map(({ pid }) => `application_identified com.example/app ${pid}`));
    one.guard.close();
  });

  it('ends the session when another program took its place, within ten seconds', async () => {
    const path = program('application');
    const first = await listen(path);
    const one = guarded(applicationAt(first.port, path));
    await one.guard.ready();
    await first.end();
    const { pid } = await listen(program('squatter'), { port: first.port });
    const looked = one.looked();
    one.clock.pass(10_000);
    await looked;
    expect(one.refusals).toEqual([expect.stringContaining(`(process ${pid})`)]);
    expect(one.records.map((record) => record.split(' ')[0])).toEqual([
      'application_identified',
      'application_refused',
    ]);
    expect(await failure(one.guard.ready())).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
    expect([one.looks, one.clock.pending]).toEqual([2, []]);
  });
});

describe('the guard', () => {
  const application = { ...applicationAt(3845, process.execPath), proof: {} };
  const listener: Listener = { address: '127.0.0.1', uid: 1, program: { kind: 'unknown', reason: 'is hidden' } };
  const right: Recognise = () => Promise.resolve(undefined);

  it('gives up after 20 s without an application, and says what to start', async () => {
    const one = guarded(application, () => Promise.resolve([]));
    const ready = failure(one.guard.ready());
    for (let second = 0; second < 20; second += 1) {
      await one.clock.scheduled();
      one.clock.pass(1000);
    }
    expect(await ready).toMatchObject({
      code: 'E_APPLICATION_NOT_RUNNING',
      message: 'Example is not there: nobody listens on port 3845 of this computer.',
      next: 'Start Example; then start the connector again.',
    });
    expect(one.looks).toBe(21);
  });

  it.each(['::1', '127.0.0.2'])(
    'waits while only %s is listened at: that is not where it connects to',
    async (address) => {
      const one = guarded(application, () => Promise.resolve([{ ...listener, address }]), right);
      const ready = failure(one.guard.ready());
      await one.clock.scheduled();
      one.guard.close();
      expect(await ready).toMatchObject({ message: 'This session with Example is over.' });
    },
  );

  it.each<[string, () => Promise<readonly Listener[]>, Recognise]>([
    ['the system does not say who listens', () => Promise.reject(new Error('lsof')), right],
    ['the program cannot be judged', () => Promise.resolve([listener]), () => Promise.reject(new Error('codesign'))],
    [
      'one of many is wrong',
      () => Promise.resolve([listener, { ...listener, uid: 2 }]),
      ({ uid }) => Promise.resolve(uid === 2 ? 'is hidden' : undefined),
    ],
  ])('refuses when %s', async (_, look, recognise) => {
    const one = guarded(application, look, recognise);
    expect(await failure(one.guard.ready())).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
    expect(await failure(one.guard.ready())).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
    // Twice the same is one record.
    expect(one.records).toHaveLength(1);
  });

  it('looks again before a request when its timer is late: the machine slept', async () => {
    let listeners: readonly Listener[] = [listener];
    const one = guarded(
      application,
      () => Promise.resolve(listeners),
      () => Promise.resolve(listeners.length > 1 ? 'is hidden' : undefined),
    );
    await one.guard.ready();
    listeners = [listener, listener];
    one.clock.sleep(3_600_000);
    expect(await failure(one.guard.ready())).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
    expect(one.refusals).toHaveLength(1);
  });

  it('lets nothing through that was asked before it closed', async () => {
    const found = Promise.withResolvers<readonly Listener[]>();
    const one = guarded(application, () => found.promise, right);
    const ready = failure(one.guard.ready());
    one.guard.close();
    found.resolve([listener]);
    expect(await ready).toMatchObject({ code: 'E_APPLICATION_REFUSED' });
    expect(one.clock.pending).toEqual([]);
  });
});
