/**
 * Whoever of the chain is killed, in whatever moment: the rest of it is gone within five seconds, the thin client's exit code
 * says what happened, and the audit trail has an end for every call. The server here is the worst one: it ignores SIGTERM
 * and the end of its input, and so does its child.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launcher } from './build-once.ts';
import { describeJourney, fixtureServer, GONE_MS, node, openHome, type CompanionHome } from './companion-home.ts';
import { knownChild, processesOf, signalProcess, stillRuns, type Known, until } from './processes-of.ts';
import { RawClient } from './raw-client.ts';
import { waitingApproval } from './waiting-approval.ts';

const MOMENTS = ['while it starts', 'before initialize', 'after initialize', 'in a call', 'in an approval'] as const;
type Moment = (typeof MOMENTS)[number];
const SIGNALS = ['SIGKILL', 'SIGTERM'] as const;

/** Several companions start at once; on a busy machine each takes its time. What must end still has five seconds. */
const BUSY_MS = 60_000;
const toolsServer = fixtureServer('tools.mjs');

/** One client with its thin client, server and the server's child; all carry a mark in their environment. */
interface Chain {
  readonly mark: string;
  readonly client: RawClient;
  members(): Known[];
  member(what: string): Known | undefined;
}

let marks = 0;

async function startChain(
  home: CompanionHome,
  moment: Moment,
  options: { readonly behindClient?: boolean; readonly connector?: string } = {},
): Promise<Chain> {
  const mark = `mark-${process.pid}-${++marks}-`;
  const args = ['run', options.connector ?? 'stubborn'];
  const env = { JOURNEY_MARK: mark };
  const client = new RawClient(
    options.behindClient === true
      ? home.spawn(node, [fixtureServer('../client.mjs'), launcher, ...args], { env })
      : home.start(args, { env }),
  );
  const members = (): Known[] => processesOf(mark);
  const chain: Chain = { mark, client, members, member: (what) => members().find((one) => one.what.includes(what)) };
  if (moment === 'while it starts') return chain;
  await until(
    'the server runs',
    () => chain.member('tools.mjs') !== undefined && chain.member('sleep 1000') !== undefined,
  );
  if (moment === 'before initialize') return chain;
  await client.initialize(mark);
  if (moment === 'after initialize') return chain;
  const tool = moment === 'in a call' ? 'wait' : 'write_note';
  client.send({ jsonrpc: '2.0', id: 'call', method: 'tools/call', params: { name: tool, arguments: {} } });
  if (moment === 'in a call')
    await client.message('the call began', ({ method }) => method === 'notifications/message');
  else await waitingApproval(home, (approval) => approval.client === mark);
  return chain;
}

async function gone(chain: Chain, before: readonly Known[]): Promise<void> {
  // What was there when it happened, and what carries the mark now: nothing may have been started meanwhile.
  await until(
    'the whole chain is gone',
    () => before.every((one) => !stillRuns(one)) && chain.members().length === 0,
    GONE_MS,
  );
}

/** The outcome of the call that a chain made; undefined where it made none that was decided. */
function outcomeOf(home: CompanionHome, chain: Chain): string | undefined {
  const records = home.records();
  const intent = records.find((record) => record.kind === 'intent' && record.claimed.client === chain.mark);
  const outcome = records.find(
    (record) => record.kind === 'outcome' && intent?.kind === 'intent' && record.call === intent.call,
  );
  return outcome?.kind === 'outcome' ? outcome.outcome : undefined;
}

async function addConnectors(home: CompanionHome): Promise<void> {
  await home.add('stubborn', [node, toolsServer, '--stubborn']);
  await home.must(['policy', 'ask', '*', 'write_*']);
}

