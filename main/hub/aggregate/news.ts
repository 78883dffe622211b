/**
 * Tells the client that the list of tools changed: each listener once, until somebody has listed again. A legacy client
 * is told without being asked, modern ones on the subscriptions that they open.
 */
import { isJsonObject } from '../../../preload/contract/json.ts';
import type { RequestMessage } from '../../relay/parse-message.ts';
import { SUBSCRIPTION_KEY } from '../../transport/http-endpoint/protocol-versions.ts';
import type { Asked, ClientOutput } from './client-output.ts';
import { TOOLS_CHANGED } from './protocol.ts';

interface Listener {
  /** Undefined for a legacy client. */
  readonly subscription: Asked | undefined;
  /** It was told, and nobody has listed since. */
  isTold: boolean;
}

const ACKNOWLEDGED = 'notifications/subscriptions/acknowledged';

export class News {
  private readonly output: ClientOutput;
  private readonly listeners = new Map<string, Listener>();
  private legacy: Listener | undefined;

  constructor(output: ClientOutput) {
    this.output = output;
  }

  get size(): number {
    return this.listeners.size;
  }

  has(idKey: string): boolean {
    return this.listeners.has(idKey);
  }

  /** The client is of the legacy era. There is nothing to tell it before it listed. */
  addLegacy(): void {
    this.legacy ??= { subscription: undefined, isTold: true };
  }

  subscribe(message: RequestMessage): void {
    const { notifications } = message.params;
    if (!isJsonObject(notifications)) {
      this.output.refuse(message, { code: -32_602, message: 'Invalid params: "notifications" must be an object.' });
      return;
    }
    const isWanted = notifications['toolsListChanged'] === true;
    const asked: Asked = { id: message.id, idKey: message.idKey };
    if (isWanted) this.listeners.set(asked.idKey, { subscription: asked, isTold: false });
    this.tell(ACKNOWLEDGED, { notifications: isWanted ? { toolsListChanged: true } : {} }, asked);
    const complete = `{"resultType":"complete","_meta":{${JSON.stringify(SUBSCRIPTION_KEY)}:${asked.id}}}`;
    // Nothing would ever come on it.
    if (!isWanted) this.output.result(asked, Buffer.from(complete));
  }

  /** True when this was a subscription. */
  unsubscribe(idKey: string): boolean {
    return this.listeners.delete(idKey);
  }

  /** A client lists the tools: from here on changes are news again. */
  noteListed(): void {
    for (const listener of this.all()) listener.isTold = false;
  }

  announce(): void {
    for (const listener of this.all()) {
      if (listener.isTold) continue;
      listener.isTold = true;
      this.tell(TOOLS_CHANGED, {}, listener.subscription);
    }
  }

  private all(): Listener[] {
    return this.legacy === undefined ? [...this.listeners.values()] : [this.legacy, ...this.listeners.values()];
  }

  private tell(method: string, params: object, subscription: Asked | undefined): void {
    if (subscription === undefined) {
      const bytes = Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', method })}\n`);
      this.output.send({ bytes, message: { kind: 'notification', method, params: {} }, related: undefined });
      return;
    }
    const name: unknown = JSON.parse(subscription.id);
    const named = { _meta: { [SUBSCRIPTION_KEY]: name }, ...params };
    // Its id as the client wrote it, which a number may not survive.
    const meta = `{${JSON.stringify(SUBSCRIPTION_KEY)}:${subscription.id}}`;
    const rest = JSON.stringify({ ...params }).slice(1, -1);
    const text = `{"jsonrpc":"2.0","method":"${method}","params":{"_meta":${meta}${rest === '' ? '' : `,${rest}`}}}\n`;
    this.output.send({
      bytes: Buffer.from(text),
      message: { kind: 'notification', method, params: named },
      related: subscription.idKey,
    });
  }
}
