/**
 * Takes the journal to the endpoint that a person or an administrator named: in order, batch by batch, one request at a time,
 * off every call's path. A record counts as delivered when the endpoint said so and never before; whatever is in doubt is sent
 * again. It writes nothing into the journal but its own events, and stops nothing except, where too much waits, new calls.
 */
import type { AuditEndpoint, DeliveryState } from '../../../preload/contract/delivery.ts';
import type { ChainHead } from '../journal.ts';
import { createBatchWork } from './batch-work.ts';
import { createCondition, NO_LAG, type EventRecorder } from './condition.ts';
import { createDeliverBatch } from './deliver-batch.ts';
import { openLink, type Link, type LinkParts } from './link.ts';
import { createOutbox } from './outbox.ts';
import { createParkedFile } from './parked-file.ts';
import { createIsProved } from './passed-record.ts';
import type { ChainView } from './place.ts';
import { DEFAULT_BOUNDS, type Bounds } from './pressure.ts';
import { createSender, type Schedule, type Sender } from './send.ts';
import { createSurvey } from './survey.ts';

export interface DeliveryOptions extends LinkParts {
  readonly home: string;
  readonly auditDirectory: string;
  readonly endpoint: () => AuditEndpoint | null;
  readonly installId: string;
  /** Of the journal that this host writes. */
  readonly head: () => ChainHead;
  /** Its records are on the disk. Before a position is kept: one that a power cut leaves ahead of the journal would lie. */
  readonly flush: () => Promise<void>;
  readonly clock: () => Date;
  readonly schedule: Schedule;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** May throw: then the event is not recorded and delivery goes on. */
  readonly record: EventRecorder;
  readonly warn: (text: string) => void;
  /** Something that a person is shown has changed. */
  readonly onState: () => void;
  readonly bounds?: Bounds;
  readonly sender?: Sender;
}

export interface Delivery {
  state(): DeliveryState;
  /** Something was recorded. Costs nothing; what follows comes later. */
  poke(): void;
  /** The settings may name another endpoint, or another secret for it. */
  endpointChanged(): void;
  /** Why no new call may leave, or undefined. Asked before an intent is written. */
  refuseNewCalls(): string | undefined;
  /** Records hold sizes instead of arguments (lean-shape.ts) while this is so. */
  isLean(): boolean;
  /** Whether a chain's records up to `seq` may go, as far as delivery is concerned. */
  isDelivered(chain: string, seq: number): boolean;
  /** Waits 2 s at most for a request that is under way. Nothing is sent or written afterwards. */
  close(): Promise<void>;
}

/** At most one request a second while calls trickle. */
const POKE_MS = 1000;
/** The sessions of a host that handed over write a chain of their own, which nobody tells of. */
const IDLE_LOOK_MS = 10_000;
const CLOSE_MS = 2000;

export function createDelivery(options: DeliveryOptions): Delivery {
  const { schedule, onState, bounds = DEFAULT_BOUNDS, record } = options;
  const survey = createSurvey(options.auditDirectory);
  const outbox = createOutbox(options.home, createIsProved(options.auditDirectory));
  const condition = createCondition({ bounds, record, onState });
  const work = createBatchWork(options.auditDirectory, options.installId);
  const sender = options.sender ?? createSender({ schedule });

  let link: Link | undefined;
  let chains: readonly ChainView[] = [];
  let running: Promise<void> | undefined;
  /** There was nothing to send: what is recorded now may go at once. */
  let isIdle = true;
  /** Woken while it ran. */
  let again = false;
  let cancelPoke: (() => void) | undefined;
  let cancelWait: (() => void) | undefined;
  let isClosed = false;
  let isAbandoned = false;

  const weigh = (): void => condition.weigh(link === undefined ? NO_LAG : outbox.lag(chains));
  const look = (): readonly ChainView[] => {
    chains = survey.look(options.head());
    weigh();
    return chains;
  };
  const tryLook = (): void => {
    try {
      look();
    } catch {
      // Told by whoever reads or writes the folder next.
    }
  };
  const deliverBatch = createDeliverBatch({
    ...options,
    outbox,
    work,
    condition,
    sender,
    parkedFile: createParkedFile(options.home),
    look,
    weigh,
    isCurrent: (other) => other === link && !isAbandoned,
  });

  const run = async (): Promise<void> => {
    for (;;) {
      if (isClosed || link === undefined) return;
      again = false;
      isIdle = false;
      const step = await deliverBatch(link);
      if (step === 'more') continue;
      isIdle = step === 'idle';
      if (!isClosed) cancelWait = schedule(step === 'idle' ? IDLE_LOOK_MS : step, wake);
      return;
    }
  };
  const wake = (): void => {
    cancelWait?.();
    cancelWait = undefined;
    if (isClosed || link === undefined) return;
    again = true;
    running ??= run().finally(() => {
      running = undefined;
      if (again) wake();
    });
  };
  const poked = (): void => {
    cancelPoke = undefined;
    if (running !== undefined || link === undefined) return;
    if (isIdle || (condition.mode === 'stopped' && link.secretsChanged())) wake();
    else tryLook();
  };

  const apply = (isStart: boolean): void => {
    const endpoint = options.endpoint();
    const wasOff = link === undefined;
    link?.close();
    link = undefined;
    isIdle = true;
    if (endpoint !== null) {
      try {
        chains = survey.look(options.head());
      } catch {
        // As above; what is in the journal counts as waiting then, not as history.
      }
      const opened = outbox.open(endpoint.url, chains, wasOff && !isStart);
      if (opened === 'unfit' || (opened === 'none' && isStart))
        options.warn(
          `${opened === 'none' ? 'There is no outbox.json' : 'outbox.json is damaged'}: ${AGAIN_FROM_START}`,
        );
      link = openLink(endpoint, options);
    }
    condition.show('delivering', '');
    weigh();
    onState();
  };

  apply(true);
  if (link !== undefined) cancelPoke = schedule(0, poked);

  return {
    state: () => ({
      state: link === undefined ? 'off' : condition.mode,
      endpoint: link?.shownUrl ?? null,
      lagEvents: condition.lag.events,
      lagBytes: condition.lag.bytes,
      lastSuccessAt: link === undefined ? null : outbox.lastSuccessAt,
      parked: outbox.parked,
      pressure: condition.pressure,
      problem: condition.problem,
    }),
    poke() {
      if (isClosed || link === undefined || cancelPoke !== undefined) return;
      cancelPoke = schedule(POKE_MS, poked);
    },
    endpointChanged() {
      const endpoint = options.endpoint();
      if (isClosed || (link === undefined ? endpoint === null : link.isOf(endpoint))) return;
      apply(false);
      wake();
    },
    refuseNewCalls: () =>
      condition.pressure === 'full'
        ? `${condition.lag.events} audit records wait for the audit endpoint, and no more may. ${condition.problem}`.trimEnd()
        : undefined,
    isLean: () => condition.pressure === 'lean' || condition.pressure === 'full',
    isDelivered: (chain, seq) => link === undefined || outbox.isPast(chain, seq),
    async close() {
      if (isClosed) return;
      isClosed = true;
      cancelPoke?.();
      cancelWait?.();
      if (running !== undefined) {
        const late = Promise.withResolvers<void>();
        const cancel = schedule(CLOSE_MS, late.resolve);
        await Promise.race([running, late.promise]);
        cancel();
      }
      isAbandoned = true;
      link?.close();
      sender.close();
    },
  };
}

const AGAIN_FROM_START =
  'the whole audit journal is sent to the audit endpoint, which tells apart what it has already.';
