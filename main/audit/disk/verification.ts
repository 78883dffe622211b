// One look at the whole journal at a time, in a thread of its own. It belongs to the companion, not to who asked: a window that
// closes ends nothing, and whoever asks next is told of the same one. What the keychain says is read first, because the files
// only grow.
import { Worker } from 'node:worker_threads';
import { CompanionError, toFailure, type Failure } from '../../../preload/contract/failure.ts';
import type { Verification, VerificationResult } from '../../../preload/contract/verification.ts';
import type { VerifyTrust } from '../trust.ts';
import { holdsUnknownKey, type VerifyReport } from '../verify.ts';
import type { VerifyMessage, VerifyWorkerData } from './verify-protocol.ts';

const MAX_PROBLEMS = 100;

export interface VerificationOptions {
  readonly auditDirectory: string;
  /** Undefined where the keychain knows nothing; rejects where it cannot be asked. */
  readonly readTrust: () => Promise<VerifyTrust | undefined>;
  readonly clock: () => Date;
  /** Where the worker's file is, if not beside this one. */
  readonly workerUrl?: URL;
}

export interface VerificationJob {
  /** Begins one, or joins the one under way. */
  begin(): Verification;
  state(): Verification;
  /** Ends the one under way; the last state where there is none. */
  cancel(): Verification;
  close(): Promise<void>;
}

const NONE: Verification = {
  state: 'none',
  startedAt: null,
  endedAt: null,
  bytesRead: 0,
  bytesTotal: 0,
  result: null,
  failure: null,
};

/** The keychain was asked, and knows nothing. A signature in the files is then nobody's. */
const NOTHING: VerifyTrust = { keys: [], heads: [] };

interface Known {
  readonly trust: VerifyTrust | undefined;
  readonly why: string;
}

export function createVerification(options: VerificationOptions): VerificationJob {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workerUrl = options.workerUrl ?? new URL(`./verify-worker.${extension}`, import.meta.url);
  let current = NONE;
  /** Ends the look that is under way; what it still says is heard no more. */
  let stop: (() => Promise<void>) | undefined;

  const now = (): string => options.clock().toISOString();

  function end(change: Partial<Verification>): void {
    stop = undefined;
    current = { ...current, endedAt: now(), ...change };
  }

  async function known(): Promise<Known> {
    try {
      const trust = await options.readTrust();
      return trust === undefined
        ? { trust: NOTHING, why: 'The keychain holds no key of this audit trail.' }
        : { trust, why: '' };
    } catch (error) {
      const { message, next } = toFailure(error);
      return { trust: undefined, why: `The key of this audit trail could not be read. ${message} ${next}` };
    }
  }

  /** `again` is told whether another look is needed, with what the keychain says by then. */
  function read({ trust, why }: Known, isLast: boolean, again: (isNeeded: boolean) => void): Worker {
    const data: VerifyWorkerData = { auditDirectory: options.auditDirectory, trust };
    const worker = new Worker(workerUrl, { workerData: data, name: 'audit-verify', execArgv: ['--no-warnings'] });
    worker.unref();
    const isCurrent = (): boolean => owner === worker;
    worker.on('message', (message: VerifyMessage) => {
      if (!isCurrent()) return;
      if (message.kind === 'progress')
        current = { ...current, bytesRead: message.bytesRead, bytesTotal: message.bytesTotal };
      else if (message.kind === 'report' && !isLast && holdsUnknownKey(message.report)) {
        owner = undefined;
        again(true);
      } else {
        if (message.kind === 'report')
          end({ state: 'done', bytesRead: current.bytesTotal, result: resultOf(message.report, why) });
        else end({ state: 'failed', failure: readable(message.failure) });
        again(false);
      }
    });
    const lost = (detail: string): void => {
      if (isCurrent() && stop !== undefined) end({ state: 'failed', failure: broken(detail) });
      again(false);
    };
    worker.on('error', (error) => lost(error.message));
    worker.on('exit', () => lost('it ended early'));
    return worker;
  }

  let owner: Worker | undefined;

  async function run(): Promise<void> {
    let isOver = false;
    stop = async () => {
      isOver = true;
      const ended = owner;
      owner = undefined;
      await ended?.terminate();
    };
    for (const isLast of [false, true]) {
      const trusted = await known();
      if (isOver) return;
      const isNeeded = await new Promise<boolean>((resolve) => {
        owner = read(trusted, isLast, resolve);
      });
      if (!isNeeded || isOver) return;
    }
  }

  return {
    begin: () => {
      if (current.state === 'running') return current;
      current = { ...NONE, state: 'running', startedAt: now() };
      run().catch((error: unknown) => end({ state: 'failed', failure: readable(toFailure(error)) }));
      return current;
    },
    state: () => current,
    cancel: () => {
      if (current.state !== 'running') return current;
      void stop?.();
      end({ state: 'cancelled' });
      return current;
    },
    close: async () => {
      const ending = stop?.();
      if (current.state === 'running') end({ state: 'cancelled' });
      await ending;
    },
  };
}

function resultOf(report: VerifyReport, why: string): VerificationResult {
  const { ok, records, chains, signed, unchecked, note, problems } = report;
  return {
    ok,
    records,
    chains: chains.length,
    signed,
    unchecked,
    note,
    why: signed ? '' : why,
    problems: problems.slice(0, MAX_PROBLEMS).map(({ file, line, code, text }) => ({ file, line, code, text })),
    moreProblems: Math.max(0, problems.length - MAX_PROBLEMS),
  };
}

/** What the file system said, in the shape of a refusal. */
function readable(failure: Failure): Failure {
  return failure.code === 'E_INTERNAL' ? broken(failure.message) : failure;
}

function broken(detail: string): Failure {
  return toFailure(
    new CompanionError(
      'E_VERIFY_FAILED',
      `The audit trail could not be read to its end: ${detail.replace(/\.$/, '')}.`,
      'Try again, or run "runlayer audit verify" at a terminal. The journal itself was not touched.',
    ),
  );
}
