import { useState, type ReactElement } from 'react';
import type { PolicyView, RuleRow } from '../../../preload/contract/policy-page.ts';
import type { Effect, NewRule, Rule } from '../../../preload/contract/policy.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Empty, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { SearchField } from '../../ui/fields.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { DefaultsSection } from './defaults-section.tsx';
import { ExplainSection } from './explain-section.tsx';
import { ImportDialog } from './import-dialog.tsx';
import { many, EFFECT_NOTES, EFFECT_TITLES } from './policy-words.ts';
import type { EditorStart } from './rule-editor.tsx';
import { EFFECTS } from './rule-form.ts';
import { RuleListRow, type Decided } from './rule-row.tsx';
import { saveFile } from './save-file.ts';
import { Findings } from './sentence.tsx';

const PAGE_SIZE = 100;

function matches({ rule, sentence }: RuleRow, wanted: string): boolean {
  const text = `${rule.id} ${sentence} ${rule.note ?? ''}`.toLowerCase();
  return text.includes(wanted.trim().toLowerCase());
}

function Group({
  effect,
  rows,
  decided,
  onEdit,
  onRemove,
}: {
  effect: Effect;
  rows: readonly RuleRow[];
  decided: ReadonlyMap<string, Decided> | undefined;
  onEdit: (rule: Rule) => void;
  onRemove: (rule: Rule) => void;
}): ReactElement {
  const [limit, setLimit] = useState(PAGE_SIZE);
  return (
    <Section
      title={`${EFFECT_TITLES[effect]} (${rows.length})`}
      aside={<span className="text-xs text-soft">{EFFECT_NOTES[effect]}</span>}
    >
      <ul>
        {rows.slice(0, limit).map((row) => (
          <RuleListRow
            key={row.rule.id}
            row={row}
            isCounted={decided !== undefined}
            decided={decided?.get(row.rule.id)}
            onEdit={() => onEdit(row.rule)}
            onRemove={() => onRemove(row.rule)}
          />
        ))}
      </ul>
      {rows.length > limit ? (
        <div className="border-t border-line p-2 text-center">
          <Button variant="ghost" onClick={() => setLimit(limit + PAGE_SIZE)}>
            Show more
          </Button>
        </div>
      ) : null}
    </Section>
  );
}

function Removed({ rule, onUndo, onDismiss }: { rule: Rule; onUndo: () => void; onDismiss: () => void }): ReactElement {
  return (
    <div role="status" className="flex flex-wrap items-center gap-2 rounded-lg border border-line bg-card px-4 py-2">
      <span className="flex-1">
        Removed the rule <VisibleText text={rule.id} max={64} />.
      </span>
      <Button onClick={onUndo}>
        <Icon name="undo" /> Undo
      </Button>
      <Button variant="ghost" onClick={onDismiss}>
        Dismiss
      </Button>
    </div>
  );
}

/** All rules in words, what happens where none speaks, and what would happen with a call. */
export function RulesTab({
  view,
  onEdit,
  onChanged,
}: {
  view: PolicyView;
  onEdit: (start: EditorStart) => void;
  onChanged: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const action = useAction();
  const counted = useQuery('policy.decided', {}, { on: [] });
  const [wanted, setWanted] = useState('');
  const [removed, setRemoved] = useState<Rule>();
  const [isImporting, setImporting] = useState(false);
  const decided =
    counted.value === undefined ? undefined : new Map(counted.value.rules.map(({ id, ...of }) => [id, of] as const));
  const shown = view.rules.filter((row) => matches(row, wanted));

  const remove = async (rule: Rule): Promise<void> => {
    setRemoved(undefined);
    const gone = await action.run(() => call('policy.remove', { id: rule.id }));
    if (gone === undefined) return;
    setRemoved(gone);
    onChanged();
  };
  const undo = async ({ id: _id, createdAt: _at, ...rule }: Rule): Promise<void> => {
    const back = await action.run(() => call('policy.add', rule satisfies NewRule));
    if (back === undefined) return;
    setRemoved(undefined);
    onChanged();
  };
  const exported = async (): Promise<void> => {
    const set = await action.run(() => call('policy.export', {}));
    if (set !== undefined) saveFile('runlayer-rules.json', `${JSON.stringify(set, undefined, 2)}\n`);
  };

  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center gap-2">
        <div className="min-w-48 flex-1">
          <SearchField label="Search in the rules" value={wanted} onChange={setWanted} placeholder="Search" />
        </div>
        <Button onClick={() => setImporting(true)}>Import</Button>
        <Button onClick={() => void exported()}>
          <Icon name="download" /> Export
        </Button>
        <Button variant="primary" onClick={() => onEdit({ kind: 'new' })}>
          <Icon name="plus" /> New rule
        </Button>
      </div>
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
      {removed === undefined ? null : (
        <Removed rule={removed} onUndo={() => void undo(removed)} onDismiss={() => setRemoved(undefined)} />
      )}
      <Findings findings={view.findings} />
      {view.rules.length === 0 ? (
        <Section title="Rules">
          <Empty>
            There are no rules yet, so each connector does what is set below for it. Add one, or let the companion learn
            them from what was used.
          </Empty>
        </Section>
      ) : shown.length === 0 ? (
        <p className="text-soft">No rule holds these words.</p>
      ) : (
        EFFECTS.map((effect) => {
          const rows = shown.filter(({ rule }) => rule.effect === effect);
          return rows.length === 0 ? null : (
            <Group
              key={effect}
              effect={effect}
              rows={rows}
              decided={decided}
              onEdit={(rule) => onEdit({ kind: 'edit', rule })}
              onRemove={(rule) => void remove(rule)}
            />
          );
        })
      )}
      {counted.value?.isCut === true ? (
        <p className="text-xs text-soft">
          How often rules decided is counted over the newest {many(counted.value.calls, 'call')}.
        </p>
      ) : null}
      <DefaultsSection connectors={view.connectors} onChanged={onChanged} />
      <ExplainSection />
      {isImporting ? (
        <ImportDialog
          onClose={() => setImporting(false)}
          onDone={() => {
            setImporting(false);
            onChanged();
          }}
        />
      ) : null}
    </div>
  );
}
