/**
 * The one HTTP endpoint for MCP clients of this machine: Streamable HTTP in both eras at /mcp, the transport of 2024 at
 * /sse. Opens sessions for tokens and ends them; holds no token itself. What is refused is told what to do, and opens
 * nothing.
 */
import { DEFAULT_ENDPOINT_LIMITS, type EndpointParts, type HttpEndpointOptions } from './endpoint-options.ts';
import { createListen, type ListenAt, type OpenListener } from './listeners.ts';
import { Principals } from './principals.ts';
import { createServeRequest } from './serve-request.ts';
import { UnreadReplies } from './unread-replies.ts';

export type { OpenListener } from './listeners.ts';

export interface HttpEndpoint {
  /**
   * Port 0 lets the system choose, for the first time.
   * @throws CompanionError `E_PORT_TAKEN`, `E_ADDRESS_MISSING`, `E_ADDRESS_UNSAFE`, `E_SOCKET_UNSAFE`, `E_SOCKET_FAILED`
   */
  listen(at: ListenAt): Promise<OpenListener>;
  /** Ends whatever this principal's token opened: it was revoked, or has another token now. */
  drop(principalId: string): void;
  /** Sessions that are open now. */
  sessions(principalId: string): number;
  /** When a request with its token came last. */
  lastUsed(principalId: string): Date | undefined;
  /** Ends every session and every listener. */
  close(): Promise<void>;
}

export function createHttpEndpoint(options: HttpEndpointOptions): HttpEndpoint {
  const endpointLimits = { ...DEFAULT_ENDPOINT_LIMITS, ...options.endpointLimits };
  const waiting = { free: 2 * endpointLimits.maxWaitingBytes };
  const unread = new UnreadReplies(endpointLimits, options.log);
  const parts: EndpointParts = { ...options, endpointLimits, waiting, unread };
  const principals = new Principals(endpointLimits);
  const listeners = new Set<OpenListener>();
  let cancelTick: (() => void) | undefined;
  let closed = false;

  /** Looks after what is open, as long as anything is. */
  const wake = (): void => {
    if (closed) return;
    cancelTick ??= parts.schedule(endpointLimits.tickMs, () => {
      cancelTick = undefined;
      principals.tick(parts.now());
      if (principals.sessionCount > 0) wake();
    });
  };

  const listen = createListen(createServeRequest({ parts, principals, wake }), endpointLimits, options.log);

  return {
    listen: async (at) => {
      const opened = await listen(at);
      const listener: OpenListener = {
        ...opened,
        close: async () => {
          listeners.delete(listener);
          await opened.close();
        },
      };
      listeners.add(listener);
      if (closed) await listener.close();
      return listener;
    },
    drop: (principalId) => principals.drop(principalId),
    sessions: (principalId) => principals.sessionsOf(principalId),
    lastUsed: (principalId) => principals.lastUsed(principalId),
    close: async () => {
      closed = true;
      cancelTick?.();
      principals.stop();
      await Promise.all([...listeners].map((listener) => listener.close()));
    },
  };
}
