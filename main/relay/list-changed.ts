/** What the relay tells a client of the legacy era in a server's place: its list of tools may be another one now. */
import type { NotificationMessage } from './parse-message.ts';

const METHOD = 'notifications/tools/list_changed';

export function listChanged(): { readonly line: Buffer; readonly message: NotificationMessage } {
  return {
    line: Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method: METHOD })}\n`),
    message: { kind: 'notification', method: METHOD, params: {} },
  };
}
