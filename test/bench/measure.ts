/**
 * Rounds that alternate between the ways to reach one echo tool, so that the machine's mood falls on all of them. A way that
 * fails, one call at a time or many at once, is out of that for the size at hand and is opened anew for what comes next.
 */
import { echoText, type EchoClient } from './echo-client.ts';

export interface Subject {
  readonly name: string;
  readonly open: () => Promise<EchoClient>;
}

export interface Size {
  readonly name: string;
  readonly bytes: number;
  /** Sequential calls of one round, and how many rounds there are. */
  readonly calls: number;
  readonly rounds: number;
  /** Calls of one round with 32 in flight. */
  readonly wide: number;
}

export type Figure = number | { readonly failed: string };

export interface Cell {
  readonly p50Ms: Figure;
  readonly perSecond: Figure;
}

/** One figure of a cell over the same one of another; undefined where either failed. */
export function ratio(a: Cell | undefined, b: Cell | undefined, of: keyof Cell): number | undefined {
  const [over, under] = [a?.[of], b?.[of]];
  return typeof over === 'number' && typeof under === 'number' ? over / under : undefined;
}

/** What a table shows of a cell. */
export function shown(cell: Cell | undefined, of: keyof Cell): string {
  const figure = cell?.[of];
  if (figure === undefined) return '-';
  if (typeof figure !== 'number') return `failed: ${figure.failed}`;
  return of === 'p50Ms' ? `${figure.toFixed(3)} ms` : figure.toFixed(0);
}

export const hasFailed = (cell: Cell): boolean => typeof cell.p50Ms !== 'number' || typeof cell.perSecond !== 'number';

export const shownRatio = (value: number | undefined): string => value?.toFixed(2) ?? '-';

const IN_FLIGHT = 32;
/** A table's cell must stay readable; the beginning says most. */
const WHY_LENGTH = 80;
const ROUND_MS = 60_000;

export const p50 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** One round of calls, one after the other: how long each took, in ms. */
async function sequential(client: EchoClient, text: string, calls: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const began = performance.now();
    await client.call(text);
    times.push(performance.now() - began);
  }
  return times;
}

/** One round with 32 calls in flight: calls per second. */
async function concurrent(client: EchoClient, text: string, calls: number): Promise<number> {
  const began = performance.now();
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0)
      try {
        await client.call(text);
      } catch (error) {
        left = 0;
        throw error;
      }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  return (calls / (performance.now() - began)) * 1000;
}

/** The round's outcome, or a failure where a peer just falls silent. */
async function within<T>(round: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${ROUND_MS / 1000} s`)), ROUND_MS);
  });
  try {
    return await Promise.race([round, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

interface Rounds {
  readonly measured: number[];
  failed?: string;
}

/** One way, with what it measured for the size at hand. */
class Contestant {
  readonly subject: Subject;
  private client: EchoClient | undefined;
  private times: Rounds = { measured: [] };
  private rates: Rounds = { measured: [] };

  constructor(subject: Subject) {
    this.subject = subject;
  }

  private async attempt(rounds: Rounds, step: (client: EchoClient) => Promise<readonly number[]>): Promise<void> {
    if (rounds.failed !== undefined) return;
    try {
      this.client ??= await within(this.subject.open());
      rounds.measured.push(...(await within(step(this.client))));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      rounds.failed = why.replaceAll(/\s+/g, ' ').trim().slice(0, WHY_LENGTH);
      await this.close();
    }
  }

  /** Forgets the size before, and warms up. */
  async start(text: string, calls: number): Promise<void> {
    this.times = { measured: [] };
    this.rates = { measured: [] };
    await this.oneByOne(text, calls);
    this.times.measured.length = 0;
    // What cannot do it one by one cannot do it at once.
    if (this.times.failed !== undefined) this.rates.failed = this.times.failed;
  }

  async oneByOne(text: string, calls: number): Promise<void> {
    await this.attempt(this.times, (client) => sequential(client, text, calls));
  }

  async manyAtOnce(text: string, calls: number): Promise<void> {
    await this.attempt(this.rates, async (client) => [await concurrent(client, text, calls)]);
  }

  cell(): Cell {
    const figure = ({ measured, failed }: Rounds): Figure => (failed === undefined ? p50(measured) : { failed });
    return { p50Ms: figure(this.times), perSecond: figure(this.rates) };
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.close();
  }
}

/** A row for each size, a cell for each subject in it. */
export async function measure(subjects: readonly Subject[], sizes: readonly Size[]): Promise<Cell[][]> {
  const contestants = subjects.map((subject) => new Contestant(subject));
  const rows: Cell[][] = [];
  try {
    for (const { bytes, calls, rounds, wide } of sizes) {
      const text = echoText(bytes);
      for (const contestant of contestants) await contestant.start(text, calls);
      for (let round = 0; round < rounds; round++) {
        for (const contestant of contestants) await contestant.oneByOne(text, calls);
        for (const contestant of contestants) await contestant.manyAtOnce(text, wide);
      }
      rows.push(contestants.map((contestant) => contestant.cell()));
    }
  } finally {
    for (const contestant of contestants) await contestant.close();
  }
  return rows;
}
