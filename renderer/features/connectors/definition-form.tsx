import type { ReactElement } from 'react';
import { Button } from '../../ui/button.tsx';
import { Select, TextArea, TextField } from '../../ui/fields.tsx';
import { Icon } from '../../ui/icon.tsx';
import { argsOf, linesOf, splitCommand, type DefinitionForm, type Pair } from './definition-model.ts';

const KINDS = [
  { value: 'value', text: 'Value' },
  { value: 'secret', text: 'Secret from the keychain' },
] as const;
const KINDS_WITH_KEPT = [{ value: 'kept', text: 'As it is now' }, ...KINDS] as const;

function PairRow({
  pair,
  noun,
  isHttp,
  onChange,
  onRemove,
}: {
  pair: Pair;
  noun: string;
  isHttp: boolean;
  onChange: (pair: Pair) => void;
  onRemove: () => void;
}): ReactElement {
  const wasKept = pair.kind === 'kept';
  return (
    <div className="grid items-end gap-2 sm:grid-cols-[1fr_1fr_1fr_auto]">
      <TextField label={noun} value={pair.name} onChange={(name) => onChange({ ...pair, name })} mono />
      <Select
        label="Holds"
        value={pair.kind}
        options={wasKept ? KINDS_WITH_KEPT : KINDS}
        onChange={(kind) =>
          onChange({ ...pair, kind, value: '', prefix: kind === 'secret' && isHttp ? 'Bearer ' : '' })
        }
      />
      {pair.kind === 'kept' ? (
        <span className="py-1.5 text-soft">The value is not shown.</span>
      ) : (
        <TextField
          label={pair.kind === 'secret' ? 'Name of the secret' : 'Value'}
          value={pair.value}
          onChange={(value) => onChange({ ...pair, value })}
          mono
        />
      )}
      <Button aria-label={`Remove ${pair.name === '' ? 'this line' : pair.name}`} onClick={onRemove}>
        <Icon name="trash" />
      </Button>
      {pair.kind === 'secret' && isHttp ? (
        <div className="sm:col-span-3">
          <TextField
            label="Sent before the secret"
            value={pair.prefix}
            onChange={(prefix) => onChange({ ...pair, prefix })}
            mono
            hint="Mostly “Bearer ”, with the space."
          />
        </div>
      ) : null}
    </div>
  );
}

function Pairs({ form, onChange }: { form: DefinitionForm; onChange: (form: DefinitionForm) => void }): ReactElement {
  const isHttp = form.kind === 'http';
  const noun = isHttp ? 'Header' : 'Variable';
  const set = (pairs: readonly Pair[]): void => onChange({ ...form, pairs });
  return (
    <fieldset className="space-y-3">
      <legend className="font-medium">{isHttp ? 'Headers and secrets' : 'Variables and secrets'}</legend>
      {form.pairs.map((pair, at) => (
        <PairRow
          // oxlint-disable-next-line react/no-array-index-key -- a line that is being typed has no other identity
          key={at}
          pair={pair}
          noun={noun}
          isHttp={isHttp}
          onChange={(changed) => set(form.pairs.map((one, index) => (index === at ? changed : one)))}
          onRemove={() => set(form.pairs.filter((_, index) => index !== at))}
        />
      ))}
      <Button onClick={() => set([...form.pairs, { name: '', value: '', kind: 'value', prefix: '' }])}>
        <Icon name="plus" /> Add a {noun.toLowerCase()}
      </Button>
      <p className="text-xs text-soft">
        Keys and passwords belong into the keychain: store them on the page Secrets, and name them here.
      </p>
    </fieldset>
  );
}

function ProgramFields({
  form,
  onChange,
}: {
  form: DefinitionForm;
  onChange: (form: DefinitionForm) => void;
}): ReactElement {
  /** A whole command line that was pasted is taken apart. */
  const command = (text: string): void => {
    const [first = '', ...rest] = splitCommand(text);
    const isPasted = rest.length > 0 && form.args.length === 0 && text.length - form.command.length > 1;
    onChange(isPasted ? { ...form, command: first, args: rest } : { ...form, command: text });
  };
  return (
    <>
      <TextField
        label="Program"
        value={form.command}
        onChange={command}
        placeholder="npx"
        mono
        hint="A name on your PATH, or a whole path. A pasted command line is taken apart."
      />
      <TextArea
        label="Arguments"
        value={linesOf(form.args)}
        onChange={(lines) => onChange({ ...form, args: argsOf(lines) })}
        rows={Math.min(10, Math.max(3, form.args.length + 1))}
        placeholder={'-y\n@some/server@1.2.3'}
        hint="One on each line, without quotes: each line is one argument, spaces and all."
      />
      <TextField
        label="Folder it starts in (not needed)"
        value={form.cwd}
        onChange={(cwd) => onChange({ ...form, cwd })}
        mono
        hint="Without one: the folder of the client that uses it."
      />
    </>
  );
}

function HttpFields({
  form,
  onChange,
}: {
  form: DefinitionForm;
  onChange: (form: DefinitionForm) => void;
}): ReactElement {
  return (
    <>
      <TextField
        label="Address"
        value={form.url}
        onChange={(url) => onChange({ ...form, url })}
        placeholder="https://mcp.example.com/mcp"
        mono
        hint="https, or http on this computer."
      />
      <Select
        label="How it speaks"
        value={form.transport}
        onChange={(transport) => onChange({ ...form, transport })}
        options={[
          { value: 'streamable-http', text: 'Streamable HTTP (usual)' },
          { value: 'sse', text: 'SSE (older servers)' },
        ]}
      />
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          checked={form.oauth}
          onChange={(event) => onChange({ ...form, oauth: event.target.checked })}
        />
        It asks you to sign in, in your browser
      </label>
      {form.oauth ? (
        <div className="grid gap-2 sm:grid-cols-2">
          <TextField
            label="Client id (not needed)"
            value={form.clientId}
            onChange={(clientId) => onChange({ ...form, clientId })}
            mono
            hint="Where the provider registers programs by hand."
          />
          <TextField
            label="Name of its secret (not needed)"
            value={form.clientSecret}
            onChange={(clientSecret) => onChange({ ...form, clientSecret })}
            mono
          />
        </div>
      ) : null}
    </>
  );
}

/** A definition, field by field. The kind cannot be changed once it is stored. */
export function DefinitionFields({
  form,
  onChange,
}: {
  form: DefinitionForm;
  onChange: (form: DefinitionForm) => void;
}): ReactElement {
  const Fields = form.kind === 'http' ? HttpFields : ProgramFields;
  return (
    <>
      <Fields form={form} onChange={onChange} />
      <Pairs form={form} onChange={onChange} />
    </>
  );
}
