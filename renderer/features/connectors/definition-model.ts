/** The form of a definition as a person fills it in, and the definition that it means. Pure. */
import type { ConnectorDefinition, HttpDefinition, ProgramDefinition } from '../../../preload/contract/definition.ts';

/** A variable, or a header. `value` is its value, or the name of a secret. */
export interface Pair {
  readonly name: string;
  readonly value: string;
  /** `kept`: the value that is stored, which is not shown. */
  readonly kind: 'value' | 'secret' | 'kept';
  /** Of a secret header: what is sent before it. */
  readonly prefix: string;
}

export interface DefinitionForm {
  readonly kind: 'program' | 'http';
  readonly command: string;
  /** One argument each. Empty ones at the end are lines that were begun, and mean nothing. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly url: string;
  readonly transport: HttpDefinition['transport'];
  readonly oauth: boolean;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly pairs: readonly Pair[];
}

export const EMPTY_FORM: DefinitionForm = {
  kind: 'program',
  command: '',
  args: [],
  cwd: '',
  url: '',
  transport: 'streamable-http',
  oauth: false,
  clientId: '',
  clientSecret: '',
  pairs: [],
};

/** Arguments as one text, one on each line. */
export function linesOf(args: readonly string[]): string {
  return args.join('\n');
}

export function argsOf(lines: string): string[] {
  return lines === '' ? [] : lines.split('\n');
}

/** A line break within an argument cannot be told from the next one in the form. */
export function hasBrokenArgument({ args }: ProgramDefinition): boolean {
  return args.some((word) => word.includes('\n'));
}

/** Words of a command line as people copy it: quotes hold words together, nothing else means anything. */
export function splitCommand(text: string): string[] {
  return [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

function secretOf(reference: string): { readonly prefix: string; readonly value: string } {
  const at = reference.lastIndexOf('keychain:');
  return { prefix: reference.slice(0, at), value: reference.slice(at + 'keychain:'.length) };
}

export function formOf(definition: ConnectorDefinition, keep: readonly string[]): DefinitionForm {
  const values = 'url' in definition ? definition.headers : definition.env;
  const pairs: Pair[] = [
    ...Object.entries(values).map(([name, value]): Pair => ({
      name,
      value,
      kind: keep.includes(name) ? 'kept' : 'value',
      prefix: '',
    })),
    ...Object.entries(definition.secrets).map(([name, reference]): Pair => ({
      name,
      kind: 'secret',
      ...secretOf(reference),
    })),
  ];
  if ('url' in definition) {
    const { url, transport, oauth, oauthClient } = definition;
    return {
      ...EMPTY_FORM,
      kind: 'http',
      url,
      transport,
      oauth,
      clientId: oauthClient?.id ?? '',
      clientSecret: oauthClient?.secret === undefined ? '' : secretOf(oauthClient.secret).value,
      pairs,
    };
  }
  const { command, args, cwd = '' } = definition;
  return { ...EMPTY_FORM, kind: 'program', command, args, cwd, pairs };
}

export interface Meant {
  readonly definition: ConnectorDefinition;
  readonly keep: readonly string[];
}

/** What the form means; whether it fits is said by the companion. */
export function meantBy(form: DefinitionForm): Meant {
  const named = form.pairs
    .filter(({ name }) => name.trim() !== '')
    .map((pair) => ({ ...pair, name: pair.name.trim() }));
  const values = Object.fromEntries(
    named.filter(({ kind }) => kind !== 'secret').map(({ name, value, kind }) => [name, kind === 'kept' ? '' : value]),
  );
  const secrets = Object.fromEntries(
    named
      .filter(({ kind }) => kind === 'secret')
      .map(({ name, prefix, value }) => [name, `${prefix}keychain:${value.trim()}`]),
  );
  const keep = named.filter(({ kind }) => kind === 'kept').map(({ name }) => name);
  if (form.kind === 'http') {
    const id = form.clientId.trim();
    const secret = form.clientSecret.trim();
    const oauthClient = { id, ...(secret === '' ? {} : { secret: `keychain:${secret}` }) };
    return {
      definition: {
        url: form.url.trim(),
        transport: form.transport,
        headers: values,
        secrets,
        oauth: form.oauth,
        ...(form.oauth && id !== '' ? { oauthClient } : {}),
      },
      keep,
    };
  }
  const cwd = form.cwd.trim();
  return {
    definition: {
      command: form.command.trim(),
      args: form.args.slice(0, form.args.findLastIndex((word) => word !== '') + 1),
      env: values,
      secrets,
      ...(cwd === '' ? {} : { cwd }),
    },
    keep,
  };
}

/** Why it cannot be looked at yet; undefined where it can. */
export function formProblem(form: DefinitionForm): string | undefined {
  if (form.kind === 'program' ? form.command.trim() === '' : form.url.trim() === '')
    return form.kind === 'program' ? 'Name the program that is run.' : 'Give the address of the server.';
  const names = form.pairs.map(({ name }) => name.trim()).filter((name) => name !== '');
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) return `${twice} is given twice.`;
  const bare = form.pairs.find(
    ({ kind, name, value }) => kind === 'secret' && name.trim() !== '' && value.trim() === '',
  );
  return bare === undefined ? undefined : `Say which secret ${bare.name} takes.`;
}
