import { useRef, useState, type FormEvent, type ReactElement } from 'react';
import type { CatalogueEntry, CatalogueParameter, CatalogueSecret } from '../../../preload/contract/catalogue.ts';
import type { OperationInput } from '../../../preload/contract/operations.ts';
import type { DefaultMode } from '../../../preload/contract/policy.ts';
import { Button } from '../../ui/button.tsx';
import { Select, TextArea, TextField } from '../../ui/fields.tsx';
import { SecretField, takeSecret } from '../../ui/secret-field.tsx';
import { freeName, MODES, nameProblem } from './connector-model.ts';
import { OutsideLink } from './outside-link.tsx';

export type Draft = OperationInput<'connectors.draft'>;
/** Name of a secret and its value, which is nowhere else. */
export type TypedSecret = readonly [name: string, value: string];

function ParameterField({
  parameter,
  value,
  onChange,
}: {
  parameter: CatalogueParameter;
  value: string;
  onChange: (value: string) => void;
}): ReactElement {
  const { title, help, kind, many, required } = parameter;
  const label = required ? title : `${title} (not needed)`;
  const example = kind === 'folder' ? '/home/you/projects' : '';
  return many ? (
    <TextArea
      label={label}
      value={value}
      onChange={onChange}
      rows={3}
      placeholder={example}
      hint={`${help} One on each line.`}
    />
  ) : (
    <TextField
      label={label}
      value={value}
      onChange={onChange}
      placeholder={example}
      mono={kind === 'folder'}
      hint={help}
    />
  );
}

function SecretInput({
  secret,
  isStored,
  register,
}: {
  secret: CatalogueSecret;
  isStored: boolean;
  register: (field: HTMLInputElement | HTMLTextAreaElement | null) => void;
}): ReactElement {
  const [isReplacing, setReplacing] = useState(false);
  const where = (
    <>
      {secret.help} <OutsideLink address={secret.url} text="Where to get it" />
    </>
  );
  if (isStored && !isReplacing) {
    return (
      <div className="space-y-1">
        <div className="font-medium">{secret.title}</div>
        <p className="text-soft">
          The stored secret <code className="font-mono text-xs">{secret.name}</code> is used.{' '}
          <Button variant="ghost" onClick={() => setReplacing(true)}>
            Type another value
          </Button>
        </p>
      </div>
    );
  }
  return (
    <SecretField
      label={secret.required ? secret.title : `${secret.title} (not needed)`}
      field={register}
      hint={where}
      lines
    />
  );
}

/** What a person is asked before an entry can be shown as it would be here. */
export function InstallForm({
  entry,
  taken,
  stored,
  busy,
  onReady,
}: {
  entry: CatalogueEntry;
  taken: readonly string[];
  /** Names of secrets that are there. */
  stored: readonly string[];
  busy: boolean;
  onReady: (draft: Draft, secrets: readonly TypedSecret[]) => void;
}): ReactElement {
  const [name, setName] = useState(() => freeName(entry.id, taken));
  const [mode, setMode] = useState<DefaultMode>(entry.default);
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [missing, setMissing] = useState<string>();
  const fields = useRef(new Map<string, HTMLInputElement | HTMLTextAreaElement>());
  const problem = nameProblem(name, taken);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (problem !== undefined || busy) return;
    const typed = entry.secrets.map((secret) => ({
      secret,
      value: takeSecret(fields.current.get(secret.for) ?? null),
    }));
    const without = typed.find(({ secret, value }) => secret.required && value === '' && !stored.includes(secret.name));
    setMissing(without?.secret.title);
    if (without !== undefined) return;
    const used = typed.filter(({ secret, value }) => value !== '' || stored.includes(secret.name) || secret.required);
    const parameters = entry.parameters.map(({ id, many }): [string, string[]] => {
      const value = values[id] ?? '';
      const all = (many ? value.split('\n') : [value]).map((one) => one.trim());
      return [id, all.filter((one) => one !== '')];
    });
    onReady(
      {
        entry: entry.id,
        name,
        default: mode,
        parameters: Object.fromEntries(parameters),
        secrets: Object.fromEntries(used.map(({ secret }) => [secret.for, secret.name])),
      },
      typed.flatMap(({ secret, value }): TypedSecret[] => (value === '' ? [] : [[secret.name, value]])),
    );
  };

  return (
    <form className="max-w-xl space-y-4" onSubmit={submit}>
      {entry.parameters.map((parameter) => (
        <ParameterField
          key={parameter.id}
          parameter={parameter}
          value={values[parameter.id] ?? ''}
          onChange={(value) => setValues({ ...values, [parameter.id]: value })}
        />
      ))}
      {entry.secrets.map((secret) => (
        <SecretInput
          key={secret.for}
          secret={secret}
          isStored={stored.includes(secret.name)}
          register={(field) => {
            if (field === null) fields.current.delete(secret.for);
            else fields.current.set(secret.for, field);
          }}
        />
      ))}
      <TextField
        label="Name here"
        value={name}
        onChange={setName}
        mono
        hint="How rules, clients and this page call it."
        {...(problem === undefined ? {} : { problem })}
      />
      <Select
        label="When no rule says otherwise"
        value={mode}
        onChange={setMode}
        options={MODES}
        hint="Which tools only read is what the server itself says."
      />
      {missing === undefined ? null : (
        <p role="alert" className="text-bad">
          {missing} is missing. Type it in the field above.
        </p>
      )}
      <Button variant="primary" type="submit" busy={busy} disabled={problem !== undefined}>
        Look at what would run
      </Button>
    </form>
  );
}
