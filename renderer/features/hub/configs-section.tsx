import { useState, type ReactElement } from 'react';
import type { HubConfig } from '../../../preload/contract/hub.ts';
import { useCompanion } from '../../state/context.ts';
import type { Query } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { ConfigDialog } from './config-dialog.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { bindCommand, targetText } from './hub-model.ts';
import { TokenDialog } from './token-dialog.tsx';

const MAX_SHOWN = 6;

function Tools({ globs }: { globs: readonly string[] }): ReactElement {
  return (
    <span className="font-mono text-xs">
      <VisibleText text={globs.slice(0, MAX_SHOWN).join(', ')} max={300} />
      {globs.length > MAX_SHOWN ? <span className="text-soft"> and {globs.length - MAX_SHOWN} more</span> : null}
    </span>
  );
}

type Open = { readonly kind: 'new' } | { readonly kind: 'edit' | 'delete' | 'token'; readonly config: HubConfig };

/** What a token may be made for: one connector, and which of its tools. */
export function ConfigsSection({ query }: { query: Query<HubConfig[]> }): ReactElement {
  const { call } = useCompanion();
  const [open, setOpen] = useState<Open>();
  const { kind, value = [], failure, reload } = query;
  const close = (): void => setOpen(undefined);
  const done = (): void => {
    close();
    reload();
  };
  return (
    <Section title="Configs" aside={<Button onClick={() => setOpen({ kind: 'new' })}>New config</Button>}>
      {failure === undefined ? null : (
        <div className="px-4 pb-4">
          <ErrorBox failure={failure} onRetry={reload} />
        </div>
      )}
      {kind === 'loading' ? <Loading rows={2} /> : null}
      {kind !== 'ready' ? null : value.length === 0 ? (
        <Empty>No config yet. A config narrows a token to one connector and to some of its tools.</Empty>
      ) : (
        <Table label="Configs" columns={['Name', 'Reaches', 'Tools', 'Actions']}>
          {value.map((config) => (
            <tr key={config.name} className="border-t border-line">
              <Cell>
                <div className="font-medium">
                  <VisibleText text={config.name} />
                </div>
                {config.description === '' ? null : (
                  <div className="text-soft">
                    <VisibleText text={config.description} max={200} />
                  </div>
                )}
              </Cell>
              <Cell>
                <VisibleText text={targetText(config)} max={200} />
              </Cell>
              <Cell>
                <Tools globs={config.allowedTools} />
              </Cell>
              <Cell>
                <div className="flex gap-1">
                  <Button
                    aria-label={`Make a token for ${config.name}`}
                    onClick={() => setOpen({ kind: 'token', config })}
                  >
                    Make a token
                  </Button>
                  <Button aria-label={`Edit ${config.name}`} onClick={() => setOpen({ kind: 'edit', config })}>
                    Edit
                  </Button>
                  <Button
                    variant="danger"
                    aria-label={`Delete ${config.name}`}
                    onClick={() => setOpen({ kind: 'delete', config })}
                  >
                    Delete
                  </Button>
                </div>
              </Cell>
            </tr>
          ))}
        </Table>
      )}
      {open?.kind === 'new' ? (
        <ConfigDialog taken={value.map(({ name }) => name)} onClose={close} onDone={done} />
      ) : null}
      {open?.kind === 'edit' ? <ConfigDialog config={open.config} taken={[]} onClose={close} onDone={done} /> : null}
      {open?.kind === 'token' ? (
        <TokenDialog
          title={`A token for ${open.config.name}`}
          command={bindCommand(open.config.name)}
          onClose={close}
        />
      ) : null}
      {open?.kind === 'delete' ? (
        <ConfirmDialog
          title={`Delete ${open.config.name}?`}
          action="Delete"
          does={() => call('hub.configs.delete', { name: open.config.name })}
          onClose={close}
          onDone={done}
        >
          <p>It can be deleted only when no token uses it. Nothing else changes.</p>
        </ConfirmDialog>
      ) : null}
    </Section>
  );
}
