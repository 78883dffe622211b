import type { ReactElement } from 'react';
import type { SecretView } from '../../../preload/contract/secret.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { fullText, momentText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { backendText, ownPurpose, placeText } from './secrets-model.ts';

function Uses({ secret }: { secret: SecretView }): ReactElement {
  if (secret.uses.length === 0) return <span className="text-soft">nothing</span>;
  return (
    <ul>
      {secret.uses.map((use) => (
        <li key={placeText(use)}>
          <VisibleText text={placeText(use)} max={120} />
        </li>
      ))}
    </ul>
  );
}

export function SecretTable({
  secrets,
  now,
  onReplace,
  onDelete,
}: {
  secrets: readonly SecretView[];
  now: number;
  onReplace: (secret: SecretView) => void;
  onDelete: (secret: SecretView) => void;
}): ReactElement {
  return (
    <Table label="Secrets" columns={['Name', 'Used by', 'Kept in', 'Stored', 'In traffic', 'Actions']}>
      {secrets.map((secret) => (
        <tr key={secret.name} className="border-t border-line">
          <Cell className="font-mono text-xs break-all">
            <VisibleText text={secret.name} />
          </Cell>
          <Cell>
            <Uses secret={secret} />
          </Cell>
          <Cell className="text-soft">{backendText(secret.backend)}</Cell>
          <Cell className="text-soft whitespace-nowrap">
            <time dateTime={secret.updatedAt} title={fullText(secret.updatedAt)}>
              {momentText(secret.updatedAt, now)}
            </time>
            {secret.typedIn === 'interface' ? <div className="text-xs">typed in the interface</div> : null}
          </Cell>
          <Cell>
            {secret.redactable ? (
              <Badge tone="good">recognised</Badge>
            ) : (
              <Badge tone="warn">too weak to recognise</Badge>
            )}
          </Cell>
          <Cell className="whitespace-nowrap">
            <div className="flex gap-1">
              <Button aria-label={`Replace ${secret.name}`} onClick={() => onReplace(secret)}>
                Replace
              </Button>
              <Button variant="danger" aria-label={`Delete ${secret.name}`} onClick={() => onDelete(secret)}>
                Delete
              </Button>
            </div>
          </Cell>
        </tr>
      ))}
    </Table>
  );
}

/** What the companion keeps for itself: to be seen, and changed by what it belongs to. */
export function OwnTable({ secrets }: { secrets: readonly SecretView[] }): ReactElement {
  return (
    <Table label="The companion’s own secrets" columns={['Name', 'What it is for', 'Kept in']}>
      {secrets.map((secret) => (
        <tr key={secret.name} className="border-t border-line">
          <Cell className="font-mono text-xs break-all">
            <VisibleText text={secret.name} />
          </Cell>
          <Cell>
            <VisibleText text={ownPurpose(secret.name)} />
          </Cell>
          <Cell className="text-soft">{backendText(secret.backend)}</Cell>
        </tr>
      ))}
    </Table>
  );
}
