import { useEffect, useState } from 'react';
import type { JobView } from '../../../preload/contract/job.ts';
import { useStore } from '../../state/context.ts';

/** How far a job is; undefined until that is known, and where it is not known any more. */
export function useJob(id: string | undefined): JobView | undefined {
  const store = useStore();
  const [view, setView] = useState<JobView>();
  useEffect(() => {
    if (id === undefined) return undefined;
    let isGone = false;
    const keep = (job: JobView): void => {
      // An answer may come after the news that it has ended.
      if (!isGone) setView((before) => (before?.id === id && before.state !== 'running' ? before : job));
    };
    const ask = (): void => void store.call('jobs.get', { id }).then(keep, () => undefined);
    const end = store.onEvent((event) => {
      if (event.type === 'job' && event.job.id === id) keep(event.job);
      if (event.type === 'open') ask();
    });
    ask();
    return () => {
      isGone = true;
      end();
    };
  }, [store, id]);
  return view?.id === id ? view : undefined;
}
