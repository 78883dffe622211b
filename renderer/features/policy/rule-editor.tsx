import { useCallback, useState, type ReactElement } from 'react';
import type { PolicyChange } from '../../../preload/contract/policy-page.ts';
import type { Effect, NewRule, Rule } from '../../../preload/contract/policy.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { TextArea } from '../../ui/fields.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { ChangePreviewPanel } from './change-preview.tsx';
import { CheckedPanel } from './checked-panel.tsx';
import { DraftPanel, type DraftSource } from './draft-panel.tsx';
import { EMPTY_FORM, formToText, ruleToForm, textToForm, type RuleForm } from './rule-form.ts';
import { RuleFields } from './rule-fields.tsx';
import { useDebounced } from './use-debounced.ts';
import { useSteady } from './use-steady.ts';

/** Where an editor begins. */
export type EditorStart =
  | { readonly kind: 'new'; readonly form?: RuleForm }
  | { readonly kind: 'edit'; readonly rule: Rule }
  | { readonly kind: 'draft'; readonly source: DraftSource };

const PAUSE_MS = 200;
const TITLES: Readonly<Record<EditorStart['kind'], string>> = {
  new: 'New rule',
  edit: 'Change a rule',
  draft: 'A rule from this call',
};

function asNew({ id: _id, createdAt: _at, ...rule }: Rule): NewRule {
  return rule;
}

const textOf = (rule: NewRule): string => JSON.stringify(rule, undefined, 2);

/** A rule while it is written: as fields or as JSON, in words, and with what it would have done. */
export function RuleEditor({
  start,
  onClose,
  onSaved,
  onEdit,
}: {
  start: EditorStart;
  onClose: () => void;
  onSaved: () => void;
  /** Another rule is to be changed instead. */
  onEdit: (rule: Rule) => void;
}): ReactElement {
  const { call, state } = useCompanion();
  const action = useAction();
  const edited = start.kind === 'edit' ? start.rule : undefined;
  const [text, setText] = useState(() =>
    edited === undefined
      ? formToText(start.kind === 'new' ? (start.form ?? EMPTY_FORM) : EMPTY_FORM)
      : textOf(asNew(edited)),
  );
  const [form, setForm] = useState(() => textToForm(text));
  const [view, setView] = useState<'form' | 'json'>(form === undefined ? 'json' : 'form');
  const [effect, setEffect] = useState<Effect>('allow');
  const [chosen, setChosen] = useState<NewRule>();
  const settled = useDebounced(text, PAUSE_MS);
  const query = useQuery(
    'policy.validate',
    { kind: 'rule', text: settled, ...(edited === undefined ? {} : { replaces: edited.id }) },
    { on: [] },
  );
  const names = useQuery('policy.names', {}, { on: [] });
  const checked = useSteady(query.value);
  // What is saved is what was looked at.
  const isCurrent = query.kind === 'ready' && settled === text;
  const rule = checked?.ok === true ? checked.rule : undefined;

  const changeForm = (next: RuleForm): void => {
    setForm(next);
    setText(formToText(next));
  };
  const changeText = (next: string): void => {
    setText(next);
    setForm(textToForm(next));
  };
  const choose = useCallback((next: NewRule): void => {
    setChosen(next);
    setText(textOf(next));
    setForm(ruleToForm(next));
  }, []);
  const save = async (): Promise<void> => {
    if (rule === undefined || !isCurrent) return;
    const done = await action.run(() =>
      edited === undefined
        ? call('policy.add', rule)
        : call('policy.update', { id: edited.id, was: asNew(edited), rule }),
    );
    if (done !== undefined) onSaved();
  };
  const change: PolicyChange | undefined =
    rule === undefined ? undefined : edited === undefined ? { add: rule } : { replace: { id: edited.id, rule } };

  return (
    <Dialog
      wide
      title={TITLES[start.kind]}
      onClose={onClose}
      footer={
        <>
          {isCurrent && rule !== undefined && checked?.weakens === true ? (
            <p className="mr-auto self-center text-xs text-soft">
              It lets more through, so you are asked in the approval window.
            </p>
          ) : null}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            variant="primary"
            busy={action.busy}
            disabled={!isCurrent || rule === undefined}
            onClick={() => void save()}
          >
            Save
          </Button>
        </>
      }
    >
      {start.kind === 'draft' ? (
        <DraftPanel
          source={start.source}
          effect={effect}
          onEffect={setEffect}
          chosen={chosen}
          onChoose={choose}
          onEdit={onEdit}
        />
      ) : null}
      {start.kind === 'draft' && chosen === undefined ? null : (
        <>
          <CheckedPanel checked={checked} isBegun={view === 'json' || form?.name !== ''} />
          <Tabs
            label="How to write it"
            tabs={[
              { id: 'form', title: 'Form' },
              { id: 'json', title: 'JSON' },
            ]}
            selected={view}
            onSelect={setView}
            panelId="rule-editor-panel"
          />
          <div id="rule-editor-panel" role="tabpanel" aria-label={view === 'form' ? 'Form' : 'JSON'}>
            {view === 'json' ? (
              <TextArea
                label="The rule as JSON"
                rows={12}
                value={text}
                onChange={changeText}
                hint="For what the form cannot say, such as conditions inside of conditions."
              />
            ) : form === undefined ? (
              <p className="py-4 text-soft">The form cannot show this rule. Change it as JSON.</p>
            ) : (
              <RuleFields
                form={form}
                onChange={changeForm}
                names={names.value?.connectors ?? []}
                clients={(state.clients ?? []).map(({ id }) => id)}
                problems={checked?.problems ?? []}
              />
            )}
          </div>
          <section aria-label="What it would do" className="space-y-2">
            <h3 className="font-medium">What it would do</h3>
            <ChangePreviewPanel change={change} />
          </section>
        </>
      )}
      {query.kind === 'failed' && query.failure !== undefined ? (
        <ErrorBox failure={query.failure} onRetry={query.reload} />
      ) : null}
      {action.failure === undefined ? null : <ErrorBox failure={action.failure} />}
      {action.waitingForYes ? <WaitingForYes /> : null}
    </Dialog>
  );
}
