/** What a person reads about a connector: before agreeing to it, and afterwards. */
import {
  secretNameOf,
  type ConnectorTarget,
  type ConnectorView,
  type ConsentRequest,
  type DefaultMode,
  type OAuthClient,
  type OwnTarget,
} from '../../../preload/contract/index.ts';
import { hang, shown } from './render.ts';

const DEFAULT_TEXT: Readonly<Record<DefaultMode, string>> = {
  allow: 'allow: every tool that no rule names may be called',
  'read-only':
    'read-only: tools that the server itself calls read-only are allowed (its own claim, not checked); the rest asks',
  ask: 'ask: every call that no rule names waits for you',
  deny: 'deny: tools that no rule names are hidden',
};

/** What a default means; of a tenant's connector no rule and no default here opens anything. */
function defaultText(mode: DefaultMode, kind: ConnectorTarget['kind']): string {
  return kind === 'tenant' && mode === 'allow'
    ? 'allow: left to the tenant; rules here can only tighten'
    : DEFAULT_TEXT[mode];
}

const SIGN_IN = 'OAuth; its tokens are kept in the keychain';

/** One argument a line, so that nobody has to guess where one ends. */
function argvLines(argv: readonly string[]): string[] {
  return argv.map((word, index) => `${index === 0 ? '  ' : '    '}${shown(word)}\n`);
}

const notStored = (reference: string): string => ` (not stored yet: "runlayer secrets set ${secretNameOf(reference)}")`;

type Target<K extends OwnTarget['kind']> = Extract<OwnTarget, { kind: K }>;

function programLines({ argv, path, realPath, cwd, env, secrets }: Target<'program'>): string[] {
  return [
    ...argvLines(argv),
    '\n',
    `  program   ${shown(path)}\n`,
    ...(realPath === path ? [] : [`            (which is ${shown(realPath)})\n`]),
    ...(cwd === undefined ? [] : [`  folder    ${shown(cwd)}\n`]),
    ...env.map((entry) => hang('  env       ', shown(entry))),
    ...secrets.map(({ env: variable, reference, stored }) =>
      hang('  secret    ', `${variable} from ${reference}${stored ? '' : notStored(reference)}`),
    ),
  ];
}

function clientLines({ id, secret }: NonNullable<Target<'http'>['oauthClient']>): string[] {
  const note = secret === undefined || secret.stored ? '' : notStored(secret.reference);
  return [
    hang('  client id ', shown(id)),
    ...(secret === undefined ? [] : [hang('            ', `its secret: ${secret.reference}${note}`)]),
  ];
}

function httpLines({ url, transport, headers, secrets, oauth, oauthClient }: Target<'http'>): string[] {
  return [
    `  ${shown(url)}\n\n`,
    hang('  transport ', transport),
    // Not folded: which spaces a value holds can be seen.
    ...headers.map((header) => `  header    ${shown(header)}\n`),
    ...secrets.map(({ header, prefix, reference, stored }) =>
      hang('  secret    ', `${header}: ${prefix}${reference}${stored ? '' : notStored(reference)}`),
    ),
    ...(oauth ? [hang('  sign-in   ', SIGN_IN)] : []),
    ...(oauthClient === undefined ? [] : clientLines(oauthClient)),
  ];
}

/** Whose word it is, for a connector of a tenant. */
function tenantLines({
  host,
  server,
  title,
  version,
  application,
}: Extract<ConsentRequest['target'], { kind: 'tenant' }>) {
  return [
    hang('  tenant    ', `${host} ("${shown(title)}", version ${version})`),
    hang('  id        ', server),
    ...(application === null ? [] : [hang('  app       ', shown(application))]),
  ];
}

export function consentText({ connector, target, risks, default: mode }: ConsentRequest): string {
  const runs = target.kind === 'tenant' ? target.runs : target;
  return [
    runs.kind === 'http'
      ? `Connector "${connector}" will send what clients ask of it to:\n\n`
      : `Connector "${connector}" will run, whenever a client asks for it:\n\n`,
    ...(runs.kind === 'http' ? httpLines(runs) : programLines(runs)),
    ...(target.kind === 'tenant' ? tenantLines(target) : []),
    hang('  default   ', defaultText(mode, target.kind)),
    ...(risks.length === 0 ? [] : ['\nLook at this before you say yes:\n']),
    ...risks.map((risk) => `${hang('  ! ', risk.text)}${hang('    ', `(${risk.evidence})`)}`),
    '\n',
  ].join('');
}

/** What is run or reached, in one line. */
export function targetText(target: ConnectorTarget): string {
  if (target.kind === 'tenant') return `"${shown(target.title)}" of ${target.host}`;
  return target.kind === 'http' ? target.url : target.argv.join(' ');
}

/** Whether the secret is there is not looked up for a view. */
function viewedClient({ id, secret }: OAuthClient): string[] {
  return clientLines({ id, ...(secret === undefined ? {} : { secret: { reference: secret, stored: true } }) });
}

function targetLines(target: ConnectorTarget): string[] {
  if (target.kind === 'tenant')
    return [hang('  tenant    ', `${target.host} ("${shown(target.title)}")`), hang('  id        ', target.server)];
  if (target.kind === 'http') {
    const { url, transport, headerNames, secrets, oauth, oauthClient } = target;
    return [
      `  address   ${shown(url)}\n`,
      hang('  transport ', transport),
      ...(headerNames.length === 0 ? [] : [hang('  headers   ', headerNames.join(', '))]),
      ...Object.entries(secrets).map(([name, reference]) => hang('  secret    ', `${name}: ${reference}`)),
      ...(oauth ? [hang('  sign-in   ', SIGN_IN)] : []),
      ...(oauthClient === undefined ? [] : viewedClient(oauthClient)),
    ];
  }
  const { argv, cwd, envNames, secrets } = target;
  return [
    ...argv.map((word, index) => `  ${(index === 0 ? 'command' : '').padEnd(10)}${shown(word)}\n`),
    ...(cwd === undefined ? [] : [`  folder    ${shown(cwd)}\n`]),
    ...(envNames.length === 0 ? [] : [hang('  env       ', envNames.join(', '))]),
    ...Object.entries(secrets).map(([name, reference]) => hang('  secret    ', `${name} from ${reference}`)),
  ];
}

export function viewText(view: ConnectorView): string {
  return [
    `${view.name}\n`,
    hang('  state     ', view.state),
    hang('  default   ', defaultText(view.default, view.target.kind)),
    hang('  sessions  ', String(view.sessions)),
    ...targetLines(view.target),
    ...(view.next === undefined ? [] : [hang('  next      ', view.next)]),
  ].join('');
}
