/** What a person reads about the hub. */
import type {
  HubBindingView,
  HubConfig,
  HubEndpoint,
  HubListener,
  HubTarget,
} from '../../../preload/contract/index.ts';
import { tokenLine } from '../../hub/env-text.ts';
import { hang, shown, table } from './render.ts';

export function targetText(target: HubTarget): string {
  return 'connector' in target ? `connector ${target.connector}` : `${target.endpoint} (default ${target.default})`;
}

export function configText(config: HubConfig): string {
  return [
    `${config.name}\n`,
    hang('  reaches      ', targetText(config.target)),
    ...config.allowedTools.map((glob, at) => `  ${(at === 0 ? 'tools' : '').padEnd(13)}${shown(glob)}\n`),
    ...(config.description === '' ? [] : [hang('  description  ', config.description)]),
    `  changed      ${config.updatedAt}\n`,
  ].join('');
}

export function configTable(configs: readonly HubConfig[]): string {
  return table(
    ['NAME', 'REACHES', 'TOOLS'],
    configs.map((config) => [config.name, targetText(config.target), config.allowedTools.join(' ')]),
  );
}

export function bindingTable(bindings: readonly HubBindingView[]): string {
  const rows = bindings.map((binding) => [
    binding.id,
    binding.config ?? '(all connectors)',
    binding.client ?? '-',
    String(binding.sessions),
    binding.lastUsedAt === undefined ? 'never' : `${binding.lastUsedAt.slice(0, 16).replace('T', ' ')}Z`,
    binding.variable,
  ]);
  return [
    table(['ID', 'CONFIG', 'CLIENT', 'SESSIONS', 'USED', 'VARIABLE'], rows),
    ...bindings
      .filter(({ problem }) => problem !== '')
      .map(({ id, problem }) => `\n${hang(`${id}: `, `its token is refused. ${problem}`)}`),
  ].join('');
}

/** A hub that goes away with its companion; nothing for one that stays. */
export function stayNote({ onDemand }: Pick<HubEndpoint, 'onDemand'>): string[] {
  if (!onDemand) return [];
  return [
    hang(
      '! ',
      'This companion was started by a command and ends 15 minutes after its last use, and the hub with it. HTTP clients cannot start the companion: keep it running with the app or "runlayer serve".',
    ),
  ];
}

/** The one time that a token is printed. */
export function tokenText(binding: HubBindingView, token: string, url: string): string {
  return [
    'The token is shown only now. Keep it in a variable:\n\n',
    `  ${tokenLine(binding, token).replace(/;\n$/, '\n')}`,
    `\nClients use it at ${url}. See how with\n`,
    `  runlayer hub snippet ${binding.id} --client claude_code\n`,
  ].join('');
}

export function listenerPlace(listener: HubListener): string {
  if (listener.kind === 'socket') return listener.path;
  return listener.address.includes(':')
    ? `[${listener.address}]:${listener.port}`
    : `${listener.address}:${listener.port}`;
}

export function listenerTable({ listeners }: HubEndpoint): string {
  return [
    table(
      ['ID', 'STATE', 'WHERE', 'HOSTS'],
      listeners.map(({ listener, state }) => [listener.id, state, listenerPlace(listener), listener.hosts.join(' ')]),
    ),
    ...listeners
      .filter(({ problem }) => problem !== '')
      .map(({ listener, problem }) => `\n${hang(`${listener.id}: `, problem)}`),
  ].join('');
}
