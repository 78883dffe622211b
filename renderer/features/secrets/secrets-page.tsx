import { useState, type ReactElement } from 'react';
import type { SecretView } from '../../../preload/contract/secret.ts';
import { useMinute } from '../../state/use-minute.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { DeleteDialog } from './delete-dialog.tsx';
import { KeychainSection } from './keychain-section.tsx';
import { OwnTable, SecretTable } from './secret-rows.tsx';
import { isOwn, missingSecrets, type MissingSecret } from './secrets-model.ts';
import { StoreDialog, type Storing } from './store-dialog.tsx';

function MissingSection({
  missing,
  onStore,
}: {
  missing: readonly MissingSecret[];
  onStore: (secret: MissingSecret) => void;
}): ReactElement {
  return (
    <Section title="Needed, and not stored yet">
      <Table label="Secrets that are needed" columns={['Name', 'Needed by', 'Actions']}>
        {missing.map((secret) => (
          <tr key={secret.name} className="border-t border-line">
            <Cell className="font-mono text-xs break-all">
              <VisibleText text={secret.name} />
            </Cell>
            <Cell>
              <VisibleText text={secret.wantedBy.join(', ')} max={200} />
            </Cell>
            <Cell>
              <Button variant="primary" aria-label={`Store ${secret.name}`} onClick={() => onStore(secret)}>
                Store
              </Button>
            </Cell>
          </tr>
        ))}
      </Table>
    </Section>
  );
}

/** A line about what was just stored, for eyes and screen readers. */
function Stored({ secret }: { secret: SecretView }): ReactElement {
  return (
    <p role="status" className="rounded-lg border border-good-line bg-good-soft px-4 py-2.5 text-good">
      <strong className="font-semibold">
        <VisibleText text={secret.name} /> is stored.
      </strong>{' '}
      A connector names it as <code className="font-mono text-xs">keychain:{secret.name}</code>.
      {secret.redactable
        ? null
        : ' It is too short or too plain to be recognised in what servers and clients send, so it cannot be masked there.'}
    </p>
  );
}

export function SecretsPage(): ReactElement {
  const now = useMinute();
  const list = useQuery('secrets.list', {});
  const connectors = useQuery('connectors.list', {});
  const keychain = useQuery('secrets.keychain', {}, { on: [] });
  const [storing, setStoring] = useState<Storing>();
  const [deleting, setDeleting] = useState<SecretView>();
  const [stored, setStored] = useState<SecretView>();
  const all = list.value ?? [];
  const own = all.filter(isOwn);
  const others = all.filter((secret) => !isOwn(secret));
  const missing = list.value === undefined ? [] : missingSecrets(connectors.value ?? [], all);

  return (
    <Page
      title="Secrets"
      about="Keys and passwords that servers need. A value goes in and never comes out: servers get it, pages and logs do not."
      actions={
        <Button variant="primary" onClick={() => setStoring({ kind: 'new' })}>
          Add a secret
        </Button>
      }
    >
      {stored === undefined ? null : <Stored secret={stored} />}
      <KeychainSection query={keychain} />
      {missing.length === 0 ? null : (
        <MissingSection missing={missing} onStore={(secret) => setStoring({ kind: 'missing', ...secret })} />
      )}
      <Section title="Stored">
        {list.failure === undefined ? null : (
          <div className="px-4 pb-4">
            <ErrorBox failure={list.failure} onRetry={list.reload} />
          </div>
        )}
        {list.kind === 'loading' ? <Loading rows={3} /> : null}
        {list.kind !== 'ready' ? null : others.length === 0 ? (
          <Empty>No secret is stored. Add one here, or when you install a connector that needs one.</Empty>
        ) : (
          <SecretTable
            secrets={others}
            now={now}
            onReplace={(secret) => setStoring({ kind: 'replace', secret })}
            onDelete={setDeleting}
          />
        )}
      </Section>
      {own.length === 0 ? null : (
        <Section title="The companion’s own">
          <OwnTable secrets={own} />
        </Section>
      )}
      {storing === undefined ? null : (
        <StoreDialog
          storing={storing}
          taken={all.map(({ name }) => name)}
          onClose={() => setStoring(undefined)}
          onStored={(secret) => {
            setStoring(undefined);
            setStored(secret);
            list.reload();
          }}
        />
      )}
      {deleting === undefined ? null : (
        <DeleteDialog
          secret={deleting}
          onClose={() => setDeleting(undefined)}
          onDeleted={() => {
            setDeleting(undefined);
            setStored(undefined);
            list.reload();
          }}
        />
      )}
    </Page>
  );
}