describeJourney('nothing is left running', () => {
  describe.concurrent('when a part of one session is killed', { timeout: BUSY_MS }, () => {
    let home: CompanionHome;
    beforeAll(async () => {
      home = await openHome();
      await addConnectors(home);
      await home.add('polite', [node, toolsServer]);
    });
    afterAll(async () => {
      const open = home.openIntents();
      const strays = processesOf(`mark-${process.pid}-`);
      const verified = await home.must(['audit', 'verify']);
      const { companion } = await home.json<{ companion: { sessions: number } }>(['status']);
      await home.close();
      expect({ open, strays, sessions: companion.sessions }).toEqual({ open: [], strays: [], sessions: 0 });
      expect(verified).toContain('is whole');
    });

    const cases = SIGNALS.flatMap((name) => MOMENTS.map((moment) => [name, moment] as const));

    it.each(cases)('the client, by %s, %s', async (name, moment) => {
      const chain = await startChain(home, moment, { behindClient: true });
      const before = chain.members();
      signalProcess(knownChild(chain.client.process), name);
      await gone(chain, before);
      if (moment === 'in a call') expect(outcomeOf(home, chain)).toBe('cancelled');
    });

    it.each(cases)('the thin client, by %s, %s', async (name, moment) => {
      const chain = await startChain(home, moment);
      const before = chain.members();
      signalProcess(knownChild(chain.client.process), name);
      expect(await chain.client.exited).toBe(name === 'SIGKILL' ? 137 : 143);
      await gone(chain, before);
      if (moment === 'in a call' || moment === 'in an approval') expect(outcomeOf(home, chain)).toBe('cancelled');
    });

    it('the thin client, at eight moments of its start', async () => {
      const chains = await Promise.all(
        [5, 20, 40, 60, 80, 120, 160, 240].map(async (afterMs) => {
          const chain = await startChain(home, 'while it starts');
          await new Promise((resolve) => setTimeout(resolve, afterMs));
          chain.client.process.kill('SIGKILL');
          await chain.client.exited;
          return chain;
        }),
      );
      // The companion may have been told of the last one just now: it is asked something else first.
      await home.must(['status']);
      for (const chain of chains) await gone(chain, []);
    });

    it.each(MOMENTS.slice(1))('the server, by SIGKILL, %s', async (moment) => {
      const chain = await startChain(home, moment);
      const before = chain.members();
      signalProcess(chain.member('tools.mjs'), 'SIGKILL');
      if (moment === 'in a call') {
        const answer = await chain.client.answer('call');
        expect(answer.error).toMatchObject({ code: -31_002 });
      }
      expect(await chain.client.exited).toBe(137);
      await gone(chain, before);
      if (moment === 'in a call') expect(outcomeOf(home, chain)).toBe('failed');
      if (moment === 'in an approval') expect(outcomeOf(home, chain)).toBe('refused');
    });

    it('the server, by a SIGTERM that it obeys, or by its own end', async () => {
      const start = async (): Promise<RawClient> => {
        const client = new RawClient(home.start(['run', 'polite']));
        await client.initialize();
        return client;
      };
      const [first, second] = [await start(), await start()];
      const { pid } = JSON.parse((await first.call(1, 'environment')).result?.content?.[0]?.text ?? '') as {
        pid: number;
      };
      signalProcess(knownChild({ pid }), 'SIGTERM');
      expect(await first.exited).toBe(143);
      second.send({ jsonrpc: '2.0', id: 'end', method: 'tools/call', params: { name: 'crash', arguments: {} } });
      expect((await second.answer('end')).error).toMatchObject({ code: -31_002 });
      expect(await second.exited).toBe(7);
    });

    it('the client, tidily, with a call under way: the answer still comes, then all of it ends with 0', async () => {
      const chain = await startChain(home, 'after initialize');
      chain.client.send({ jsonrpc: '2.0', id: 'slow', method: 'tools/call', params: { name: 'slow', arguments: {} } });
      chain.client.process.stdin.end();
      expect((await chain.client.answer('slow')).result?.content?.[0]?.text).toBe('late');
      const before = chain.members();
      await gone(chain, before);
      expect(await chain.client.exited).toBe(0);
    });

    it('nobody, but a client that only stops reading and then goes', async () => {
      const chain = await startChain(home, 'after initialize');
      chain.client.process.stdout.destroy();
      chain.client.send({
        jsonrpc: '2.0',
        id: 'unread',
        method: 'tools/call',
        params: { name: 'echo', arguments: {} },
      });
      await gone(chain, chain.members());
    });
  });

  describe.concurrent('when the companion is killed', { timeout: BUSY_MS }, () => {
    const cases = SIGNALS.flatMap((name) => MOMENTS.slice(1).map((moment) => [name, moment] as const));

    it.each(cases)('by %s, %s', async (name, moment) => {
      const home = await openHome();
      try {
        await addConnectors(home);
        const companion = await home.companion();
        const chain = await startChain(home, moment);
        const before = home.look();
        expect(before.some(({ what }) => what.includes('runlayer-reaper'))).toBe(true);
        signalProcess(companion, name);
        expect(await chain.client.exited).toBe(3);
        expect(chain.client.err.split('\n').filter((line) => line !== '')).toHaveLength(1);
        expect(chain.client.err).toMatch(/^runlayer: The companion went away\. Start it again/);
        await until('everything is gone', () => home.leftovers().length === 0, GONE_MS);
        // The next start closes what was left open.
        await home.must(['logs']);
        expect(home.openIntents()).toEqual([]);
        if (moment !== 'in a call') return;
        expect(outcomeOf(home, chain)).toBe(name === 'SIGKILL' ? 'unknown' : 'cancelled');
        expect(await home.must(['audit', 'verify'])).toContain('is whole');
      } finally {
        await home.close();
      }
    });

    it('the reaper alone: it is started again, the session lives on, and is still ended with the companion', async () => {
      const home = await openHome();
      try {
        await addConnectors(home);
        const companion = await home.companion();
        const chain = await startChain(home, 'in a call');
        const reaper = home.reaperOf(companion);
        signalProcess(reaper, 'SIGTERM');
        expect(home.reaperOf(companion)?.pid).toBe(reaper?.pid);
        signalProcess(reaper, 'SIGKILL');
        await until('another reaper', () => ![reaper?.pid, undefined].includes(home.reaperOf(companion)?.pid));
        expect((await chain.client.request('ping', 'ping')).result).toEqual({});
        home.look();
        signalProcess(companion, 'SIGKILL');
        expect(await chain.client.exited).toBe(3);
        await until('everything is gone', () => home.leftovers().length === 0, GONE_MS);
      } finally {
        await home.close();
      }
    });

    it('companion and reaper in one moment: the next start ends what they left', async () => {
      const home = await openHome();
      try {
        await addConnectors(home);
        const companion = await home.companion();
        const chain = await startChain(home, 'in a call');
        const before = chain.members().filter(({ what }) => !what.includes('run stubborn'));
        expect(before).toHaveLength(2);
        signalProcess(home.reaperOf(companion), 'SIGKILL');
        signalProcess(companion, 'SIGKILL');
        expect(await chain.client.exited).toBe(3);
        await home.must(['logs']);
        await until('the old server is gone', () => before.every((one) => !stillRuns(one)), GONE_MS);
        expect(home.openIntents()).toEqual([]);
        expect(outcomeOf(home, chain)).toBe('unknown');
      } finally {
        await home.close();
      }
    });

    it('`runlayer stop` in the middle of a call ends everything too', async () => {
      const home = await openHome();
      try {
        await addConnectors(home);
        const chain = await startChain(home, 'in a call');
        home.look();
        expect((await home.runlayer(['stop'])).code).toBe(0);
        expect(await chain.client.exited).toBe(3);
        expect(home.leftovers()).toEqual([]);
        expect(outcomeOf(home, chain)).toBe('cancelled');
      } finally {
        await home.close();
      }
    });
  });
});
