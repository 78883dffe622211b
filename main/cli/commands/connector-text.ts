/** What a person reads about a connector: before agreeing to it, and afterwards. */
import type { ConnectorView, ConsentRequest, DefaultMode } from '../../../preload/contract/index.ts';
import { hang, shown } from './render.ts';

const DEFAULT_TEXT: Readonly<Record<DefaultMode, string>> = {
  allow: 'allow: every tool that no rule names may be called',
  'read-only':
    'read-only: tools that the server itself calls read-only are allowed (its own claim, not checked); the rest asks',
  ask: 'ask: every call that no rule names waits for you',
  deny: 'deny: tools that no rule names are hidden',
};

/** One argument a line, so that nobody has to guess where one ends. */
function argvLines(argv: readonly string[]): string[] {
  return argv.map((word, index) => `${index === 0 ? '  ' : '    '}${shown(word)}\n`);
}

export function consentText(request: ConsentRequest): string {
  const { path, realPath, cwd, env, secrets, risks } = request;
  return [
    `Connector "${request.connector}" will run, whenever a client asks for it:\n\n`,
    ...argvLines(request.argv),
    '\n',
    `  program   ${shown(path)}\n`,
    ...(realPath === path ? [] : [`            (which is ${shown(realPath)})\n`]),
    ...(cwd === undefined ? [] : [`  folder    ${shown(cwd)}\n`]),
    ...env.map((entry) => hang('  env       ', shown(entry))),
    ...secrets.map(({ env: variable, reference, stored }) =>
      hang(
        '  secret    ',
        `${variable} from ${reference}${stored ? '' : ` (not stored yet: "runlayer secrets set ${reference.replace(/^keychain:/, '')}")`}`,
      ),
    ),
    hang('  default   ', DEFAULT_TEXT[request.default]),
    ...(risks.length === 0 ? [] : ['\nLook at this before you say yes:\n']),
    ...risks.map((risk) => `${hang('  ! ', risk.text)}${hang('    ', `(${risk.evidence})`)}`),
    '\n',
  ].join('');
}

export function viewText(view: ConnectorView): string {
  return [
    `${view.name}\n`,
    hang('  state     ', view.state),
    hang('  default   ', DEFAULT_TEXT[view.default]),
    hang('  sessions  ', String(view.sessions)),
    ...view.argv.map((word, index) => `  ${(index === 0 ? 'command' : '').padEnd(10)}${shown(word)}\n`),
    ...(view.cwd === undefined ? [] : [`  folder    ${shown(view.cwd)}\n`]),
    ...(view.envNames.length === 0 ? [] : [hang('  env       ', view.envNames.join(', '))]),
    ...Object.entries(view.secrets).map(([name, reference]) => hang('  secret    ', `${name} from ${reference}`)),
    ...(view.next === undefined ? [] : [hang('  next      ', view.next)]),
  ].join('');
}
