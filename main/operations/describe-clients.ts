/** What a person is asked before a server of a client's file becomes a connector, or starts without the companion again. */
import {
  isHttpDefinition,
  type ConnectorDefinition,
  type ConsentRequest,
  type OperationInput,
  type WritableClientId,
} from '../../preload/contract/index.ts';
import { adapterFor } from '../clients/adapters.ts';
import type { ForeignServer } from '../clients/foreign-servers.ts';
import { displayArgv, displayText } from '../connectors/display.ts';
import type { ShownWords } from './client-consents.ts';
import { notShown } from './consent-changed.ts';
import { describeDefinition, type Descriptions } from './describe.ts';
import type { MovedSecret } from './moved-secrets.ts';

export function bringInWords(
  input: Pick<OperationInput<'clients.bringIn'>, 'client' | 'entry' | 'name' | 'default'>,
  definition: ConnectorDefinition,
  moved: readonly MovedSecret[],
  request: ConsentRequest,
): ShownWords {
  const { title } = adapterFor(input.client);
  const program = request.target.kind === 'program' ? [`program: ${request.target.realPath}`] : [];
  return {
    title: `Let AI clients ${isHttpDefinition(definition) ? 'use' : 'start'} "${input.name}", as ${title} does now?`,
    detail: [
      ...describeDefinition(definition, input.default),
      ...program,
      ...request.risks.map(({ text, evidence }) => `! ${text} (${evidence})`),
      '',
      `In the file of ${title}, "${displayText(input.entry)}" starts the companion from then on.`,
      ...moved.map(({ from, secret }) => `The value of ${displayText(from)} moves to the keychain, as "${secret}".`),
    ].join('\n'),
  };
}

/** What one server runs or reaches, whole. */
function serverLines({ key, target }: ForeignServer): string[] {
  const name = `"${displayText(key)}":`;
  if (target.kind === 'unusable') return [name, '  what it starts could not be read'];
  const { definition } = target;
  const runs = isHttpDefinition(definition)
    ? [displayText(definition.url)]
    : displayArgv([definition.command, ...definition.args]);
  const names = Object.keys(isHttpDefinition(definition) ? definition.headers : definition.env);
  return [name, ...runs.map((line) => `  ${line}`), ...(names.length === 0 ? [] : [`  with ${names.join(', ')}`])];
}

export function bringBackWords(client: WritableClientId, servers: readonly ForeignServer[]): ShownWords {
  const { title } = adapterFor(client);
  const names = servers.map(({ key }) => `"${displayText(key)}"`).join(', ');
  return {
    title: `Let ${title} start ${names} without the companion again?`,
    detail: [
      ...servers.flatMap(serverLines),
      '',
      'No rule decides about its calls then, nothing is looked through, and nothing is recorded.',
    ].join('\n'),
  };
}

export function clientDescriptions(shown: (hash: string) => ShownWords | undefined): Descriptions {
  const seen = (hash: string | undefined): ShownWords => {
    const words = hash === undefined ? undefined : shown(hash);
    if (words === undefined) throw notShown();
    return words;
  };
  return {
    'clients.bringIn': ({ consentHash }) => seen(consentHash),
    'clients.undo': ({ consentHash }) => seen(consentHash),
  };
}
