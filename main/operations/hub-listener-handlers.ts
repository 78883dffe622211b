import { BlockList, isIPv6 } from 'node:net';
import { CompanionError, type HubListener, type NewHubListener } from '../../preload/contract/index.ts';
import { plainAddress, reachOf, refuseUnagreedReach } from '../hub/address-reach.ts';
import type { Handlers } from './dispatch.ts';
import { freeId, replaceHub, type HubParts } from './hub-parts.ts';

const MAX_LISTENERS = 16;

/** What bridges of containers and sandboxes use, and local networks. Any other address may be seen from anywhere. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

function refuseOpenAddress(listener: NewHubListener): void {
  if (listener.kind === 'socket') return;
  const { address } = listener;
  if (PRIVATE.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return;
  throw new CompanionError(
    'E_HUB_ADDRESS',
    `${address} is not the address of a private network, so other machines could reach the hub there.`,
    'Name the address of one bridge, such as 172.17.0.1, or use --socket.',
    { exitCode: 2 },
  );
}

function placeOf(listener: NewHubListener): string {
  return listener.kind === 'socket' ? listener.path : `${plainAddress(listener.address)} ${listener.port}`;
}

const MAX_ORIGINS = 64;

type ListenerHandlers = Pick<
  Handlers,
  'hub.endpoint' | 'hub.listen.add' | 'hub.listen.remove' | 'hub.origins.allow' | 'hub.origins.refuse'
>;

export function hubListenerHandlers(parts: HubParts): ListenerHandlers {
  const { settings, hub } = parts;
  return {
    'hub.endpoint': async () => {
      // What had the port may be gone: whoever looks need not start the companion again.
      if (hub.state().state === 'failed') await hub.endpointUrl().catch(() => undefined);
      return hub.state();
    },
    'hub.listen.add': async (input, context) => {
      refuseOpenAddress(input);
      refuseUnagreedReach(input, parts.reach ?? reachOf);
      const { listeners } = settings.read().hub;
      const same = listeners.find((other) => placeOf(other) === placeOf(input));
      if (same !== undefined)
        throw new CompanionError(
          'E_HUB_LISTENER_EXISTS',
          `The hub listens there already, as ${same.id}.`,
          `To change it, remove it first with "runlayer hub unlisten ${same.id}".`,
          { exitCode: 2 },
        );
      if (listeners.length >= MAX_LISTENERS)
        throw new CompanionError(
          'E_HUB_FULL',
          `There are ${MAX_LISTENERS} listeners already.`,
          'Remove one with "runlayer hub unlisten".',
        );
      const listener: HubListener = { ...input, id: freeId('l', parts.newId, listeners) };
      parts.record('hub_listener_changed', { listener: listener.id, change: 'added', by: context.by });
      replaceHub(parts, 'hub.listen.add', context.by, (now) => ({ ...now, listeners: [...now.listeners, listener] }));
      await hub.listenersChanged();
      return listener;
    },
    'hub.listen.remove': async ({ id }, context) => {
      if (!settings.read().hub.listeners.some((listener) => listener.id === id))
        throw new CompanionError(
          'E_HUB_LISTENER_UNKNOWN',
          `There is no listener "${id}".`,
          'See what there is with "runlayer hub listeners".',
          { exitCode: 2 },
        );
      parts.record('hub_listener_changed', { listener: id, change: 'removed', by: context.by });
      replaceHub(parts, 'hub.listen.remove', context.by, (now) => ({
        ...now,
        listeners: now.listeners.filter((listener) => listener.id !== id),
      }));
      await hub.listenersChanged();
      return {};
    },
    'hub.origins.allow': ({ origin }, context) => {
      const { origins } = settings.read().hub;
      if (origins.includes(origin)) return {};
      if (origins.length >= MAX_ORIGINS)
        throw new CompanionError(
          'E_HUB_FULL',
          `There are ${MAX_ORIGINS} origins already.`,
          'Remove one with "runlayer hub refuse-origin".',
        );
      parts.record('hub_listener_changed', { origin, change: 'origin_allowed', by: context.by });
      replaceHub(parts, 'hub.origins.allow', context.by, (now) => ({ ...now, origins: [...now.origins, origin] }));
      return {};
    },
    'hub.origins.refuse': ({ origin }, context) => {
      if (!settings.read().hub.origins.includes(origin))
        throw new CompanionError(
          'E_HUB_ORIGIN_UNKNOWN',
          `The origin "${origin}" is refused already.`,
          'See which ones are allowed with "runlayer hub status".',
          { exitCode: 2 },
        );
      parts.record('hub_listener_changed', { origin, change: 'origin_refused', by: context.by });
      replaceHub(parts, 'hub.origins.refuse', context.by, (now) => ({
        ...now,
        origins: now.origins.filter((other) => other !== origin),
      }));
      return {};
    },
  };
}
