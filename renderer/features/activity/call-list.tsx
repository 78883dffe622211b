import {
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactElement,
} from 'react';
import type { ActivityRow } from '../../../preload/contract/activity.ts';
import { CallLine, COLUMNS } from './call-line.tsx';
import { rowAt, type RowWindow } from './row-window.ts';
import { listPx, ROW_PX, rowAfterKey, scrollTopFor, shownRows } from './scroll-model.ts';

const HEAD_PX = 36;
const TITLES = ['Time', 'Client', 'Tool', 'About', 'Connector', 'Decision'] as const;
const NARROW = 'max-md:hidden';

/**
 * Rows of a list of any length, of which only those that are seen are drawn. One stop for the keyboard: the arrows, Home, End and
 * the page keys walk over the rows, Enter opens one.
 */
export function CallList({
  window: rows,
  now,
  openId,
  onOpen,
  onShow,
  onFollow,
}: {
  window: RowWindow;
  now: number;
  openId: string | undefined;
  onOpen: (row: ActivityRow) => void;
  onShow: (first: number, end: number) => void;
  onFollow: (isFollowing: boolean) => void;
}): ReactElement {
  const scroller = useRef<HTMLDivElement>(null);
  const prefix = useId();
  const [scrollTop, setScrollTop] = useState(0);
  const [viewPx, setViewPx] = useState(480);
  const [active, setActive] = useState(0);
  const total = rows.of;
  const scrolled = { scrollTop, viewPx, total };
  const { first, end, shiftPx } = shownRows(scrolled);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setViewPx(Math.max(ROW_PX, element.clientHeight - HEAD_PX));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  // Costs nothing where nothing is missing.
  useEffect(() => onShow(first, end));
  useEffect(() => onFollow(scrollTop < ROW_PX), [onFollow, scrollTop]);

  const open = useCallback(
    (index: number): void => {
      setActive(index);
      const row = rowAt(rows, index);
      if (row !== undefined) onOpen(row);
    },
    [rows, onOpen],
  );
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      open(active);
      return;
    }
    const next = rowAfterKey(event.key, active, { viewPx, total });
    if (next === undefined) return;
    event.preventDefault();
    setActive(next);
    scroller.current?.scrollTo({ top: scrollTopFor(next, scrolled) });
  };
  const isActiveDrawn = active >= first && active < end;

  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label="Calls, newest first"
      aria-rowcount={total + 1}
      aria-colcount={TITLES.length}
      aria-activedescendant={isActiveDrawn ? `${prefix}-${active}` : undefined}
      className="group/grid relative h-[max(22rem,calc(100dvh-27rem))] overflow-y-auto outline-offset-[-2px]"
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      onKeyDown={onKey}
    >
      <div role="rowgroup" className="sticky top-0 z-10 bg-sunk" style={{ height: HEAD_PX }}>
        <div role="row" aria-rowindex={1} className={`${COLUMNS} h-full items-center border-t border-line text-soft`}>
          {TITLES.map((title, index) => (
            <div
              key={title}
              role="columnheader"
              className={`truncate px-2 font-medium first:pl-4 last:pr-4 ${index === 1 || index === 3 || index === 4 ? NARROW : ''}`}
            >
              {title}
            </div>
          ))}
        </div>
      </div>
      <div role="presentation" style={{ height: listPx(total) }}>
        <div
          role="rowgroup"
          className="sticky overflow-hidden"
          style={{ top: HEAD_PX, height: Math.min(viewPx, listPx(total)) }}
        >
          {Array.from({ length: end - first }, (_, offset) => first + offset).map((index) => (
            <CallLine
              key={index}
              id={`${prefix}-${index}`}
              row={rowAt(rows, index)}
              index={index}
              topPx={shiftPx + (index - first) * ROW_PX}
              now={now}
              isActive={index === active}
              isOpen={openId !== undefined && rowAt(rows, index)?.id === openId}
              onOpen={open}
            />
          ))}
        </div>
      </div>
    </div>
  );
}
