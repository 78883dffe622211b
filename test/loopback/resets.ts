/** Clients without a token that ask for what Node does not answer itself, and are gone in the same moment. */
import { connect } from 'node:net';

const requests = [
  'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n',
];

/** Many of each, one after the other; resolves when the last is gone. Whoever dies of them takes the test run along. */
export async function resetConnections(port: number): Promise<void> {
  for (let round = 0; round < 40; round++)
    for (const bytes of requests)
      await new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port });
        socket.on('error', () => {});
        socket.once('close', () => resolve());
        // What is left unread makes the other side notice the reset while it writes.
        socket.write(bytes + 'A'.repeat(round % 2 === 0 ? 0 : 100_000), () => socket.resetAndDestroy());
      });
}
