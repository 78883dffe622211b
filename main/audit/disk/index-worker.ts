// The worker thread of the log index: the only place that touches its database, so that neither SQLite nor reading the
// journal ever holds the companion's loop. It never writes to the journal. A damaged database is set aside and rebuilt.
import { parentPort, workerData } from 'node:worker_threads';
import { assertNever, toFailure } from '../../../preload/contract/failure.ts';
import type { IndexAnswer, IndexCall, IndexMessage, IndexRequest, IndexWorkerData } from './index-protocol.ts';
import { decidedCounts } from './index-lookups.ts';
import { callById, latestEvents, pageOfCalls, queryEntries, unfinishedIntents } from './index-query.ts';
import { isDamage, openDatabase, setDatabaseAside } from './index-schema.ts';
import { createTailer } from './index-tail.ts';

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

/** Opened by the first request, and again by the next one after a failure. */
let open: ReturnType<typeof openIndexFile> | undefined;

function answer(request: IndexRequest): IndexAnswer {
  if (request.op === 'close') {
    open?.database.close();
    open = undefined;
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
      return { kind: 'intents', intents: unfinishedIntents(database, request.exceptChains) };
    case 'events':
      tailer.catchUp();
      return { kind: 'events', events: latestEvents(database, request.event, request.limit) };
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
      open?.database.close();
    } finally {
      open = undefined;
      setDatabaseAside(databasePath);
    }
    return answer(request);
  }
}

port.on('message', ({ id, request }: IndexCall) => {
  try {
    send({ kind: 'answer', id, answer: answerOrRepair(request) });
  } catch (error) {
    send({ kind: 'error', id, failure: toFailure(error) });
  }
  // Nothing keeps the thread after this.
  if (request.op === 'close') port.close();
});
