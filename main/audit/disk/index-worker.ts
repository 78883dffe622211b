// The worker thread of the log index: the only place that touches its database, so that neither SQLite nor reading the
// journal ever holds the companion's loop. It never writes to the journal. A damaged database is set aside and rebuilt.
import { parentPort, workerData } from 'node:worker_threads';
import { assertNever, CompanionError, toFailure } from '../../../preload/contract/failure.ts';
import { createActivity } from './index-activity.ts';
import type { IndexAnswer, IndexCall, IndexMessage, IndexRequest, IndexWorkerData } from './index-protocol.ts';
import { decidedCounts } from './index-lookups.ts';
import { callById, latestEvents, pageOfCalls, queryEntries, unfinishedIntents } from './index-query.ts';
import { isDamage, openDatabase, setDatabaseAside } from './index-schema.ts';
import { createTailer } from './index-tail.ts';
import { createRequestQueue } from './request-queue.ts';

const port = parentPort;
if (port === null) throw new Error('index-worker.ts runs only as a worker thread');
const { databasePath, auditDirectory }: IndexWorkerData = workerData;

const DONE: IndexAnswer = { kind: 'done' };
const send = (message: IndexMessage): void => port.postMessage(message);
const onProblem = (text: string): void => send({ kind: 'problem', text });

function openIndexFile() {
  const database = openDatabase(databasePath, onProblem);
  return { database, tailer: createTailer(database, auditDirectory, onProblem) };
}

/** After this long without a search its columns are given back. */
const ACTIVITY_IDLE_MS = 10 * 60_000;

/** Of the database that is open; holds its columns in memory. */
let activity: ReturnType<typeof createActivity> | undefined;
let activityIdle: NodeJS.Timeout | undefined;

function activityOf(database: Parameters<typeof createActivity>[0]): ReturnType<typeof createActivity> {
  activity ??= createActivity(database);
  clearTimeout(activityIdle);
  activityIdle = setTimeout(() => {
    activity = undefined;
  }, ACTIVITY_IDLE_MS).unref();
  return activity;
}

function closeFile(): void {
  clearTimeout(activityIdle);
  activity = undefined;
  const closing = open;
  open = undefined;
  closing?.database.close();
}

/** Opened by the first request, and again by the next one after a failure. */
let open: ReturnType<typeof openIndexFile> | undefined;

function answer(request: IndexRequest): IndexAnswer {
  if (request.op === 'close') {
    closeFile();
    return DONE;
  }
  open ??= openIndexFile();
  const { database, tailer } = open;
  switch (request.op) {
    case 'query':
      tailer.catchUp();
      return { kind: 'entries', entries: queryEntries(database, request.filter) };
    case 'calls':
      tailer.catchUp();
      return { kind: 'page', page: pageOfCalls(database, request.page) };
    case 'call': {
      tailer.catchUp();
      const found = callById(database, request.id);
      return { kind: 'entries', entries: found === undefined ? [] : [found] };
    }
    case 'decided':
      tailer.catchUp();
      return { kind: 'decided', decided: decidedCounts(database, request.decided) };
    case 'unfinished':
      tailer.catchUp();
      return { kind: 'intents', intents: unfinishedIntents(database, request) };
    case 'events':
      tailer.catchUp();
      return { kind: 'events', events: latestEvents(database, request.event, request.limit) };
    case 'activity':
      tailer.catchUp();
      return { kind: 'activity', answer: activityOf(database)(request.request) };
    case 'catchUp':
      tailer.catchUp();
      return DONE;
    case 'rebuild':
      tailer.rebuild();
      return DONE;
    default:
      return assertNever(request);
  }
}

/** Repairs a damaged database once and answers then. */
function answerOrRepair(request: IndexRequest): IndexAnswer {
  try {
    return answer(request);
  } catch (error) {
    if (!isDamage(error)) throw error;
    onProblem('the log index was damaged; it was set aside and is rebuilt from the journal');
    try {
      closeFile();
    } finally {
      setDatabaseAside(databasePath);
    }
    return answer(request);
  }
}

interface QueuedCall extends IndexCall {
  readonly slot: string | undefined;
}

function carryOut({ id, request }: QueuedCall): void {
  try {
    send({ kind: 'answer', id, answer: answerOrRepair(request) });
  } catch (error) {
    send({ kind: 'error', id, failure: toFailure(error) });
  }
  // Nothing keeps the thread after this.
  if (request.op === 'close') port?.close();
}

const superseded = new CompanionError('E_SUPERSEDED', 'A newer search took its place.', 'Wait for the newer one.');
const queue = createRequestQueue<QueuedCall>({
  carryOut,
  supersede: ({ id }) => send({ kind: 'error', id, failure: superseded.toFailure() }),
  later: (then) => void setImmediate(then),
});

port.on('message', (call: IndexCall) => {
  queue.add({ ...call, slot: call.request.op === 'activity' ? call.request.slot : undefined });
});
