// The worker thread that reads the whole journal to prove it: a gigabyte is parsed and hashed without holding the companion's
// loop. It is started for one look, says how far it is a few times a second, then the report, and ends. It changes nothing.
import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from '../../../preload/contract/failure.ts';
import { verifyDirectory, type VerifyProgress } from './verify-directory.ts';
import type { VerifyMessage, VerifyWorkerData } from './verify-protocol.ts';

const PROGRESS_MS = 200;

const port = parentPort;
if (port === null) throw new Error('verify-worker.ts runs only as a worker thread');
const { auditDirectory, trust }: VerifyWorkerData = workerData;
const send = (message: VerifyMessage): void => port.postMessage(message);

let lastSent = -Infinity;
const progress = (read: VerifyProgress): void => {
  const now = performance.now();
  if (now - lastSent < PROGRESS_MS) return;
  lastSent = now;
  send({ kind: 'progress', ...read });
};

verifyDirectory(auditDirectory, trust, progress).then(
  (report) => send({ kind: 'report', report }),
  (error: unknown) => send({ kind: 'failed', failure: toFailure(error) }),
);
