import { InvalidArgumentError, type Command } from 'commander';
import type { NewHubListener } from '../../../preload/contract/index.ts';
import { LAN_WARNING } from '../../hub/address-reach.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { misuse } from './definition-options.ts';
import { addHubBindingCommands } from './hub-bindings.ts';
import { addHubConfigCommands } from './hub-configs.ts';
import { listenerPlace, listenerTable, stayNote } from './hub-text.ts';
import { collect, jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown } from './render.ts';

interface Place {
  readonly address: string;
  readonly port: number;
}

/** `172.17.0.1:8808` or `[fd00::1]:8808`. */
function readPlace(text: string): Place {
  const [, inBrackets, plain, port] = /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = inBrackets ?? plain;
  if (address === undefined || port === undefined)
    throw new InvalidArgumentError('Give an address and a port, such as 172.17.0.1:8808 or [fd00::1]:8808.');
  return { address, port: Number(port) };
}

interface ListenOptions {
  readonly socket?: string;
  readonly address?: Place;
  readonly host?: string[];
  readonly lan?: true;
  readonly yes?: true;
  readonly json?: true;
}

function readListener({ socket, address, host, lan }: ListenOptions): NewHubListener {
  if (lan === true && address === undefined)
    throw misuse('--lan is about an address.', 'Leave it out, or write --address 192.168.1.5:8808.');
  if (socket !== undefined && address === undefined)
    return { kind: 'socket', path: socket, hosts: host ?? ['localhost'] };
  if (address === undefined || socket !== undefined)
    throw misuse(
      socket === undefined ? 'Nothing says where to listen.' : '--socket and --address cannot both be given.',
      'Write --socket /absolute/path.sock, or --address 172.17.0.1:8808.',
    );
  const { address: ip, port } = address;
  return {
    kind: 'address',
    address: ip,
    port,
    hosts: host ?? [ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`],
    ...(lan === true ? { lan } : {}),
  };
}

function addListenerCommands(hub: Command, io: CommandIo): void {
  hub
    .command('listen')
    .description('let sandboxes and containers of this machine reach the hub; off by default')
    .option('--socket <path>', 'a Unix socket, in a folder that you mount into the sandbox')
    .option('--address <ip:port>', 'or the address of one bridge', readPlace)
    .option('--host <name>', 'Host that its clients send; "localhost" or the address itself if left out', collect)
    .option('--lan', 'even where other machines reach that address, and see tokens in the clear')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (options: ListenOptions) => {
      const input = readListener(options);
      const where = input.kind === 'socket' ? input.path : `${input.address} port ${input.port}`;
      const listener = await callAsking(
        io,
        { name: 'hub.listen.add', input },
        `${options.lan === true ? `${LAN_WARNING} ` : ''}Let whoever reaches ${where} use the hub, with a token?`,
        options.yes === true,
      );
      if (options.json === true) {
        io.out(json(listener));
        return;
      }
      const { listeners } = await io.call('hub.endpoint', {});
      const problem = listeners.find((one) => one.listener.id === listener.id)?.problem ?? '';
      if (options.lan === true) io.err(hang('! ', LAN_WARNING));
      io.out(
        problem === ''
          ? `The hub listens at ${listenerPlace(listener)} (${listener.id}).\n`
          : `Stored as ${listener.id}, but the hub does not listen there.\n${hang('! ', problem)}`,
      );
    });

  hub
    .command('listeners')
    .description('where the hub listens besides loopback')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const endpoint = await io.call('hub.endpoint', {});
      if (options.json === true) io.out(json(endpoint.listeners));
      else if (endpoint.listeners.length === 0) io.out('The hub listens on loopback only.\n');
      else io.out(listenerTable(endpoint));
    });

  hub
    .command('unlisten <id>')
    .description('listen there no more')
    .addOption(jsonOption())
    .action(async (id: string, options: { json?: true }) => {
      await io.call('hub.listen.remove', { id });
      io.out(options.json === true ? json({ removed: id }) : `Removed ${id}.\n`);
    });

  hub
    .command('allow-origin <origin>')
    .description('serve clients that send this Origin; off by default, and no way in for pages')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (origin: string, options: { yes?: true; json?: true }) => {
      const question = `Let clients that send the Origin ${origin} use the hub, with a token?`;
      await callAsking(io, { name: 'hub.origins.allow', input: { origin } }, question, options.yes === true);
      io.out(options.json === true ? json({ allowed: origin }) : `Clients that send ${shown(origin)} are served.\n`);
    });

  hub
    .command('refuse-origin <origin>')
    .description('serve clients that send this Origin no more')
    .addOption(jsonOption())
    .action(async (origin: string, options: { json?: true }) => {
      await io.call('hub.origins.refuse', { origin });
      io.out(options.json === true ? json({ refused: origin }) : `Clients that send ${shown(origin)} are refused.\n`);
    });

  hub
    .command('status')
    .description('where the hub listens, and what there is in it')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const endpoint = await io.call('hub.endpoint', {});
      if (options.json === true) {
        io.out(json(endpoint));
        return;
      }
      const configs = await io.call('hub.configs.list', {});
      const bindings = await io.call('hub.binds', {});
      const sessions = bindings.reduce((sum, binding) => sum + binding.sessions, 0);
      const broken = bindings.filter(({ problem }) => problem !== '').length;
      io.out(
        [
          hang('  address    ', endpoint.url ?? 'none before the first binding'),
          hang('  state      ', endpoint.state),
          ...(endpoint.problem === '' ? [] : [hang('  ! ', endpoint.problem)]),
          hang('  configs    ', String(configs.length)),
          hang(
            '  bindings   ',
            `${bindings.length}${broken === 0 ? '' : `, ${broken} refused, see "runlayer hub binds"`}`,
          ),
          hang('  sessions   ', String(sessions)),
          hang('  listeners  ', String(endpoint.listeners.length)),
          ...endpoint.origins.map((origin) => hang('  origin     ', origin)),
          ...stayNote(endpoint),
        ].join(''),
      );
    });
}

export function addHubCommands(program: Command, io: CommandIo): void {
  const hub = program.command('hub').description('one local address for every server, with a token for each use');
  addHubConfigCommands(hub, io);
  addHubBindingCommands(hub, io);
  addListenerCommands(hub, io);
}
