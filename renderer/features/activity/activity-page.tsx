import type { ReactElement } from 'react';
import { useLocation } from '../../state/navigate.ts';
import { ListPage } from './list-page.tsx';
import { TaskPage } from './task-page.tsx';

/** `#/activity`, `#/activity/<call>`, `#/activity/task/<session>?around=<call>`. */
export function ActivityPage(): ReactElement {
  const { parts, query } = useLocation();
  const [, first, second] = parts;
  if (first === 'task' && second !== undefined)
    return <TaskPage key={second} session={second} around={query.get('around') ?? undefined} />;
  return <ListPage openId={first} />;
}
