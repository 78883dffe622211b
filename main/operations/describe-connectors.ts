/** What a person is asked about connectors: the whole of what would be run or reached, as it was shown, and what happens then. */
import {
  isHttpDefinition,
  isTenantDefinition,
  type Connector,
  type ConsentRequest,
  type OwnTarget,
  type StoredDefinition,
} from '../../preload/contract/index.ts';
import { displayArgv, displayText } from '../connectors/display.ts';
import { notShown } from './consent-changed.ts';
import type { Descriptions } from './describe.ts';
import type { Named, ShownConsent, ShownConsents } from './shown-consents.ts';

const stored = (isStored: boolean): string => (isStored ? '' : ', which is not stored yet');

/** Every text in it is escaped already. */
function targetLines(target: OwnTarget): string[] {
  if (target.kind === 'http') {
    const { url, transport, headers, secrets, oauth, oauthClient } = target;
    return [
      url,
      '',
      `transport: ${transport}`,
      ...headers.map((line) => `header: ${line}`),
      ...secrets.map(
        ({ header, prefix, reference, stored: is }) => `header: ${header}: ${prefix}${reference}${stored(is)}`,
      ),
      ...(oauth ? ['sign-in: OAuth, its tokens kept in the keychain'] : []),
      ...(oauthClient === undefined ? [] : [`client id: ${oauthClient.id}`]),
      ...(oauthClient?.secret === undefined ? [] : [`its secret: ${oauthClient.secret.reference}`]),
    ];
  }
  return [
    ...target.argv,
    '',
    `program: ${target.realPath}`,
    ...(target.cwd === undefined ? [] : [`folder: ${target.cwd}`]),
    ...target.env,
    ...target.secrets.map(({ env, reference, stored: is }) => `${env} from ${reference}${stored(is)}`),
  ];
}

function consentLines({ target, risks, default: mode }: ConsentRequest): string[] {
  return [
    ...targetLines(target.kind === 'tenant' ? target.runs : target),
    `default: ${mode}`,
    ...risks.map(({ text, evidence }) => `! ${text} (${evidence})`),
  ];
}

const CHECKED = {
  program: 'It is started once now, to see that it answers.',
  http: 'It is asked for its tools once now, to see that it answers.',
} as const;

function describeShown({ request, title }: ShownConsent, options: { replace: boolean; check: boolean }) {
  const { connector, target } = request;
  const kind = target.kind === 'tenant' ? target.runs.kind : target.kind;
  const does = kind === 'http' ? 'use' : 'start';
  return {
    title: options.replace
      ? `Let AI clients ${does} "${connector}" as it is below?`
      : `Let AI clients ${does} "${connector}"?`,
    detail: [
      ...consentLines(request),
      ...(title === undefined ? [] : [`from the catalogue: ${displayText(title)}`]),
      ...(options.check ? ['', CHECKED[kind]] : []),
    ].join('\n'),
  };
}

/** What is started or reached now, without values that need not be seen to say so. */
function runsNow(definition: StoredDefinition): string[] {
  if (isTenantDefinition(definition))
    return [`what ${definition.tenant} says that "${displayText(definition.title)}" is`];
  if (isHttpDefinition(definition)) return [displayText(definition.url)];
  return displayArgv([definition.command, ...definition.args]);
}

export interface ConnectorQuestions {
  readonly shown: ShownConsents;
  readonly find: (name: string) => Connector | undefined;
  readonly comesBack: (name: string) => boolean;
}

export function connectorDescriptions({ shown, find, comesBack }: ConnectorQuestions): Descriptions {
  const startOnce =
    (title: string) =>
    ({ name }: { readonly name: string }) => {
      const connector = find(name);
      return {
        title,
        detail:
          connector === undefined
            ? `"${name}", which is not there any more.`
            : [`connector: ${name}`, ...runsNow(connector.definition)].join('\n'),
      };
    };
  const seen = (named: Named): ShownConsent => {
    const found = shown.find(named);
    if (found === undefined) throw notShown();
    return found;
  };
  return {
    'connectors.save': (input) => describeShown(seen(input), { replace: input.replace, check: input.check === true }),
    'connectors.install': (input) => describeShown(seen(input), { replace: false, check: true }),
    'connectors.remove': ({ name }) =>
      comesBack(name)
        ? {
            title: `Remove "${name}", which comes back by itself?`,
            detail: [
              'The administrator of this machine vouches for its tenant: the next client that names it gets it again, switched on and',
              'without what was set here. To keep it off, leave it here switched off.',
            ].join('\n'),
          }
        : {
            title: `Remove "${name}"?`,
            detail:
              'Clients that use it get nothing from it any more. Its allow rules, and what you agreed to of its tools, go with it.',
          },
    'connectors.enable': (input) => startOnce(`Let AI clients start "${input.name}" again?`)(input),
    'connectors.test': startOnce('Start this once, to see what it offers?'),
    'connectors.check': startOnce('Start this once, to see what it offers?'),
    'connectors.setTool': ({ name, tool }) => ({
      title: `Switch the tool "${displayText(tool)}" of "${name}" on again?`,
      detail:
        'The rule that denies it goes. From then on your other rules decide about it, and the default of the connector.',
    }),
    'connectors.callTool': ({ name, tool, arguments: args }) => ({
      title: `Call "${displayText(tool)}" on "${name}" once?`,
      detail: [
        'with these arguments:',
        displayText(args),
        '',
        'Its server is started for it. Your rules decide about it as about any call.',
      ].join('\n'),
    }),
  };
}
