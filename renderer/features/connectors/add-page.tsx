import { useState, type ReactElement } from 'react';
import { navigate } from '../../state/navigate.ts';
import { useQuery } from '../../state/use-query.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Section } from '../../ui/card.tsx';
import { Page } from '../../ui/page.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { Agree } from './agree.tsx';
import { connectorPath } from './connector-model.ts';
import { EMPTY_FORM } from './definition-model.ts';

const KINDS = [
  { id: 'program', title: 'A program on this computer' },
  { id: 'http', title: 'An address' },
] as const;

export function AddPage(): ReactElement {
  const [kind, setKind] = useState<'program' | 'http'>('program');
  const connectors = useQuery('connectors.list', {});
  const taken = (connectors.value ?? []).map(({ name }) => name);
  return (
    <Page
      title="Add your own server"
      about="Any MCP server: a program that is started, or an address that is reached."
      actions={<ButtonLink path="/connectors/catalogue">Open the catalogue</ButtonLink>}
    >
      <Section title="What is added">
        <div className="space-y-4 border-t border-line p-4">
          <Tabs label="Kind of server" tabs={KINDS} selected={kind} onSelect={setKind} panelId="add-own" />
          <div id="add-own" role="tabpanel" aria-label="Definition">
            <Agree
              key={kind}
              start={{ ...EMPTY_FORM, kind }}
              mode="read-only"
              taken={taken}
              onSaved={({ name }) => navigate(connectorPath(name))}
            />
          </div>
        </div>
      </Section>
    </Page>
  );
}
