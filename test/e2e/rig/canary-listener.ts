/** Listens where nothing should ever arrive: any byte and any datagram is written down. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';

export interface CanaryListener {
  readonly port: number;
  /** What arrived since the last look, the first line of each. A connection that said nothing is none. */
  take(): string[];
  /** Resolves once something that fits has arrived, and takes it. */
  arrival(pattern: RegExp): Promise<void>;
  close(): Promise<void>;
}

const ANSWER = 'HTTP/1.1 200 OK\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\nconnection: close\r\n\r\n';

export async function listenForCanaries(): Promise<CanaryListener> {
  let arrived: string[] = [];
  const watchers = new Set<() => void>();
  const write = (text: string): void => {
    arrived.push(text);
    for (const look of watchers) look();
  };
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    socket.once('data', (data: Buffer) => {
      write(`tcp ${data.toString('latin1').split('\r\n')[0] ?? ''}`);
      socket.end(ANSWER);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const datagrams = createSocket('udp4');
  datagrams.on('message', (message) => write(`udp of ${message.byteLength} bytes`));
  datagrams.bind(address.port, '127.0.0.1');
  await once(datagrams, 'listening');
  return {
    port: address.port,
    take: () => {
      const taken = arrived;
      arrived = [];
      return taken;
    },
    arrival: (pattern) =>
      new Promise((resolve) => {
        const look = (): void => {
          const at = arrived.findIndex((text) => pattern.test(text));
          if (at < 0) return;
          arrived.splice(at, 1);
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      datagrams.close();
      server.close();
      await once(server, 'close');
    },
  };
}
