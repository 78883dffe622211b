// One request and what follows from its answer. Nothing is done with before the endpoint took it, or took another and then
// refused this one alone; and nothing of an answer counts once another endpoint is named.
import { CompanionError } from '../../../preload/contract/failure.ts';
import type { ChainHead } from '../journal.ts';
import { backOffMs } from './back-off.ts';
import type { BatchWork } from './batch-work.ts';
import { batchBody } from './cloud-event.ts';
import type { Condition } from './condition.ts';
import { judge } from './judge.ts';
import type { Link } from './link.ts';
import type { Outbox } from './outbox.ts';
import type { ParkedFile } from './parked-file.ts';
import type { ChainView } from './place.ts';
import type { Sender } from './send.ts';

export interface BatchParts {
  readonly outbox: Outbox;
  readonly work: BatchWork;
  readonly parkedFile: ParkedFile;
  readonly sender: Sender;
  readonly condition: Condition;
  readonly head: () => ChainHead;
  readonly flush: () => Promise<void>;
  readonly clock: () => Date;
  readonly random: () => number;
  readonly onState: () => void;
  /** The chains as they lie in the folder now. Throws what the file system throws. */
  readonly look: () => readonly ChainView[];
  /** After something was done with. */
  readonly weigh: () => void;
  /** False once another endpoint is named, or delivery was closed: then nothing more may be written. */
  readonly isCurrent: (link: Link) => boolean;
}

/** `more`: there may be more to send. `idle`: there is nothing now. Otherwise milliseconds after which it is tried again. */
export type Step = 'more' | 'idle' | number;

const STOPPED_RETRY_MS = 5 * 60_000;
const FOLDER_RETRY_MS = 5000;

export function createDeliverBatch(parts: BatchParts): (link: Link) => Promise<Step> {
  const { outbox, work, condition, clock } = parts;
  let failures = 0;
  let served: Link | undefined;
  /** Since when nothing is left to send but what was refused. */
  let refusedAt: number | undefined;

  const waitMs = (atLeast: number): number => {
    failures += 1;
    return Math.max(atLeast, backOffMs(failures, parts.random()), 1);
  };
  const save = async (link: Link, chains: readonly ChainView[]): Promise<void> => {
    try {
      await parts.flush();
      if (parts.isCurrent(link)) await outbox.save(chains);
    } catch {
      // The next one tries again; what is sent twice for that is told apart by the endpoint.
    }
    parts.weigh();
  };

  /** What was refused for good goes beside the journal, and is done with. False where the endpoint changed meanwhile. */
  const settle = async (link: Link): Promise<boolean> => {
    const { givenUp, reached, damaged } = work;
    if (givenUp.length > 0) {
      await parts.parkedFile.append(givenUp, clock());
      if (!parts.isCurrent(link)) return false;
    }
    for (const position of reached) outbox.moveTo(position);
    work.settled();
    if (givenUp.length + damaged === 0) return true;
    outbox.addParked(givenUp.length + damaged);
    for (const { event, status } of givenUp) {
      // An endpoint that refuses these too would be told of each refusal for ever.
      if (event.tellsOfParking) continue;
      const { id, chainId: chain, seq } = event;
      condition.record('audit_parked', { reason: 'refused', status, record: id, chain, seq });
    }
    if (damaged > 0) condition.record('audit_parked', { reason: 'damaged_line', lines: damaged });
    parts.onState();
    return true;
  };

  const nothingToSend = async (link: Link, chains: readonly ChainView[]): Promise<Step> => {
    if (work.reached.length + work.givenUp.length + work.damaged > 0) {
      if (!(await settle(link))) return 'more';
      await save(link, chains);
    }
    if (work.suspects > 0) {
      const now = clock().getTime();
      refusedAt ??= now;
      if (Math.abs(now - refusedAt) >= STOPPED_RETRY_MS) {
        refusedAt = undefined;
        work.retry();
        return 'more';
      }
      condition.show('waiting', refusedText(work.suspects));
      return 'idle';
    }
    condition.show('delivering', '');
    return 'idle';
  };

  const refused = async (link: Link, status: number, chains: readonly ChainView[]): Promise<Step> => {
    failures = 0;
    const outcome = work.refused(status);
    if (outcome === 'all_refused') {
      work.restart();
      condition.show('stopped', `The audit endpoint refuses every record (${status}). ${ALL_REFUSED_NEXT}`);
      return STOPPED_RETRY_MS;
    }
    if (outcome === 'give_up' && (await settle(link))) await save(link, chains);
    return 'more';
  };

  const deliver = async (link: Link): Promise<Step> => {
    // What was read for another endpoint is not where this one is.
    if (served !== link) {
      work.restart();
      failures = 0;
      refusedAt = undefined;
      served = link;
      // From here on a missing file is a lost one.
      await save(link, parts.look());
    }
    const chains = parts.look();
    const events = await work.next(chains, (chain) => outbox.positionIn(chain));
    if (!parts.isCurrent(link)) return 'more';
    if (events === undefined) return nothingToSend(link, chains);

    const secrets = await link.headers().catch((error: unknown) => secretProblem(error));
    if (!parts.isCurrent(link)) return 'more';
    if (typeof secrets === 'string') {
      condition.show('stopped', secrets);
      return STOPPED_RETRY_MS;
    }
    const { chainId, seq, hash } = parts.head();
    const headers = { ...secrets, 'x-runlayer-audit-head': `${chainId}:${seq}:${hash}` };
    const request = { url: link.url, headers, body: batchBody(events), signal: link.stop.signal };
    const verdict = judge(await parts.sender.send(request), clock());
    if (!parts.isCurrent(link)) return 'more';

    switch (verdict.kind) {
      case 'taken': {
        work.taken();
        refusedAt = undefined;
        if (!(await settle(link))) return 'more';
        outbox.succeededAt(clock());
        failures = 0;
        await save(link, chains);
        condition.show('delivering', '');
        return 'more';
      }
      case 'again':
        condition.show('waiting', verdict.problem);
        return waitMs(verdict.afterMs);
      case 'stopped':
        condition.show('stopped', verdict.problem);
        return STOPPED_RETRY_MS;
      case 'too_large':
        return refused(link, 413, chains);
      case 'refused':
        return refused(link, verdict.status, chains);
    }
  };

  return async (link) => {
    try {
      return await deliver(link);
    } catch {
      // The journal cannot be read, or what is parked not be kept. Neither may be skipped, and both can pass.
      condition.show('waiting', FOLDER_PROBLEM);
      return waitMs(FOLDER_RETRY_MS);
    }
  };
}

const REFUSED_NEXT =
  'sent once more when it takes another, or after 5 minutes; what it refuses then, while it takes others, is kept aside (audit-parked.jsonl).';
const refusedText = (count: number): string =>
  count === 1
    ? `The audit endpoint refused a record and has taken none since. It is ${REFUSED_NEXT}`
    : `The audit endpoint refused ${count} records, each by itself, and has taken none since. They are ${REFUSED_NEXT}`;
const ALL_REFUSED_NEXT =
  'Nothing was given up; it is tried again every 5 minutes. Check its address with "runlayer audit endpoint show".';
const FOLDER_PROBLEM =
  'The audit journal cannot be read, or audit-parked.jsonl not be written; it is tried again. Run "runlayer doctor".';

/** Our own refusals alone: a library's words could quote the secret. */
function secretProblem(error: unknown): string {
  const why = error instanceof CompanionError ? `${error.message} ${error.next}` : 'Run "runlayer doctor".';
  return `The secret of the audit endpoint cannot be had. ${why}`;
}
