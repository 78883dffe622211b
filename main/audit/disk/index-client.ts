import { Worker } from 'node:worker_threads';
import type { EventRecord, IntentRecord, LogEntry, LogFilter } from '../../../preload/contract/audit.ts';
import { CompanionError } from '../../../preload/contract/failure.ts';
import type { Failure } from '../../../preload/contract/failure.ts';
import type { ActivityAnswer, ActivityRequest } from './activity-protocol.ts';
import type {
  CallPage,
  CallPageRequest,
  DecidedPage,
  DecidedRequest,
  IndexAnswer,
  IndexCall,
  IndexMessage,
  IndexRequest,
  IndexWorkerData,
  UnfinishedRequest,
} from './index-protocol.ts';

export interface OpenIndexOptions {
  /** The index's own file: damaged, it is set aside and rebuilt, so nothing else may live in it. */
  readonly databasePath: string;
  readonly auditDirectory: string;
  /** Told about damage that was repaired and lines that cannot be shown; the text holds no record content. */
  readonly onProblem: (text: string) => void;
  /** Where the worker's file is, if not beside this one. */
  readonly workerUrl?: URL;
  /** How long {@link AuditIndex.close} lets the worker finish what it is at. */
  readonly closeMs?: number;
}

/** Search over the journal. Every method rejects with a CompanionError (`E_INDEX_…`); the journal is not affected. */
export interface AuditIndex {
  /** What the journal holds now, the newest entries first. */
  query(filter: LogFilter): Promise<LogEntry[]>;
  /** Calls page by page, the newest first; one that comes in meanwhile is on no later page. */
  calls(page: CallPageRequest): Promise<CallPage>;
  /** One call; undefined where there is none of this id. */
  call(id: string): Promise<LogEntry | undefined>;
  /** Which rules decided how often, of the newest calls. */
  decided(request: DecidedRequest): Promise<DecidedPage>;
  /** The first intent of each call without an outcome, oldest first; without those that may still be running. */
  unfinished(except?: UnfinishedRequest['except']): Promise<IntentRecord[]>;
  /** Events of one name, the newest first. */
  events(event: EventRecord['event'], limit: number): Promise<EventRecord[]>;
  /**
   * Search, chart, stories and export. Of requests with one `slot` that wait at the same time only the last is carried out;
   * the others reject with `E_SUPERSEDED`.
   */
  activity<R extends ActivityRequest>(request: R, slot?: string): Promise<AnswerTo<R>>;
  /** There is more in the journal. Costs nothing: the index is brought up to date a little later. */
  poke(): void;
  /** Makes the index anew from the journal. */
  rebuild(): Promise<void>;
  close(): Promise<void>;
}

export type AnswerTo<R extends ActivityRequest> = Extract<ActivityAnswer, { readonly op: R['op'] }>;

const POKE_DELAY_MS = 100;
const CLOSE_MS = 2000;

interface Waiting {
  resolve(answer: IndexAnswer): void;
  reject(error: CompanionError): void;
}

