import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainAddress, reachOf, type Network, type Reach } from '../../main/hub/address-reach.ts';

let sysClassNet: string;
const interfaces = {
  lo: [{ address: '127.0.0.1' }, { address: '::1' }],
  eth0: [{ address: '192.168.1.5' }, { address: 'fe80::1' }],
  'eth0.10': [{ address: '192.168.10.5' }],
  docker0: [{ address: '172.17.0.1' }, { address: 'fd00::1' }, { address: 'fe80::1' }],
  idle0: [{ address: '172.18.0.1' }],
  br0: [{ address: '192.168.2.5' }],
  br1: [{ address: '192.168.3.5' }],
  vboxnet0: [{ address: '192.168.56.1' }],
  tun0: [{ address: '10.8.0.2' }],
  unheard: [{ address: '10.9.0.2' }],
};
beforeAll(() => {
  sysClassNet = mkdtempSync(join(tmpdir(), 'reach-'));
  const make = (...folders: string[]): void => {
    for (const folder of folders) mkdirSync(join(sysClassNet, folder), { recursive: true });
  };
  make('lo', 'eth0/device', 'eth0.10/lower_eth0', 'veth1', 'vboxnet0', 'tun0');
  make('docker0/bridge', 'docker0/brif/veth1', 'idle0/bridge', 'idle0/brif');
  make('br0/bridge', 'br0/brif/veth1', 'br0/brif/eth0', 'br1/bridge', 'br1/brif/eth0.10');
  writeFileSync(join(sysClassNet, 'bonding_masters'), '');
});
afterAll(() => rmSync(sysClassNet, { recursive: true, force: true }));
const network = (): Network => ({ interfaces: () => interfaces, sysClassNet });

describe('who reaches an address', () => {
  it.each<[string, string, Reach]>([
    ['loopback', '127.0.0.1', 'machine'],
    ['any of loopback', '127.8.9.10', 'machine'],
    ['loopback of IPv6', '::1', 'machine'],
    ['a bridge of containers', '172.17.0.1', 'machine'],
    ['the same in IPv6, in another spelling', 'FD00:0:0::1', 'machine'],
    ['a bridge that joins nothing yet', '172.18.0.1', 'machine'],
    ['a host-only interface', '192.168.56.1', 'machine'],
    ['a network card', '192.168.1.5', 'network'],
    ['a VLAN', '192.168.10.5', 'network'],
    ['a bridge with a network card in it', '192.168.2.5', 'network'],
    ['a bridge with a VLAN in it', '192.168.3.5', 'network'],
    ['a tunnel', '10.8.0.2', 'network'],
    ['an interface that the system does not tell of', '10.9.0.2', 'network'],
    ['an address of a bridge and of a card', 'fe80::1', 'network'],
    ['an address that is not there', '10.0.0.9', 'missing'],
  ])('%s', (_title, address, reach) => {
    expect(reachOf(address, network())).toBe(reach);
  });

  it('is everybody where the system says nothing of its interfaces', () => {
    const blind = { interfaces: () => interfaces, sysClassNet: join(sysClassNet, 'none') };
    expect([reachOf('172.17.0.1', blind), reachOf('127.0.0.1', blind)]).toEqual(['network', 'machine']);
  });

  it('an address has one spelling', () => {
    expect(plainAddress('fe80:0::1%eth0')).toBe(plainAddress('FE80::1'));
    expect(plainAddress('10.0.0.1')).toBe('10.0.0.1');
  });
});
