/** Says where an IP address is, so that a server elsewhere cannot make us knock on doors in here. Pure. */
import { BlockList, isIP } from 'node:net';

/** `special` is nobody's: unspecified, multicast, documentation, tunnels. Nothing is ever fetched there. */
export type Zone = 'loopback' | 'link_local' | 'private' | 'public' | 'special';

const V4: Readonly<Record<Exclude<Zone, 'public'>, readonly string[]>> = {
  loopback: ['127.0.0.0/8'],
  link_local: ['169.254.0.0/16'],
  // Also what carriers, overlay networks (100.64/10) and VPN programs (198.18/15) hand out.
  private: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '198.18.0.0/15'],
  special: [
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
};

const V6: typeof V4 = {
  loopback: ['::1/128'],
  link_local: ['fe80::/10'],
  private: ['fc00::/7'],
  special: [
    '::/96',
    '64:ff9b:1::/48',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    '3fff::/20',
    '5f00::/16',
    'fec0::/10',
    'ff00::/8',
  ],
};

/** A network that has only IPv6 reaches IPv4 behind this prefix; what counts is the address inside. */
const NAT64 = '64:ff9b::';
const NAT64_BITS = 96;

function blockList(zone: keyof typeof V4): BlockList {
  const list = new BlockList();
  for (const subnet of V4[zone]) {
    const [address = '', bits = ''] = subnet.split('/');
    list.addSubnet(address, Number(bits), 'ipv4');
    list.addSubnet(`${NAT64}${address}`, NAT64_BITS + Number(bits), 'ipv6');
  }
  for (const subnet of V6[zone]) {
    const [address = '', bits = ''] = subnet.split('/');
    list.addSubnet(address, Number(bits), 'ipv6');
  }
  return list;
}

/** In this order: ::1 lies inside a special range too. */
const ZONES = (['loopback', 'link_local', 'private', 'special'] as const).map(
  (zone) => [zone, blockList(zone)] as const,
);

/** @param address an IP address as text, without brackets; what is none is `special`. */
export function zoneOf(address: string): Zone {
  const [bare = ''] = address.split('%');
  const version = isIP(bare);
  if (version === 0) return 'special';
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return ZONES.find(([, list]) => list.check(bare, family))?.[0] ?? 'public';
}

/**
 * Where a server may send us, by where it is itself. Outwards always, inwards never: only a program on this machine may
 * name other addresses of this machine.
 */
const REACHES: Readonly<Record<Zone, readonly Zone[]>> = {
  loopback: ['loopback', 'private', 'public'],
  link_local: ['link_local', 'private', 'public'],
  private: ['private', 'public'],
  public: ['public'],
  special: [],
};

export function mayReach(from: Zone, to: Zone): boolean {
  return REACHES[from].includes(to);
}
