import type { ReactElement } from 'react';
import type { GrantView } from '../../../preload/contract/approval.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Section } from '../../ui/card.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { clockText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';

/** The yeses that count for more than one call; each can be taken back. */
export function GrantList({
  grants,
  busy,
  onRevoke,
}: {
  grants: readonly GrantView[];
  busy: boolean;
  onRevoke: (id: string) => void;
}): ReactElement {
  return (
    <Section title="Remembered answers">
      {grants.length === 0 ? (
        <Empty>None: each call that a rule asks about waits for you.</Empty>
      ) : (
        <Table label="Remembered answers" columns={['Client', 'May call', 'Only where', 'Until', '']}>
          {grants.map((grant) => (
            <tr key={grant.id} className="border-t border-line align-top">
              <Cell className="font-medium">
                <VisibleText text={grant.client} max={120} />
              </Cell>
              <Cell className="font-mono text-xs">
                <VisibleText text={`${grant.connector} / ${grant.tool}`} max={200} />
              </Cell>
              <Cell className="font-mono text-xs text-soft">
                <VisibleText text={grant.when === undefined ? 'any arguments' : JSON.stringify(grant.when)} max={300} />
              </Cell>
              <Cell className="text-soft">
                {grant.endsAt === undefined ? 'the end of its session' : clockText(grant.endsAt)}
              </Cell>
              <Cell className="text-right">
                <Button variant="danger" disabled={busy} onClick={() => onRevoke(grant.id)}>
                  Take back
                </Button>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
    </Section>
  );
}
