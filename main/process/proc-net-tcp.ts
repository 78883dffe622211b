/** Reads the kernel's tables of sockets, `/proc/net/tcp` and `/proc/net/tcp6` (proc_pid_net(5)). Pure. */

export interface ListeningSocket {
  readonly address: string;
  readonly port: number;
  readonly uid: number;
  readonly inode: string;
}

const LISTEN = '0A';

/** Every listening socket of one table. Throws where a line has another form: a socket that is not understood is not skipped. */
export function listeningSockets(table: string): ListeningSocket[] {
  const [, ...lines] = table.split('\n');
  return lines.flatMap((line) => {
    if (line.trim() === '') return [];
    const fields = line.trim().split(/\s+/);
    const [, local = '', , state = ''] = fields;
    if (state !== LISTEN) return [];
    const uid = fields[7] ?? '';
    const inode = fields[9] ?? '';
    const [hex = '', port = ''] = local.split(':');
    const address = addressOf(hex);
    if (address === undefined || !/^[0-9A-F]{4}$/.test(port) || !/^\d+$/.test(uid) || !/^\d+$/.test(inode))
      throw new Error('the table of sockets has an unknown form');
    return [{ address, port: Number.parseInt(port, 16), uid: Number(uid), inode }];
  });
}

/** The address is printed as 32-bit words of the machine; Node runs on little-endian ones here. */
function addressOf(hex: string): string | undefined {
  if (!/^(?:[0-9A-F]{8}|[0-9A-F]{32})$/.test(hex)) return undefined;
  const bytes = Buffer.from(hex, 'hex');
  bytes.swap32();
  if (bytes.length === 4) return [...bytes].join('.');
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff;
  if (mapped) return [...bytes.subarray(12)].join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16)).join(':');
  if (groups === '0:0:0:0:0:0:0:0') return '::';
  return groups === '0:0:0:0:0:0:0:1' ? '::1' : groups;
}