/** Opens the index; the worker starts with the first request and is started again if it ended. */
export function openIndex(options: OpenIndexOptions): AuditIndex {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const workerUrl = options.workerUrl ?? new URL(`./index-worker.${extension}`, import.meta.url);
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let lastId = 0;
  let pokeTimer: NodeJS.Timeout | undefined;
  let closing: Promise<void> | undefined;

  const start = (): Worker => {
    const data: IndexWorkerData = { databasePath: options.databasePath, auditDirectory: options.auditDirectory };
    // node:sqlite announces itself as experimental on stderr, which belongs to the person.
    const started = new Worker(workerUrl, { workerData: data, name: 'audit-index', execArgv: ['--no-warnings'] });
    started.unref();
    started.on('message', (message: IndexMessage) => receive(message));
    started.on('error', (error) => options.onProblem(`the log index stopped: ${error.message}`));
    started.on('exit', () => {
      if (worker === started) worker = undefined;
      const lost = failed(
        'E_INDEX_STOPPED',
        'The log index stopped.',
        'Try again; the journal itself is not affected.',
      );
      for (const call of waiting.values()) call.reject(lost);
      waiting.clear();
    });
    return started;
  };

  const receive = (message: IndexMessage): void => {
    if (message.kind === 'problem') return options.onProblem(message.text);
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    // Only a call that is under way may keep the process alive.
    if (waiting.size === 0) worker?.unref();
    if (message.kind === 'answer') call?.resolve(message.answer);
    else call?.reject(toError(message.failure));
  };

  const send = (request: IndexRequest): Promise<IndexAnswer> =>
    new Promise((resolve, reject) => {
      worker ??= start();
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      worker.ref();
      worker.postMessage({ id: lastId, request } satisfies IndexCall, []);
    });

  const ask = async (request: IndexRequest): Promise<IndexAnswer> => {
    if (closing !== undefined) throw failed('E_INDEX_CLOSED', 'The log index is closed.', 'Start the companion again.');
    return send(request);
  };

  return {
    async query(filter) {
      const answer = await ask({ op: 'query', filter });
      return answer.kind === 'entries' ? answer.entries : [];
    },
    async calls(page) {
      const answer = await ask({ op: 'calls', page });
      return answer.kind === 'page' ? answer.page : { entries: [], next: undefined };
    },
    async call(id) {
      const answer = await ask({ op: 'call', id });
      return answer.kind === 'entries' ? answer.entries[0] : undefined;
    },
    async decided(request) {
      const answer = await ask({ op: 'decided', decided: request });
      return answer.kind === 'decided' ? answer.decided : { calls: 0, isCut: false, rules: [] };
    },
    async unfinished(except = []) {
      const answer = await ask({ op: 'unfinished', except });
      return answer.kind === 'intents' ? answer.intents : [];
    },
    async events(event, limit) {
      const answer = await ask({ op: 'events', event, limit });
      return answer.kind === 'events' ? answer.events : [];
    },
    async activity<R extends ActivityRequest>(request: R, slot?: string): Promise<AnswerTo<R>> {
      const answer = await ask({ op: 'activity', request, slot });
      if (answer.kind === 'activity' && isAnswerTo(request, answer.answer)) return answer.answer;
      throw failed('E_INDEX_FAILED', 'The log index gave another answer.', 'Try again.');
    },
    poke() {
      if (pokeTimer !== undefined || closing !== undefined) return;
      pokeTimer = setTimeout(() => {
        pokeTimer = undefined;
        ask({ op: 'catchUp' }).catch((error: unknown) => {
          if (closing === undefined) options.onProblem(error instanceof Error ? error.message : String(error));
        });
      }, POKE_DELAY_MS);
      pokeTimer.unref();
    },
    async rebuild() {
      await ask({ op: 'rebuild' });
    },
    close() {
      closing ??= (async () => {
        clearTimeout(pokeTimer);
        if (worker === undefined) return;
        const ended = worker;
        const exited = new Promise((resolve) => ended.once('exit', resolve));
        // While it makes the index anew it hears nothing. What it ends in is rolled back, and read again the next time.
        const cut = setTimeout(() => void ended.terminate(), options.closeMs ?? CLOSE_MS);
        // A database that cannot be closed is closed by the end of the thread.
        await send({ op: 'close' }).catch(() => undefined);
        ended.ref();
        await exited;
        clearTimeout(cut);
      })();
      return closing;
    },
  };
}

function isAnswerTo<R extends ActivityRequest>(request: R, answer: ActivityAnswer): answer is AnswerTo<R> {
  return answer.op === request.op;
}

function toError({ code, message, next }: Failure): CompanionError {
  // SQLite and the file system speak for themselves; what helps is the same each time.
  if (code !== 'E_INTERNAL') return failed(code, message, next);
  return failed(
    'E_INDEX_FAILED',
    `The log index failed: ${message}.`,
    'Free disk space, then try again; the journal itself is not affected.',
  );
}

function failed(code: string, message: string, next: string): CompanionError {
  return new CompanionError(code, message, next);
}
