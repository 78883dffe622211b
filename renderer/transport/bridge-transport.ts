import type { CompanionBridge } from '../../preload/contract/bridge.ts';
import type { OperationInput, OperationName, OperationOutput } from '../../preload/contract/operations.ts';
import { TransportError, type Transport } from './transport.ts';

/** Over `window.companion`, in the app's window. */
export function createBridgeTransport(bridge: CompanionBridge): Transport {
  return {
    async call<N extends OperationName>(name: N, input: OperationInput<N>): Promise<OperationOutput<N>> {
      const reply = await bridge.call(name, input);
      if (!reply.ok) throw new TransportError('refused', reply.error);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- main applied the operation's schema
      return reply.value as OperationOutput<N>;
    },
    watch(watcher, signal) {
      return new Promise((resolve) => {
        const end = bridge.onEvent((event) => watcher.onEvent(event));
        signal.addEventListener('abort', () => {
          end();
          resolve();
        });
        watcher.onOpen();
      });
    },
  };
}
