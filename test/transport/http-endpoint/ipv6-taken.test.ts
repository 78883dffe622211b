import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it } from 'vitest';
import { startRig } from './rig.ts';

async function onIpv6(): Promise<Server | undefined> {
  const server = createServer();
  try {
    await once(server.listen(0, '::1'), 'listening');
    return server;
  } catch {
    return undefined;
  }
}

const other = await onIpv6();

const noIpv6 = other === undefined ? ' [skipped: no IPv6 on this machine]' : '';

it.skipIf(other === undefined)(`a port that another program has on [::1] is warned of${noIpv6}`, async () => {
  const rig = await startRig();
  try {
    const address = other?.address() as AddressInfo | undefined;
    const port = address?.port ?? 0;
    const opened = await rig.endpoint.listen({ kind: 'loopback', port });
    expect(opened.port).toBe(port);
    expect(opened.warning).toContain(`Another program listens on [::1]:${port}.`);
  } finally {
    await rig.close();
    other?.close();
  }
});
