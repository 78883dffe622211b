import { describe, expect, it } from 'vitest';
import { mayReach, zoneOf, type Zone } from '../../main/identity/address-zone.ts';

const ADDRESSES: Readonly<Record<Zone, readonly string[]>> = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '64:ff9b::7f00:1'],
  link_local: ['169.254.169.254', '::ffff:169.254.169.254', '64:ff9b::a9fe:a9fe', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  private: [
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    '198.18.0.7',
    'fc00::1',
    'fd00:ec2::254',
    '::ffff:10.1.2.3',
    '64:ff9b::a00:1',
  ],
  special: [
    '0.0.0.0',
    '::',
    '::10.0.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.51.100.1',
    '203.0.113.9',
    '192.0.0.1',
    '2001:db8::1',
    '2002:a00:1::1',
    '2001::1',
    'ff02::1',
    'fec0::1',
    '64:ff9b:1::1',
    '100::1',
    '',
    'localhost',
    '127.1',
    '999.1.1.1',
  ],
  public: [
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.128.0.1',
    '198.20.0.1',
    '2606:4700::1111',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ],
};

describe('where an address is', () => {
  const rows = Object.entries(ADDRESSES).flatMap(([zone, all]) => all.map((address) => [address, zone] as const));
  it.each(rows)('%s is %s', (address, zone) => {
    expect(zoneOf(address)).toBe(zone);
  });
});

describe('who may send us where', () => {
  const zones: readonly Zone[] = ['loopback', 'link_local', 'private', 'public', 'special'];
  const reached = (from: Zone): string => zones.filter((to) => mayReach(from, to)).join(' ');

  it('is outwards, never inwards', () => {
    expect(Object.fromEntries(zones.map((zone) => [zone, reached(zone)]))).toEqual({
      loopback: 'loopback private public',
      link_local: 'link_local private public',
      private: 'private public',
      public: 'public',
      special: '',
    });
  });
});
