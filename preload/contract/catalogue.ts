/**
 * The catalogue of connectors that ships with the companion (resources/catalogue.json): what a person may install without
 * writing a definition. It is read strictly: an entry that could mean anything but one exact package or one address is none.
 */
import { z } from 'zod';
import { ConnectorName, EnvName, HeaderName, SecretName } from './definition.ts';
import { DefaultMode } from './policy.ts';

/** One line that looks like what it is: no control, format or private characters. */
const line = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(max)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'a text of the catalogue is one line of visible characters');

const HttpsAddress = z
  .string()
  .max(512)
  .refine((text) => {
    if (!URL.canParse(text)) return false;
    const { protocol, username, password, href } = new URL(text);
    return protocol === 'https:' && username === '' && password === '' && href === text;
  }, 'an address of the catalogue is https://… in the form that is contacted');

const EntryId = ConnectorName;
const ParameterId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a parameter is named by a-z, 0-9 and "-"');

/** What a person is asked for before it can be installed. A folder is absolute; a text never begins with "-". */
export const CatalogueParameter = z.strictObject({
  id: ParameterId,
  title: line(60),
  help: line(200),
  kind: z.enum(['folder', 'text']),
  /** More than one may be given. */
  many: z.boolean(),
  required: z.boolean(),
});
export type CatalogueParameter = z.infer<typeof CatalogueParameter>;

export const CatalogueSecret = z.strictObject({
  /** The environment variable of a program, or the header of an address, that holds it. */
  for: z.string(),
  /** Sent before the value in a header. */
  prefix: z.enum(['', 'Bearer ']),
  title: line(60),
  /** Where a person gets it. */
  help: line(200),
  url: HttpsAddress,
  /** Under which name it is kept unless a person chooses another. */
  name: SecretName,
  required: z.boolean(),
});
export type CatalogueSecret = z.infer<typeof CatalogueSecret>;

/** The value of a parameter, with what stands behind it. */
const FromParameter = z.strictObject({ parameter: ParameterId, suffix: line(64).optional() });

/** Names whose value makes a program load other code or other settings, or that belong to the companion. */
const STEERING =
  /^(PATH|HOME|NODE_.*|NPM_.*|LD_.*|DYLD_.*|PYTHON.*|GIT_.*|SSL_.*|.*_PROXY|RUNLAYER_.*|BASH_.*|ENV|IFS)$/i;

export const CatalogueProgram = z.strictObject({
  kind: z.literal('program'),
  package: z.strictObject({
    name: z
      .string()
      .max(214)
      .regex(/^(@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, 'a package is named as the npm registry names it'),
    version: z
      .string()
      .max(64)
      .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'a package of the catalogue has one exact version'),
    /** As the registry gave it when it was checked. */
    integrity: z.string().regex(/^sha512-[A-Za-z0-9+/]{86}==$/, 'an integrity is sha512-…'),
  }),
  /** What stands behind the package. */
  args: z.array(z.union([line(512), FromParameter])).max(32),
  env: z.record(
    EnvName.refine((name) => !STEERING.test(name), 'this variable steers programs and cannot be set here'),
    z.union([line(512), FromParameter]),
  ),
});
export type CatalogueProgram = z.infer<typeof CatalogueProgram>;

export const CatalogueHttp = z.strictObject({
  kind: z.literal('http'),
  url: HttpsAddress,
  oauth: z.boolean(),
});

/** Started once, with what it said then; or why it could not be. */
export const CatalogueCheck = z.discriminatedUnion('done', [
  z.strictObject({
    done: z.literal(true),
    on: z.iso.date(),
    server: line(200),
    tools: z.array(z.string().regex(/^[A-Za-z0-9_./-]{1,128}$/)).max(500),
  }),
  z.strictObject({ done: z.literal(false), on: z.iso.date(), because: line(200) }),
]);

const EntryShape = z.strictObject({
  id: EntryId,
  title: line(60),
  publisher: line(60),
  description: line(200),
  homepage: HttpsAddress,
  licence: line(60),
  runs: z.discriminatedUnion('kind', [CatalogueProgram, CatalogueHttp]),
  parameters: z.array(CatalogueParameter).max(8),
  secrets: z.array(CatalogueSecret).max(8),
  /** What a tool gets that no rule names, unless the person chooses otherwise. */
  default: DefaultMode,
  check: CatalogueCheck,
});

function usedParameters({ runs }: z.infer<typeof EntryShape>): Set<string> {
  if (runs.kind === 'http') return new Set();
  return new Set(
    [...runs.args, ...Object.values(runs.env)].flatMap((part) => (typeof part === 'string' ? [] : [part.parameter])),
  );
}

export const CatalogueEntry = EntryShape.refine((entry) => {
  const used = usedParameters(entry);
  const asked = entry.parameters.map(({ id }) => id);
  return new Set(asked).size === asked.length && used.size === asked.length && asked.every((id) => used.has(id));
}, 'every parameter is asked for once and used')
  .refine(({ runs, secrets }) => {
    const names = secrets.map((secret) => secret.for.toLowerCase());
    const fits = runs.kind === 'program' ? EnvName.refine((name) => !STEERING.test(name)) : HeaderName;
    return (
      new Set(names).size === names.length &&
      secrets.every((secret) => fits.safeParse(secret.for).success) &&
      (runs.kind === 'http' || secrets.every(({ prefix, for: name }) => prefix === '' && !(name in runs.env)))
    );
  }, 'a secret is for one variable, or one header, of its own')
  .refine(({ runs, parameters }) => {
    if (runs.kind === 'http') return true;
    const many = new Set(parameters.filter((parameter) => parameter.many).map(({ id }) => id));
    return Object.values(runs.env).every((part) => typeof part === 'string' || !many.has(part.parameter));
  }, 'a variable has one value');
export type CatalogueEntry = z.infer<typeof CatalogueEntry>;

export const Catalogue = z.strictObject({
  version: z.literal(1),
  entries: z
    .array(CatalogueEntry)
    .max(200)
    .refine((entries) => new Set(entries.map(({ id }) => id)).size === entries.length, 'an id stands once'),
});
export type Catalogue = z.infer<typeof Catalogue>;

/** An entry, and the connectors on this machine that run its package (whatever version) or reach its address. */
export const CatalogueView = z.strictObject({ entry: CatalogueEntry, installed: z.array(ConnectorName) });
export type CatalogueView = z.infer<typeof CatalogueView>;
