import { useState, type ReactElement } from 'react';
import type { ConnectorView } from '../../../preload/contract/connector.ts';
import { useQuery } from '../../state/use-query.ts';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { Agree } from './agree.tsx';
import { formOf, hasBrokenArgument } from './definition-model.ts';

/** What is run or reached, to change; values of variables and headers stay in the companion. */
export function DefinitionTab({ connector }: { connector: ConnectorView }): ReactElement {
  const { name, target } = connector;
  const isTenants = target.kind === 'tenant';
  const query = useQuery('connectors.editable', isTenants ? undefined : { name }, { on: [] });
  const [turn, setTurn] = useState(0);
  if (target.kind === 'tenant') {
    return (
      <Section title="Definition">
        <Empty>
          What this connector runs is defined by <VisibleText text={target.host} />, and is changed there.
        </Empty>
      </Section>
    );
  }
  const { value } = query;
  if (value !== undefined && 'command' in value.definition && hasBrokenArgument(value.definition)) {
    return (
      <Section title="Definition">
        <Empty>
          An argument of it has several lines, which this form cannot hold. Change it at a terminal:{' '}
          <Command text={`runlayer connectors edit ${name}`} />
        </Empty>
      </Section>
    );
  }
  return (
    <Section title="Definition">
      <div className="space-y-4 border-t border-line p-4">
        {query.failure === undefined ? null : <ErrorBox failure={query.failure} onRetry={query.reload} />}
        {query.kind === 'loading' ? <Loading rows={5} /> : null}
        {turn === 0 ? null : (
          <p role="status" className="rounded-lg border border-good-line bg-good-soft px-4 py-2.5 text-good">
            Stored. It counts from the next start.
          </p>
        )}
        {value === undefined ? null : (
          <Agree
            key={`${turn} ${JSON.stringify(value)}`}
            name={name}
            start={formOf(value.definition, value.keep)}
            mode={value.default}
            taken={[]}
            onSaved={() => {
              setTurn(turn + 1);
              query.reload();
            }}
          />
        )}
      </div>
    </Section>
  );
}
