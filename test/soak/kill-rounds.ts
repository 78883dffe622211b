/**
 * The companion is killed (SIGKILL) in the middle of calls, again and again, in one home. After each kill everything of it must be
 * gone, the next client must start another one, and the accounts of clients, server and audit trail must agree.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { verifyDirectory } from '../../main/audit/disk/verify-directory.ts';
import { fixtureServer, GONE_MS, node, type CompanionHome } from '../journeys/companion-home.ts';
import { signalProcess, stillRuns, until } from '../journeys/processes-of.ts';
import { Caller, type Call } from './caller.ts';
import { violations, type TrailRecord } from './compare.ts';
import { seeded } from './seeded.ts';

const CLIENTS = 2;
/** How far behind an answer the kill may come. */
const JITTER_MS = 12;
const MAX_SERVER_MS = 10;
const LOOK_MS = 10;

export interface Plan {
  readonly rounds: number;
  readonly callsPerRound: number;
  readonly seed: number;
  readonly said?: (line: string) => void;
}

export interface Figures {
  readonly rounds: number;
  /** Given to a thin client. */
  readonly calls: number;
  readonly acknowledged: number;
  /** Clients were told that it was not carried out, or not known to be. */
  readonly refused: number;
  readonly executed: number;
  /** In the audit trail: the companion was killed before it knew. */
  readonly unknown: number;
  /** From the start of the next client until `runlayer status` is answered by the companion that it started. */
  readonly restartsMs: readonly number[];
  /** The same until that client has the answer to initialize: its server runs too. */
  readonly clientsMs: readonly number[];
  /** From the kill until nothing of it runs any more. */
  readonly goneMs: readonly number[];
}

const Line = z.object({
  record: z.object({
    kind: z.string(),
    call: z.string().optional(),
    outcome: z.string().optional(),
    arguments: z.object({ call: z.string() }).optional(),
  }),
});

function trailOf(home: CompanionHome): TrailRecord[] {
  const folder = join(home.home, 'audit');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
    .filter((line) => line !== '')
    .flatMap((line) => {
      const { record } = Line.parse(JSON.parse(line));
      if (record.call === undefined) return [];
      return [{ kind: record.kind, call: record.call, number: record.arguments?.call, outcome: record.outcome }];
    });
}

class Rounds {
  private readonly home: CompanionHome;
  private readonly plan: Plan;
  private readonly random: () => number;
  private readonly executedFile: string;
  private readonly callers: Caller[] = [];
  private readonly restartsMs: number[] = [];
  private readonly clientsMs: number[] = [];
  private readonly goneMs: number[] = [];
  private running: Caller[] = [];
  private look: () => void = () => {};

  constructor(home: CompanionHome, plan: Plan) {
    this.home = home;
    this.plan = plan;
    this.random = seeded(plan.seed);
    this.executedFile = join(home.path, 'executed');
  }

  async run(): Promise<Figures> {
    await this.home.add('journal', [node, fixtureServer('journal.mjs'), this.executedFile]);
    await this.startCallers(CLIENTS);
    for (let round = 1; round <= this.plan.rounds; round += 1) {
      const { left, gone } = await this.killInCalls(round);
      this.running = [];
      // The next client does not wait until the last of the killed one is gone.
      await Promise.all([this.restart(), gone]).then(([, ms]) => this.goneMs.push(ms));
      this.share(left);
      await this.when(() => this.running.every(({ isIdle }) => isIdle));
      await this.compare(round);
    }
    await this.home.must(['audit', 'verify']);
    for (const { process } of this.running) process.stdin.end();
    await Promise.all(this.running.map(({ ended }) => ended));
    return this.figures();
  }

  private async restart(): Promise<void> {
    const startedAt = performance.now();
    const client = this.startCallers(1).then(() => this.clientsMs.push(performance.now() - startedAt));
    // `status` never starts a companion by itself, and a program started over and over would only slow it down.
    await this.listening();
    await this.home.must(['status']);
    this.restartsMs.push(performance.now() - startedAt);
    await Promise.all([client, this.startCallers(CLIENTS - 1)]);
  }

