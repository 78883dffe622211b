/** Ports for programs that cannot choose one by themselves. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;
const START_MS = 20_000;

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** Until something listens there; `gone` tells why the program that should is no more. */
export async function listening(port: number, gone: Promise<string>): Promise<void> {
  let why: string | undefined;
  void gone.then((text) => (why = text));
  const deadline = performance.now() + START_MS;
  while (!(await answers(port))) {
    if (why !== undefined) throw new Error(why);
    if (performance.now() > deadline) throw new Error(`does not listen after ${START_MS / 1000} s`);
    await delay(POLL_MS);
  }
}
