/**
 * Who can reach an address of this machine: only what runs on it, or everybody on a network. Owns no list of networks:
 * it looks at the interface that has the address. In doubt others reach it.
 */
import { existsSync, readdirSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { CompanionError, type NewHubListener } from '../../preload/contract/index.ts';

export type Reach = 'machine' | 'network' | 'missing';

export interface Network {
  /** Addresses of this machine by the name of their interface. */
  readonly interfaces: () => Readonly<Record<string, readonly { readonly address: string }[] | undefined>>;
  /** Where Linux tells of interfaces; absent on other systems. */
  readonly sysClassNet: string;
}

const THIS_MACHINE: Network = { interfaces: networkInterfaces, sysClassNet: '/sys/class/net' };

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** One spelling of an address. */
export function plainAddress(address: string): string {
  const [bare = address] = address.split('%');
  return isIPv6(bare) ? new URL(`http://[${bare}]`).hostname : bare;
}

/** Has hardware behind it, or stands on another interface as a VLAN, a bond or a macvlan does. */
function leadsOut(folder: string): boolean {
  return existsSync(join(folder, 'device')) || readdirSync(folder).some((entry) => entry.startsWith('lower_'));
}

/** A bridge of containers and virtual machines only, or the host-only interface of a hypervisor. */
function staysHere(name: string, sysClassNet: string): boolean {
  try {
    const folder = join(sysClassNet, name);
    if (existsSync(join(folder, 'device'))) return false;
    if (!existsSync(join(folder, 'bridge'))) return /^vboxnet\d+$/.test(name) && !leadsOut(folder);
    // What a bridge joins stands below it: a network card among its ports makes it a part of that network.
    return readdirSync(join(folder, 'brif')).every((port) => !leadsOut(join(sysClassNet, port)));
  } catch {
    return false;
  }
}

export function reachOf(address: string, network: Network = THIS_MACHINE): Reach {
  if (LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return 'machine';
  const wanted = plainAddress(address);
  // The same address may be on several, such as fe80::1.
  const names = Object.entries(network.interfaces()).flatMap(([name, addresses = []]) =>
    addresses.some((one) => plainAddress(one.address) === wanted) ? [name] : [],
  );
  if (names.length === 0) return 'missing';
  return names.every((name) => staysHere(name, network.sysClassNet)) ? 'machine' : 'network';
}

export const LAN_WARNING = 'Every machine on that network can reach it, and tokens travel in the clear.';

/** @throws CompanionError E_HUB_LAN where other machines reach the listener and nobody agreed to that */
export function refuseUnagreedReach(listener: NewHubListener, reach: (address: string) => Reach): void {
  if (listener.kind === 'socket' || listener.lan === true || reach(listener.address) !== 'network') return;
  throw new CompanionError(
    'E_HUB_LAN',
    `${listener.address} is on a network of other machines. ${LAN_WARNING}`,
    'Name the address of a bridge of this machine, or use --socket. If you do mean that network, add --lan.',
    { exitCode: 2 },
  );
}
