import type { ReactElement } from 'react';
import type { HubEndpoint } from '../../../preload/contract/hub.ts';
import type { Query } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading, Section } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { endpointCard } from './hub-model.ts';

export function EndpointSection({ query }: { query: Query<HubEndpoint> }): ReactElement {
  const { value, failure, reload } = query;
  const card = value === undefined ? undefined : endpointCard(value);
  return (
    <Section title="Address" aside={card === undefined ? null : <Badge tone={card.tone}>{card.badge}</Badge>}>
      {failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={failure} onRetry={reload} />
        </div>
      )}
      {value === undefined || card === undefined ? (
        failure === undefined ? (
          <Loading rows={1} />
        ) : null
      ) : (
        <div className="space-y-2 border-t border-line px-4 py-3">
          {value.url === null ? null : <Command text={value.url} />}
          <p className="text-soft">
            <VisibleText text={card.text} />
          </p>
          {value.state === 'listening' && value.problem !== '' ? (
            <p className="text-warn">
              <VisibleText text={value.problem} />
            </p>
          ) : null}
          {value.state === 'failed' ? <Button onClick={reload}>Try again</Button> : null}
        </div>
      )}
    </Section>
  );
}
