/** What a person is asked about the hub. */
import type { HubTarget, OperationInput, OperationName } from '../../preload/contract/index.ts';
import { LAN_WARNING } from '../hub/address-reach.ts';
import { displayText } from '../connectors/display.ts';

type HubDescriptions = {
  readonly [N in Extract<OperationName, `hub.${string}`>]?: (input: OperationInput<N>) => {
    readonly title: string;
    readonly detail: string;
  };
};

function targetLines(target: HubTarget): string[] {
  return 'connector' in target
    ? [`connector: ${target.connector}`]
    : [`address: ${displayText(target.endpoint)}`, `default: ${target.default}`];
}

const toolLines = (globs: readonly string[]): string[] => globs.map((glob) => `tools: ${displayText(glob)}`);
const descriptionLines = (text: string | undefined): string[] =>
  text === undefined || text === '' ? [] : [`description: ${displayText(text)}`];

export const HUB_DESCRIPTIONS: HubDescriptions = {
  'hub.configs.create': ({ name, target, allowedTools, description }) => ({
    title: `Make the hub config "${name}"?`,
    detail: [...targetLines(target), ...toolLines(allowedTools), ...descriptionLines(description)].join('\n'),
  }),
  'hub.configs.update': ({ name, target, allowedTools, description }) => ({
    title: `Let every binding of "${name}" do more, or reach something else?`,
    detail: [
      ...(target === undefined ? [] : targetLines(target)),
      ...toolLines(allowedTools ?? []),
      ...descriptionLines(description),
    ].join('\n'),
  }),
  'hub.bind': ({ config, secrets, client }) => ({
    title:
      config === null
        ? 'Let whoever holds a new token use all connectors?'
        : `Let whoever holds a new token use "${config}"?`,
    detail: [
      ...(client === undefined ? [] : [`made for: ${client}`]),
      ...Object.entries(secrets).map(([name, reference]) => displayText(`${name} from ${reference}`)),
    ].join('\n'),
  }),
  'hub.origins.allow': ({ origin }) => ({
    title: `Let clients that send the Origin ${displayText(origin)} use the hub?`,
    detail: 'They need a token, too.',
  }),
  'hub.rotate': ({ bindings }) => ({
    title:
      bindings.length === 1 ? 'Make a new token for a binding?' : `Make new tokens for ${bindings.length} bindings?`,
    detail: [...bindings, '', 'The old tokens are dead at once.'].join('\n'),
  }),
  'hub.listen.add': (listener) => ({
    title:
      listener.kind === 'address' && listener.lan === true
        ? 'Let other machines on your network reach the hub, with a token?'
        : 'Let sandboxes and containers reach the hub, with a token?',
    detail: [
      listener.kind === 'socket'
        ? `socket: ${displayText(listener.path)}`
        : `address: ${listener.address} port ${listener.port}`,
      ...listener.hosts.map((host) => `host: ${displayText(host)}`),
      ...(listener.kind === 'address' && listener.lan === true ? ['', LAN_WARNING] : []),
    ].join('\n'),
  }),
};
