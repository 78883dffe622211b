import { useState, type FormEvent, type ReactElement } from 'react';
import type { HubConfig } from '../../../preload/contract/hub.ts';
import { useCompanion } from '../../state/context.ts';
import { useAction } from '../../state/use-action.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select, TextArea, TextField } from '../../ui/fields.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { WaitingForYes } from '../../ui/waiting-for-yes.tsx';
import { draftProblem, targetText, toolsOf, type ConfigDraft } from './hub-model.ts';

function draftOf(config: HubConfig | undefined): ConfigDraft {
  if (config === undefined) return { name: '', connector: '', tools: '*', description: '' };
  const { name, target, allowedTools, description } = config;
  // An address is changed at a terminal; here its tools and its text are.
  const connector = 'connector' in target ? target.connector : '(address)';
  return { name, connector, tools: allowedTools.join('\n'), description };
}

/** A config of a connector, new or another. One that reaches an address keeps it. */
export function ConfigDialog({
  config,
  taken,
  onClose,
  onDone,
}: {
  config?: HubConfig;
  taken: readonly string[];
  onClose: () => void;
  onDone: () => void;
}): ReactElement {
  const { call } = useCompanion();
  const { run, busy, waitingForYes, failure } = useAction();
  const connectors = useQuery('connectors.list', {});
  const [draft, setDraft] = useState(() => draftOf(config));
  const [isTried, setTried] = useState(false);
  const problem = draftProblem(draft, taken);
  const set = (change: Partial<ConfigDraft>): void => setDraft((before) => ({ ...before, ...change }));
  const shown = (at: string): { problem?: string } => (isTried && problem?.at === at ? { problem: problem.text } : {});

  const store = async (): Promise<void> => {
    setTried(true);
    if (problem !== undefined || busy) return;
    const { name, connector, description } = draft;
    const allowedTools = toolsOf(draft.tools);
    const stored = await run(() =>
      config === undefined
        ? call('hub.configs.create', { name, target: { connector }, allowedTools, description })
        : call('hub.configs.update', {
            name,
            allowedTools,
            description,
            ...('connector' in config.target && config.target.connector !== connector ? { target: { connector } } : {}),
          }),
    );
    if (stored !== undefined) onDone();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void store();
  };
  const names = (connectors.value ?? []).map(({ name }) => name);
  const choices = [...new Set([...(draft.connector === '' ? [''] : [draft.connector]), ...names])];

  return (
    <Dialog
      title={config === undefined ? 'New config' : `Edit ${config.name}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" type="submit" form="hub-config" busy={busy}>
            {config === undefined ? 'Make it' : 'Save'}
          </Button>
        </>
      }
    >
      <form id="hub-config" className="space-y-4" onSubmit={submit}>
        {config === undefined ? (
          <TextField
            label="Name"
            value={draft.name}
            onChange={(name) => set({ name })}
            placeholder="github-readonly"
            mono
            autoFocus
            hint="Its part before the first “-” stands before the names of tools: github.search_issues."
            {...shown('name')}
          />
        ) : null}
        {config !== undefined && 'endpoint' in config.target ? (
          <p className="text-soft">
            It reaches <VisibleText text={targetText(config)} max={300} />
          </p>
        ) : (
          <Select
            label="Connector"
            value={draft.connector}
            onChange={(connector) => set({ connector })}
            options={choices.map((name) => ({ value: name, text: name === '' ? 'Choose one' : name }))}
            {...shown('connector')}
          />
        )}
        <TextArea
          label="Tools that may be used"
          value={draft.tools}
          onChange={(tools) => set({ tools })}
          hint="One pattern in each line; * stands for anything. Other tools are not even listed."
          {...shown('tools')}
        />
        <TextField
          label="Description"
          value={draft.description}
          onChange={(description) => set({ description })}
          hint="For people."
          {...shown('description')}
        />
      </form>
      {waitingForYes ? <WaitingForYes /> : null}
      {failure === undefined ? null : <ErrorBox failure={failure} />}
    </Dialog>
  );
}
