import { useState, type FormEvent, type ReactElement } from 'react';
import type { ConsentRequest, ConnectorView } from '../../../preload/contract/connector.ts';
import type { DefaultMode } from '../../../preload/contract/policy.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextField } from '../../ui/fields.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { MODES, nameProblem } from './connector-model.ts';
import { ConsentView } from './consent-view.tsx';
import { DefinitionFields } from './definition-form.tsx';
import { formProblem, meantBy, type DefinitionForm } from './definition-model.ts';

/** The form of a definition, then what it means, then a yes. `name`: of the connector that is changed. */
export function Agree({
  start,
  mode: firstMode,
  name: fixed,
  taken,
  onSaved,
}: {
  start: DefinitionForm;
  mode: DefaultMode;
  name?: string;
  taken: readonly string[];
  onSaved: (view: ConnectorView) => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const [form, setForm] = useState(start);
  const [typed, setTyped] = useState(fixed ?? '');
  const [mode, setMode] = useState(firstMode);
  const [request, setRequest] = useState<ConsentRequest>();
  const problem = fixed === undefined && typed !== '' ? nameProblem(typed, taken) : undefined;
  const missing = formProblem(form) ?? (typed === '' ? 'Give it a name.' : problem);
  const subject = (): Parameters<typeof call<'connectors.preview'>>[1] => {
    const { definition, keep } = meantBy(form);
    const replace = fixed !== undefined;
    return { name: typed, definition, default: mode, replace, ...(keep.length === 0 ? {} : { keep: [...keep] }) };
  };

  const look = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (missing === undefined && !busy) setRequest(await run(() => call('connectors.preview', subject())));
  };
  const save = async ({ hash }: ConsentRequest): Promise<void> => {
    const saved = await run(() => call('connectors.save', { ...subject(), consentHash: hash, check: true }));
    if (saved !== undefined) onSaved(saved);
  };

  if (request !== undefined) {
    return (
      <div className="space-y-4">
        <ConsentView request={request} />
        <p className="text-soft">
          You are asked once more in the approval window, with everything that is stored. Then it is{' '}
          {form.kind === 'program' ? 'started' : 'asked for its tools'} once to see that it answers.
        </p>
        {waitingForYes ? <WaitingForYes /> : null}
        {failure === undefined ? null : <ErrorBox failure={failure} />}
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" busy={busy} onClick={() => void save(request)}>
            {fixed === undefined ? 'Add it' : 'Store the change'}
          </Button>
          <Button disabled={busy} onClick={() => setRequest(undefined)}>
            Back
          </Button>
        </div>
      </div>
    );
  }
  return (
    <form className="max-w-3xl space-y-4" onSubmit={(event) => void look(event)}>
      {fixed === undefined ? (
        <TextField
          label="Name"
          value={typed}
          onChange={setTyped}
          placeholder="my-server"
          mono
          hint="How rules, clients and this page call it."
          {...(problem === undefined ? {} : { problem })}
        />
      ) : null}
      <DefinitionFields form={form} onChange={setForm} />
      <Select
        label="When no rule says otherwise"
        value={mode}
        onChange={setMode}
        options={MODES}
        hint="Which tools only read is what the server itself says."
      />
      {failure === undefined ? null : <ErrorBox failure={failure} />}
      <div className="flex flex-wrap items-center gap-3">
        <Button variant="primary" type="submit" busy={busy} disabled={missing !== undefined}>
          Look at what would {form.kind === 'program' ? 'run' : 'be reached'}
        </Button>
        {missing === undefined ? null : <span className="text-soft">{missing}</span>}
      </div>
    </form>
  );
}
