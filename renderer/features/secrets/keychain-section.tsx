import { useState, type ReactElement } from 'react';
import type { KeychainState } from '../../../preload/contract/secret.ts';
import type { Query } from '../../state/use-query.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { keychainCard } from './secrets-model.ts';
import { VaultDialog } from './vault-dialog.tsx';

/** Where new secrets go, and what to do where they cannot go anywhere. */
export function KeychainSection({ query }: { query: Query<KeychainState> }): ReactElement {
  const [dialog, setDialog] = useState<'unlock' | 'create'>();
  const { value, failure, reload } = query;
  const card = value === undefined ? undefined : keychainCard(value);
  const close = (): void => setDialog(undefined);
  return (
    <Section
      title="Where they are kept"
      aside={card === undefined ? null : <Badge tone={card.tone}>{card.badge}</Badge>}
    >
      {failure === undefined ? null : (
        <div className="p-4">
          <ErrorBox failure={failure} onRetry={reload} />
        </div>
      )}
      {card === undefined ? (
        failure === undefined ? (
          <Loading rows={1} />
        ) : null
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-3">
          <p className="max-w-2xl min-w-0">
            <VisibleText text={card.text} max={600} />
          </p>
          <div className="flex flex-wrap gap-2">
            {card.offers.includes('again') ? <Button onClick={reload}>Look again</Button> : null}
            {card.offers.includes('unlock') ? (
              <Button variant="primary" onClick={() => setDialog('unlock')}>
                Unlock
              </Button>
            ) : null}
            {card.offers.includes('create') ? (
              <Button onClick={() => setDialog('create')}>Use an encrypted file</Button>
            ) : null}
          </div>
        </div>
      )}
      {dialog === undefined ? null : (
        <VaultDialog
          mode={dialog}
          onClose={close}
          onDone={() => {
            close();
            reload();
          }}
        />
      )}
    </Section>
  );
}
