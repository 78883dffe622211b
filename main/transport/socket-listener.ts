/** The owner-only socket. Listens only in a folder that is this user's alone; the caller holds the host lock. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { CompanionError } from '../../preload/contract/index.ts';
import { acceptConnection, type Connection } from './connection.ts';
import { ensureOwnFolder } from './wire/owner-only.ts';
import { socketPlace } from './wire/socket-path.ts';

export interface SocketListener {
  /** Takes no new connections and removes the socket; living connections go on. */
  stopListening(): void;
  /** Ends every connection. */
  close(): void;
}

export async function listenOnSocket(
  home: string,
  onConnection: (connection: Connection) => void,
): Promise<SocketListener> {
  const place = socketPlace(home);
  const problem = ensureOwnFolder(place.directory);
  if (problem !== undefined) throw new CompanionError(problem.code, problem.message, problem.next, { exitCode: 3 });
  // We hold the host lock, so a socket that is there belongs to nobody living.
  rmSync(place.path, { force: true });
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    acceptConnection(socket, onConnection);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.path, () => {
      server.off('error', reject);
      // Out of file descriptors, for one: that connection is lost, the companion is not.
      server.on('error', () => {});
      resolve();
    });
  });
  chmodSync(place.path, 0o600);
  let listening = true;
  const stopListening = (): void => {
    if (!listening) return;
    listening = false;
    // close() unlinks the path first and waits for connections only afterwards.
    server.close();
  };
  return {
    stopListening,
    close: () => {
      stopListening();
      for (const socket of sockets) socket.destroy();
    },
  };
}
