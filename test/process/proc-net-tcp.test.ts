import { assert, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLocalAddress, takesConnectionsTo127 } from '../../main/process/listener.ts';
import { listeningSockets } from '../../main/process/proc-net-tcp.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     \n';
const line = (local: string, state = '0A', uid = '1000', inode = '77'): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 ${inode} 1 0000000000000000 100 0 0 10 0\n`;
const addressesOf = (...lines: string[]): string[] =>
  listeningSockets(HEAD + lines.join('')).map(({ address, port }) => `${address} ${port}`);

describe('the kernel’s tables of sockets', () => {
  it.each([
    ['0100007F:0F05', '127.0.0.1 3845'],
    ['00000000:0016', '0.0.0.0 22'],
    ['3500007F:FFFF', '127.0.0.53 65535'],
    ['00000000000000000000000000000000:0F05', ':: 3845'],
    ['00000000000000000000000001000000:0F05', '::1 3845'],
    ['0000000000000000FFFF00000100007F:0F05', '127.0.0.1 3845'],
    ['000080FE00000000FF005450B6ADFDFE:0F05', 'fe80:0:0:0:5054:ff:fefd:adb6 3845'],
  ])('%s is %s', (local, expected) => {
    expect(addressesOf(line(local))).toEqual([expected]);
  });

  it('gives owner and socket of those that listen, and of no other', () => {
    const table =
      HEAD + line('0100007F:0F05', '01') + line('0100007F:0F05', '0A', '0', '4242') + line('0100007F:0F05', '06');
    expect(listeningSockets(table)).toEqual([{ address: '127.0.0.1', port: 3845, uid: 0, inode: '4242' }]);
    expect(listeningSockets('')).toEqual([]);
    expect(listeningSockets(HEAD)).toEqual([]);
  });

  it.each([
    line('0100007F0F05'),
    line('0100007:0F05'),
    line('0100007F:0f05'),
    line('0100007F:0F05', '0A', 'root'),
    line('0100007F:0F05', '0A', '0', 'socket'),
    '   0: 0100007F:0F05 00000000:0000 0A\n',
  ])('skips no listening socket that it does not understand: %j', (text) => {
    expect(() => listeningSockets(HEAD + text)).toThrow('unknown form');
  });

  it('reads every IPv4 address and port as it was', () => {
    const byte = integer({ min: 0, max: 255 });
    assert(
      property(tuple(byte, byte, byte, byte), integer({ min: 0, max: 65_535 }), (bytes, port) => {
        const hex = Buffer.from(bytes.toReversed()).toString('hex').toUpperCase();
        const written = `${hex}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
        expect(addressesOf(line(written))).toEqual([`${bytes.join('.')} ${port}`]);
      }),
    );
  });
});

describe('an address that is listened at', () => {
  it.each([
    ['127.0.0.1', true, true],
    ['0.0.0.0', true, true],
    ['::', true, true],
    ['::1', true, false],
    ['127.0.0.2', true, false],
    ['192.168.1.5', false, false],
    ['fe80:0:0:0:0:0:0:1', false, false],
  ])('%s: local %s, reached at 127.0.0.1 %s', (address, isLocal, isReached) => {
    expect([isLocalAddress(address), takesConnectionsTo127(address)]).toEqual([isLocal, isReached]);
  });
});
