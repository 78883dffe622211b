import { useState, type ReactElement } from 'react';
import type { CatalogueView } from '../../../preload/contract/catalogue.ts';
import { useQuery } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Card, Empty, Loading } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { SearchField } from '../../ui/fields.tsx';
import { Page } from '../../ui/page.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { connectorPath } from './connector-model.ts';

function holds({ entry }: CatalogueView, words: readonly string[]): boolean {
  const text = `${entry.id} ${entry.title} ${entry.publisher} ${entry.description}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

function EntryCard({ view }: { view: CatalogueView }): ReactElement {
  const { entry, installed } = view;
  const { id, title, publisher, description, check, secrets } = entry;
  return (
    <Card className="flex flex-col gap-2 p-4">
      <div className="flex items-start justify-between gap-2">
        <h2 className="min-w-0 font-semibold">
          <a href={`#/connectors/catalogue/${id}`} className="hover:underline">
            <VisibleText text={title} />
          </a>
          <span className="block font-normal text-soft">
            <VisibleText text={publisher} />
          </span>
        </h2>
        {check.done ? <Badge tone="good">checked</Badge> : <Badge tone="warn">not checked</Badge>}
      </div>
      <p className="flex-1">
        <VisibleText text={description} />
      </p>
      <p className="text-xs text-soft">
        {entry.runs.kind === 'program' ? 'Runs on this computer' : 'A service on the internet'}
        {secrets.some(({ required }) => required) ? ', needs a key' : ''}
        {entry.runs.kind === 'http' && entry.runs.oauth ? ', you sign in' : ''}
      </p>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <ButtonLink path={`/connectors/catalogue/${id}`}>Install…</ButtonLink>
        {installed.length === 0 ? null : (
          <span className="text-soft">
            Here as{' '}
            {installed.map((name, index) => (
              <span key={name}>
                {index === 0 ? null : ', '}
                <a href={`#${connectorPath(name)}`} className="text-accent-ink underline">
                  <VisibleText text={name} />
                </a>
              </span>
            ))}
          </span>
        )}
      </div>
    </Card>
  );
}

export function CataloguePage(): ReactElement {
  const catalogue = useQuery('connectors.catalogue', {});
  const [search, setSearch] = useState('');
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = (catalogue.value ?? []).filter((view) => holds(view, words));
  return (
    <Page
      title="Catalogue"
      about="Servers that were started and looked at, each in one exact version. Nothing is installed before you agree."
      actions={
        <>
          <ButtonLink path="/connectors">All connectors</ButtonLink>
          <ButtonLink path="/connectors/add">Add your own</ButtonLink>
        </>
      }
    >
      <SearchField label="Search the catalogue" value={search} onChange={setSearch} placeholder="Search" />
      {catalogue.failure === undefined ? null : <ErrorBox failure={catalogue.failure} onRetry={catalogue.reload} />}
      {catalogue.kind === 'loading' ? <Loading rows={4} /> : null}
      {catalogue.kind === 'ready' && found.length === 0 ? (
        <Empty>Nothing in the catalogue fits. You can add a server of your own.</Empty>
      ) : null}
      <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {found.map((view) => (
          <EntryCard key={view.entry.id} view={view} />
        ))}
      </div>
    </Page>
  );
}
