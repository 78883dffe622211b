import { useState, type ReactElement } from 'react';
import type { CatalogueEntry } from '../../../preload/contract/catalogue.ts';
import type { OperationOutput } from '../../../preload/contract/operations.ts';
import { useCompanion } from '../../state/context.ts';
import { navigate } from '../../state/navigate.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Field } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { connectorPath } from './connector-model.ts';
import { ConsentView } from './consent-view.tsx';
import { InstallForm, type Draft, type TypedSecret } from './install-form.tsx';
import { OutsideLink } from './outside-link.tsx';

type Drafted = OperationOutput<'connectors.draft'>;

function About({ entry }: { entry: CatalogueEntry }): ReactElement {
  const { publisher, licence, homepage, runs, check } = entry;
  return (
    <Section
      title="What it is"
      aside={check.done ? <Badge tone="good">checked</Badge> : <Badge tone="warn">not checked</Badge>}
    >
      <dl className="border-t border-line px-4 py-3">
        <Field label="Published by">
          <VisibleText text={publisher} />
        </Field>
        <Field label="Comes from">
          <OutsideLink address={homepage} text={homepage} />
        </Field>
        {runs.kind === 'program' ? (
          <Field label="Package">
            <span className="font-mono text-xs break-all">
              <VisibleText text={`${runs.package.name} ${runs.package.version}`} />
            </span>{' '}
            <span className="text-soft">(npm, exactly this version)</span>
          </Field>
        ) : (
          <Field label="Address">
            <span className="font-mono text-xs break-all">
              <VisibleText text={runs.url} />
            </span>
          </Field>
        )}
        <Field label="Licence">
          <VisibleText text={licence} />
        </Field>
        {check.done ? (
          <Field label={`Tools on ${check.on}`}>
            <span className="font-mono text-xs">
              <VisibleText text={check.tools.join(', ')} />
            </span>
          </Field>
        ) : (
          <Field label="Not checked">
            <VisibleText text={check.because} />
          </Field>
        )}
      </dl>
    </Section>
  );
}

function Install({ entry }: { entry: CatalogueEntry }): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const connectors = useQuery('connectors.list', {});
  const secrets = useQuery('secrets.list', {});
  const [drafted, setDrafted] = useState<Drafted>();
  const taken = (connectors.value ?? []).map(({ name }) => name);
  const stored = (secrets.value ?? []).map(({ name }) => name);

  const look = async (draft: Draft, typed: readonly TypedSecret[]): Promise<void> => {
    const shown = await run(async () => {
      for (const [name, value] of typed) await call('secrets.set', { name, value });
      return call('connectors.draft', draft);
    });
    secrets.reload();
    setDrafted(shown);
  };
  const install = async ({ request }: Drafted): Promise<void> => {
    const { connector: name, default: mode, hash } = request;
    const installed = await run(() => call('connectors.install', { name, default: mode, consentHash: hash }));
    if (installed !== undefined) navigate(connectorPath(installed.name));
  };

  if (connectors.value === undefined || secrets.value === undefined) {
    const problem = connectors.failure ?? secrets.failure;
    return problem === undefined ? <Loading rows={4} /> : <ErrorBox failure={problem} onRetry={connectors.reload} />;
  }
  return (
    <>
      <About entry={entry} />
      {drafted === undefined ? (
        <Section title="What it needs">
          <div className="space-y-4 border-t border-line p-4">
            <InstallForm
              entry={entry}
              taken={taken}
              stored={stored}
              busy={busy}
              onReady={(draft, typed) => void look(draft, typed)}
            />
            {waitingForYes ? <WaitingForYes /> : null}
            {failure === undefined ? null : <ErrorBox failure={failure} />}
          </div>
        </Section>
      ) : (
        <Section title="What you agree to">
          <div className="space-y-4 border-t border-line p-4">
            <ConsentView request={drafted.request} settingsFile={drafted.settingsFile} />
            <p className="text-soft">
              You are asked once more in the approval window. Then it is stored, and{' '}
              {entry.runs.kind === 'program' ? 'started' : 'asked for its tools'} once to see that it answers.
            </p>
            {waitingForYes ? <WaitingForYes /> : null}
            {failure === undefined ? null : <ErrorBox failure={failure} />}
            <div className="flex flex-wrap gap-2">
              <Button variant="primary" busy={busy} onClick={() => void install(drafted)}>
                Install
              </Button>
              <Button disabled={busy} onClick={() => setDrafted(undefined)}>
                Back
              </Button>
            </div>
          </div>
        </Section>
      )}
    </>
  );
}

export function InstallPage({ id }: { id: string }): ReactElement {
  const catalogue = useQuery('connectors.catalogue', {}, { on: [] });
  const entry = catalogue.value?.find((view) => view.entry.id === id)?.entry;
  return (
    <Page
      title={entry === undefined ? 'Install' : <VisibleText text={`Install ${entry.title}`} />}
      about={entry === undefined ? undefined : <VisibleText text={entry.description} />}
      actions={<ButtonLink path="/connectors/catalogue">Back to the catalogue</ButtonLink>}
    >
      {catalogue.failure === undefined ? null : <ErrorBox failure={catalogue.failure} onRetry={catalogue.reload} />}
      {catalogue.kind === 'loading' ? <Loading rows={4} /> : null}
      {catalogue.kind === 'ready' && entry === undefined ? (
        <Empty>There is nothing of this name in the catalogue.</Empty>
      ) : null}
      {entry === undefined ? null : <Install entry={entry} />}
    </Page>
  );
}
