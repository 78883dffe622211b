import type { ReactElement } from 'react';
import { useCompanion } from '../../state/context.ts';
import { navigate, useLocation } from '../../state/navigate.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { CallStep } from './call-step.tsx';
import { ConnectStep } from './connect-step.tsx';
import { stepOf, STEPS } from './first-run-model.ts';
import { FoundStep } from './found-step.tsx';
import { Steps } from './steps.tsx';

const go = (step: number): void => navigate(`/welcome?step=${String(step)}`);

/** Three steps for somebody new. Each can be left out: what it does can be done on its own page at any time. */
export function FirstRunPage(): ReactElement {
  const { state, call } = useCompanion();
  const { query } = useLocation();
  const step = stepOf(query);
  const clients = useQuery('clients.list', {});
  const found = useQuery('clients.found', {});
  const leaving = useAction();
  const connectors = state.connectors ?? [];
  const leave = async (): Promise<void> => {
    if ((await leaving.run(() => call('firstRun.finish', {}))) !== undefined) navigate('/overview');
  };
  const isLast = step === STEPS.length;
  return (
    <Page
      title="Welcome"
      about="Three short steps, about two minutes. Leave out what you like: nothing is lost."
      actions={
        isLast ? null : (
          <Button variant="ghost" busy={leaving.busy} onClick={() => void leave()}>
            Leave out all steps
          </Button>
        )
      }
    >
      <Steps step={step} onGo={go} />
      {leaving.failure === undefined ? null : <ErrorBox failure={leaving.failure} />}
      {clients.failure === undefined ? null : <ErrorBox failure={clients.failure} onRetry={clients.reload} />}
      {clients.kind === 'loading' ? (
        <Card>
          <Loading rows={5} />
        </Card>
      ) : null}
      {clients.value === undefined ? null : (
        <section aria-label={STEPS[step - 1] ?? ''} className="space-y-4">
          {step === 1 ? <FoundStep clients={clients.value} found={found} connectors={connectors.length} /> : null}
          {step === 2 ? (
            <ConnectStep clients={clients.value} connectors={state.connectors?.map(({ name }) => name)} />
          ) : null}
          {step === 3 ? <CallStep clients={clients.value} connectors={connectors} /> : null}
        </section>
      )}
      <div className="flex flex-wrap justify-between gap-2">
        {step === 1 ? <span /> : <Button onClick={() => go(step - 1)}>Back</Button>}
        {isLast ? (
          <Button variant="primary" busy={leaving.busy} onClick={() => void leave()}>
            Finish
          </Button>
        ) : (
          <Button variant="primary" onClick={() => go(step + 1)}>
            Continue
          </Button>
        )}
      </div>
    </Page>
  );
}
