import type { ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { useQuery } from '../../state/use-query.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Card } from '../../ui/card.tsx';

/** Offers a newcomer the three first steps, until they were taken or put away. */
export function FirstSteps(): ReactElement | null {
  const { call } = useCompanion();
  const first = useQuery('firstRun.state', {});
  const action = useAction();
  if (first.value === undefined || first.value.done) return null;
  return (
    <Card className="flex flex-wrap items-center justify-between gap-3 px-4 py-3">
      <div className="min-w-0">
        <h2 className="font-semibold">New here?</h2>
        <p className="text-soft">
          Three steps: bring in what your clients use already, connect a client, see its first call.
        </p>
      </div>
      <div className="flex gap-2">
        <Button
          variant="ghost"
          busy={action.busy}
          onClick={() => void action.run(() => call('firstRun.finish', {})).then(first.reload)}
        >
          Not now
        </Button>
        <ButtonLink path="/welcome">Begin</ButtonLink>
      </div>
    </Card>
  );
}
