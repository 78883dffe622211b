import type { Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport, type StdioServerParameters } from '@modelcontextprotocol/client/stdio';

/**
 * Keeps what the command refused with last: the SDK's negotiation of a version drops the words of an answer. Being no
 * StdioClientTransport of the SDK's own, it is negotiated on itself, and not on a second process that nobody hears.
 */
export class HeardStdio extends StdioClientTransport {
  refusal = '';

  constructor(parameters: StdioServerParameters) {
    super(parameters);
    let receive: Transport['onmessage'];
    Object.defineProperty(this, 'onmessage', {
      get: () => receive,
      set: (handler: Transport['onmessage']) => {
        receive =
          handler &&
          ((message, extra) => {
            if ('error' in message) this.refusal = message.error.message;
            handler(message, extra);
          });
      },
    });
  }
}
