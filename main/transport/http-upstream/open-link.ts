/** What every HTTP upstream is built on: one wire, one reading, events that fall silent at the end, one end. */
import type { MessagePeer } from '../../relay/session-options.ts';
import type { Upstream, UpstreamEnd, UpstreamEvents } from '../upstream.ts';
import { AuthorizedCall } from './authorized-call.ts';
import { HttpWire } from './http-wire.ts';
import type { HttpUpstreamOptions, Link } from './link.ts';
import { Reading } from './reading.ts';
import { Unfinished } from './unfinished.ts';

export interface Transport extends Pick<Upstream, 'toolProblem'> {
  readonly deliver: MessagePeer['deliver'];
  readonly backlog: () => number;
  readonly stop: (graceMs: number) => Promise<void>;
}

export interface OpenLink {
  readonly link: Link;
  readonly url: URL;
  /** Every connection ends. */
  readonly close: () => void;
  readonly upstream: (transport: Transport) => Upstream;
}

/** An upstream ends within five seconds, whatever its session grants it. */
const MAX_GRACE_MS = 4000;

export function openLink(options: HttpUpstreamOptions, told: UpstreamEvents): OpenLink {
  const { authority, limits, now, parseLarge, random, schedule, userAgent } = options;
  const url = new URL(options.url);
  const wire = new HttpWire(url, schedule, now);
  const unfinished = new Unfinished(schedule, limits.partialLineMs);
  const reading = new Reading(schedule, unfinished);
  const parts = { wire, authority, reading, host: url.host, userAgent };
  let isStopped = false;
  const unlessStopped =
    <Facts extends readonly unknown[]>(tell: (...facts: Facts) => void) =>
    (...facts: Facts): void => {
      if (!isStopped) tell(...facts);
    };
  const events: Required<UpstreamEvents> = {
    bytes: unlessStopped(told.bytes),
    message: unlessStopped(told.message),
    failed: unlessStopped(told.failed),
    drained: unlessStopped(told.drained),
    renewed: unlessStopped(() => told.renewed?.()),
    stderr: unlessStopped(told.stderr),
    log: unlessStopped(told.log),
  };
  const within = (ms: number, work: Promise<unknown>): Promise<void> =>
    new Promise((resolve) => {
      const cancel = schedule(ms, resolve);
      void work
        .catch(() => {})
        .finally(() => {
          cancel();
          resolve();
        });
    });

  const link: Link = {
    events,
    limits,
    parseLarge,
    now,
    schedule,
    random: random ?? Math.random,
    reading,
    unfinished,
    within,
    call: (order) => new AuthorizedCall(parts, order),
  };

  return {
    link,
    url,
    close: () => wire.close(),
    upstream: ({ deliver, backlog, stop, toolProblem }) => {
      const end = Promise.withResolvers<UpstreamEnd>();
      let stopping: Promise<void> | undefined;
      return {
        pid: 0,
        peer: {
          deliver: (messages) => isStopped || deliver(messages),
          backlog,
          pause: () => reading.pause(),
          resume: () => reading.resume(),
          // What was asked is still answered; that nothing follows is the session's to see to.
          end: () => {},
        },
        ended: end.promise,
        stop: (graceMs) => {
          isStopped = true;
          stopping ??= stop(Math.min(graceMs, MAX_GRACE_MS)).then(() =>
            end.resolve({ byItself: false, code: null, signal: null }),
          );
          return stopping;
        },
        ...(toolProblem === undefined ? {} : { toolProblem }),
      };
    },
  };
}
