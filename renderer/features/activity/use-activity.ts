import { useCallback, useEffect, useRef, useState } from 'react';
import type { ActivityFilter, ActivityHistogram } from '../../../preload/contract/activity.ts';
import type { Failure } from '../../../preload/contract/failure.ts';
import { useStore } from '../../state/context.ts';
import { failureOf } from '../../state/failure-of.ts';
import { BLOCK, missingBlocks, newWindow, refreshed, withRows, type RowWindow } from './row-window.ts';

export interface Activity {
  /** Undefined until the first answer. */
  readonly window: RowWindow | undefined;
  /** The filter that the rows belong to: what was typed last may still be under way. */
  readonly answered: ActivityFilter | undefined;
  readonly histogram: ActivityHistogram | undefined;
  readonly failure: Failure | undefined;
  /** Asks for what is missing of these rows. */
  readonly show: (first: number, end: number) => void;
  /** New rows move in at the top while true; otherwise they are only counted. */
  readonly follow: (isFollowing: boolean) => void;
  readonly retry: () => void;
}

/** Something that happens in bursts is looked at at once, and then not more often than this. */
const LIVE_MS = 250;
const COUNT_MS = 1000;
const CHART_SETTLE_MS = 150;
const CHART_LIVE_MS = 3000;
const BUCKETS = 90;

let pages = 0;

/** The list, its chart, and what comes in. One search is under way at a time; of those typed meanwhile the last is next. */
export function useActivity(filter: ActivityFilter): Activity {
  const store = useStore();
  const [slot] = useState(() => `activity-${Date.now().toString(36)}-${(pages += 1)}`);
  const [state, setState] = useState<{ window: RowWindow; answered: ActivityFilter }>();
  const [histogram, setHistogram] = useState<ActivityHistogram>();
  const [failure, setFailure] = useState<Failure>();
  const [turn, setTurn] = useState(0);
  const current = useRef({ key: '', following: true, window: undefined as RowWindow | undefined });
  /** Blocks that were asked for: one that came with gaps is not asked for again and again. */
  const requested = useRef(new Set<string>());
  const key = JSON.stringify(filter);

  useEffect(() => {
    const mine = current.current;
    // What is on the screen stays there until the answer; its rows are not asked for any more.
    if (mine.key !== key) mine.window = undefined;
    mine.key = key;
    requested.current.clear();
    let isGone = false;
    const asked: ActivityFilter = JSON.parse(key);
    const isStale = (): boolean => isGone || mine.key !== key;
    let isBusy = false;
    let isWanted = false;
    let isFirst = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let chartTimer: ReturnType<typeof setTimeout> | undefined;

    const keep = (window: RowWindow): void => {
      mine.window = window;
      setState({ window, answered: asked });
      setFailure(undefined);
    };
    const loadChart = (): void => {
      const { since: from, until: to } = asked;
      const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
      store.call('activity.histogram', { filter: asked, ...bounds, buckets: BUCKETS, slot: `${slot}-chart` }).then(
        (value) => isStale() || setHistogram(value),
        // The list says what is wrong.
        () => undefined,
      );
    };
    const chartLater = (ms: number): void => {
      chartTimer ??= setTimeout(() => {
        chartTimer = undefined;
        loadChart();
      }, ms);
    };
    const load = (): void => {
      if (isBusy) {
        isWanted = true;
        return;
      }
      isBusy = true;
      const isCount = !isFirst && !mine.following;
      store
        .call('activity.search', { filter: asked, offset: 0, limit: isCount ? 1 : BLOCK, slot })
        .then(
          (answer) => {
            if (isStale()) return;
            const before = isFirst ? undefined : mine.window;
            if (before === undefined) keep(newWindow(answer));
            else if (isCount && !mine.following) keep({ ...before, total: answer.total });
            else keep(refreshed(before, answer));
            chartLater(isFirst ? CHART_SETTLE_MS : CHART_LIVE_MS);
            isFirst = false;
          },
          (thrown: unknown) => {
            const { code, ...rest } = failureOf(thrown);
            if (!isStale() && code !== 'E_SUPERSEDED') setFailure({ code, ...rest });
          },
        )
        .finally(() => {
          isBusy = false;
          if (isStale() || !isWanted) return;
          isWanted = false;
          load();
        });
    };
    load();
    const end = store.onEvent((event) => {
      if (event.type !== 'log' && event.type !== 'open') return;
      if (timer !== undefined) {
        isWanted = true;
        return;
      }
      load();
      timer = setTimeout(
        () => {
          timer = undefined;
          if (!isWanted) return;
          isWanted = false;
          load();
        },
        mine.following ? LIVE_MS : COUNT_MS,
      );
    });
    return () => {
      isGone = true;
      end();
      clearTimeout(timer);
      clearTimeout(chartTimer);
    };
    // A new turn is asked for by hand.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [store, key, slot, turn]);

  const show = useCallback(
    (first: number, end: number): void => {
      const { window } = current.current;
      if (window === undefined) return;
      for (const { block, offset, limit, of } of missingBlocks(window, first, end)) {
        const asked = current.current.key;
        const name = `${asked} ${of} ${block}`;
        if (requested.current.has(name)) continue;
        requested.current.add(name);
        const answered: ActivityFilter = JSON.parse(asked);
        store.call('activity.search', { filter: answered, offset, limit, of }).then(
          (answer) => {
            const now = current.current;
            if (now.key !== asked || now.window === undefined) return;
            now.window = withRows(now.window, offset, answer);
            setState({ window: now.window, answered });
          },
          (thrown: unknown) => {
            requested.current.delete(name);
            if (current.current.key === asked) setFailure(failureOf(thrown));
          },
        );
      }
    },
    [store],
  );
  const follow = useCallback((isFollowing: boolean): void => {
    const { current: now } = current;
    if (now.following === isFollowing) return;
    now.following = isFollowing;
    if (isFollowing && now.window !== undefined && now.window.total > now.window.of) setTurn((before) => before + 1);
  }, []);
  const retry = useCallback(() => setTurn((before) => before + 1), []);
  return { window: state?.window, answered: state?.answered, histogram, failure, show, follow, retry };
}