  /** Resolves when somebody takes connections where clients look; the file itself may be the killed one's. */
  private async listening(): Promise<void> {
    for (;;) {
      const socket = connect(join(this.home.home, 'companion.sock'));
      const taken = await once(socket, 'connect').then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (taken) return;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  /** Resolves when all of them were answered. */
  private async startCallers(count: number): Promise<void> {
    const started = Array.from(
      { length: count },
      () => new Caller(this.home.start(['run', 'journal']), () => this.look()),
    );
    this.running.push(...started);
    this.callers.push(...started);
    await Promise.all(started.map(({ introduced }) => introduced));
  }

  private share(calls: readonly Call[]): void {
    this.running.forEach((caller, at) => caller.add(calls.filter((_, index) => index % CLIENTS === at)));
  }

  /** Gives back what was not sent, and how long the rest of the killed one took to end. */
  private async killInCalls(round: number): Promise<{ readonly left: Call[]; readonly gone: Promise<number> }> {
    const { callsPerRound } = this.plan;
    const companion = await this.home.companion();
    const answers = (): number => this.running.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
    const target = answers() + Math.floor(this.random() * callsPerRound * 0.9);
    const jitterMs = this.random() * JITTER_MS;
    this.share(
      Array.from({ length: callsPerRound }, (_, index) => ({
        call: `r${round}-${index}`,
        answer_after_ms: Math.floor(this.random() * MAX_SERVER_MS),
      })),
    );
    // Idle: some were refused, and so many answers never come.
    await this.when(() => answers() >= target || this.running.every(({ isIdle }) => isIdle));
    // A moment between two answers, not only the one behind an answer.
    await new Promise((resolve) => setTimeout(resolve, jitterMs));
    const before = this.home.look();
    const left = this.running.flatMap((caller) => caller.takeBack());
    const killedAt = performance.now();
    signalProcess(companion, 'SIGKILL');
    await Promise.all(this.running.map(({ ended }) => ended));
    const gone = until('everything of the killed one is gone', () => !before.some(stillRuns), GONE_MS);
    return { left, gone: gone.then(() => performance.now() - killedAt) };
  }

  private async compare(round: number): Promise<void> {
    const accounts = this.accounts();
    const { acknowledged } = accounts;
    const found = violations(accounts);
    const { ok, problems } = await verifyDirectory(join(this.home.home, 'audit'));
    if (!ok) found.push(`the audit trail is not whole: ${JSON.stringify(problems).slice(0, 500)}`);
    if (found.length > 0) throw new Error(`round ${round}, seed ${this.plan.seed}: ${found.slice(0, 10).join('; ')}`);
    const restartMs = this.restartsMs.at(-1) ?? 0;
    this.plan.said?.(`round ${round}: ${acknowledged.length} answered, status after ${restartMs.toFixed(0)} ms`);
  }

  private accounts(): Parameters<typeof violations>[0] {
    return {
      acknowledged: this.callers.flatMap(({ acknowledged }) => acknowledged),
      executed: readFileSync(this.executedFile, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
      trail: trailOf(this.home),
    };
  }

  private figures(): Figures {
    const { acknowledged, executed, trail } = this.accounts();
    return {
      rounds: this.plan.rounds,
      calls: this.callers.reduce((sum, { sent }) => sum + sent.length, 0),
      acknowledged: acknowledged.length,
      refused: this.callers.reduce((sum, { refused }) => sum + refused.length, 0),
      executed: executed.length,
      unknown: trail.filter(({ outcome }) => outcome === 'unknown').length,
      restartsMs: this.restartsMs,
      clientsMs: this.clientsMs,
      goneMs: this.goneMs,
    };
  }

  /** Looks at each answer, and when a thin client ended. */
  private async when(holds: () => boolean): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.look = () => {
      if (holds()) resolve();
      else if (this.running.some(({ process }) => process.exitCode !== null))
        reject(new Error('a thin client ended before its companion was killed'));
    };
    await promise.finally(() => (this.look = () => {}));
  }
}

/** Rejects at the first violation, with the seed. */
export async function killRounds(home: CompanionHome, plan: Plan): Promise<Figures> {
  return await new Rounds(home, plan).run();
}
