/** Listens where nothing should ever arrive: any connection, any byte and any datagram is written down. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

export interface CanaryListener {
  /** Where nothing may arrive: this machine, as others see it, where it has such an address. */
  readonly address: string;
  readonly port: number;
  /** What arrived at the address since the last look: connections, and the first line of what each said. */
  take(): string[];
  /** Takes everything once something has arrived; false where nothing did in the time given. */
  arrival(withinMs: number): Promise<boolean>;
  close(): Promise<void>;
}

const ANSWER = 'HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

/** WebRTC leaves by no loopback interface: without another one it cannot show that it would arrive. */
export const networkAddress = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === 'IPv4' && !one.internal)?.address;

export async function listenForCanaries(): Promise<CanaryListener> {
  const address = networkAddress ?? '127.0.0.2';
  let arrived: string[] = [];
  const watchers = new Set<() => void>();
  const write = (text: string): void => {
    arrived.push(text);
    for (const look of watchers) look();
  };
  const take = (): string[] => {
    const taken = arrived;
    arrived = [];
    return taken;
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const counts = socket.localAddress === address;
    if (counts) write('tcp connection');
    socket.once('data', (data: Buffer) => {
      if (counts) write(`tcp ${data.toString('latin1').split('\r\n')[0] ?? ''}`);
      socket.end(ANSWER);
    });
  });
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  const datagrams = createSocket('udp4');
  datagrams.on('message', (message) => write(`udp of ${message.byteLength} bytes`));
  datagrams.bind(bound.port, '0.0.0.0');
  try {
    await once(datagrams, 'listening');
  } catch {
    // Somebody else has the port for datagrams.
    server.close();
    datagrams.close();
    return listenForCanaries();
  }
  return {
    address,
    port: bound.port,
    take,
    arrival: (withinMs) =>
      new Promise((resolve) => {
        const end = (): void => {
          watchers.delete(look);
          clearTimeout(deadline);
          resolve(take().length > 0);
        };
        const look = (): void => {
          if (arrived.length > 0) end();
        };
        const deadline = setTimeout(end, withinMs);
        watchers.add(look);
        look();
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      datagrams.close();
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}
