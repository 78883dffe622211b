/**
 * Makes this process the one companion of this home: checks the folder, takes the lock, and where an app finds a
 * headless host, takes over from it.
 */
import { z } from 'zod';
import { CompanionError, type HostKind } from '../../preload/contract/index.ts';
import { startTime } from '../process/start-time.ts';
import { openOperationClient, type OperationClient } from '../transport/operation-client.ts';
import { ensureOwnFolder } from '../transport/wire/owner-only.ts';
import { socketPlace } from '../transport/wire/socket-path.ts';
import { takeHostLock, type HostLock } from './host-lock.ts';

export interface PreviousHost {
  readonly client: OperationClient;
  /** It goes on writing this one, */
  readonly chainId: string;
  /** of which what stands from this number on is its own; undefined: it does not say. */
  readonly since: number | undefined;
}

export interface ClaimedHome {
  readonly lock: HostLock;
  /** The headless host that still serves its sessions, after a take-over. */
  readonly previous: PreviousHost | undefined;
}

const HandedOver = z.object({ chainId: z.string(), since: z.number().int().optional(), sessions: z.number() });
const LOCK_WAIT_MS = 5000;
const LOCK_RETRY_MS = 20;

const KIND_TEXT: Readonly<Record<HostKind, string>> = { app: 'The Runlayer app', headless: 'A headless companion' };

function alreadyRunning(kind: HostKind | undefined, pid: number | undefined): CompanionError {
  return new CompanionError(
    'E_ALREADY_RUNNING',
    `${kind === undefined ? 'A companion' : KIND_TEXT[kind]} already runs here${pid === undefined ? '' : ` (process ${pid})`}.`,
    'Use it as it is ("runlayer status"), or end it with "runlayer stop".',
    { exitCode: 5 },
  );
}

export async function claimHome(home: string, kind: HostKind, version: string): Promise<ClaimedHome> {
  const problem = ensureOwnFolder(home);
  if (problem !== undefined) throw new CompanionError(problem.code, problem.message, problem.next, { exitCode: 3 });
  const self = { kind, pid: process.pid, start: (await startTime(process.pid)) ?? '', version };
  const first = takeHostLock(home, self);
  if (first.kind === 'held') return { lock: first.lock, previous: undefined };
  if (kind !== 'app' || first.by?.kind !== 'headless') throw alreadyRunning(first.by?.kind, first.by?.pid);

  const client = await openOperationClient(socketPlace(home).path).catch(() => undefined);
  if (client === undefined) throw alreadyRunning(first.by.kind, first.by.pid);
  const answer = HandedOver.safeParse(await answerInTime(client.call('host.handOver', {})));
  if (!answer.success) {
    client.close();
    throw alreadyRunning(first.by.kind, first.by.pid);
  }
  const deadline = performance.now() + LOCK_WAIT_MS;
  for (;;) {
    const again = takeHostLock(home, self);
    if (again.kind === 'held') {
      const { chainId, since } = answer.data;
      return { lock: again.lock, previous: { client, chainId, since } };
    }
    if (performance.now() > deadline) {
      client.close();
      throw alreadyRunning(again.by?.kind, again.by?.pid);
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_RETRY_MS));
  }
}

/** Undefined when the other host refuses, goes away or hangs: then it still holds the home. */
async function answerInTime(answer: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LOCK_WAIT_MS);
  });
  try {
    return await Promise.race([answer.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
