/** Scripted servers of either era. */
import type { Script } from './fake-sessions.ts';
import { MODERN, SUBSCRIPTION_KEY } from './messages.ts';

export interface ServerOptions {
  readonly tools: readonly (object | string)[];
  readonly era?: 'legacy' | 'modern' | 'both';
  readonly pageSize?: number;
  /** What happens instead, by method. */
  readonly on?: Readonly<Record<string, Script>>;
  readonly capabilities?: object;
}

export function tool(name: string, extra: object = {}): object {
  return { name, inputSchema: { type: 'object' }, ...extra };
}

/** A server of either era; its calls are answered with the name that was called and the arguments. */
export function server(options: ServerOptions): Script {
  const { tools, era = 'both', pageSize = 1000, capabilities = { tools: { listChanged: true } } } = options;
  const complete = era === 'legacy' ? {} : { resultType: 'complete' };
  const unknown: Script = ({ id }, session) => {
    session.say({ id, error: { code: -32_601, message: 'Method not found' } });
  };
  const methods: Record<string, Script> = {
    initialize: ({ id, params }, session) => {
      const version = params?.['protocolVersion'];
      session.answer(id, { protocolVersion: version, capabilities, serverInfo: { name: 's', version: '1' } });
    },
    'server/discover': ({ id }, session) => {
      session.answer(id, { ...complete, supportedVersions: [MODERN], capabilities, ttlMs: 0, cacheScope: 'private' });
    },
    'tools/list': ({ id, params }, session) => {
      const from = Number(params?.['cursor'] ?? 0);
      const next = from + pageSize < tools.length ? `,"nextCursor":"${from + pageSize}"` : '';
      const page = tools
        .slice(from, from + pageSize)
        .map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
      session.say(
        `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":[${page.join()}]${next}${era === 'legacy' ? '' : ',"resultType":"complete","ttlMs":0,"cacheScope":"private"'}}}`,
      );
    },
    'tools/call': ({ id, params }, session) => {
      const text = JSON.stringify([params?.['name'], params?.['arguments']]);
      session.answer(id, { ...complete, content: [{ type: 'text', text }] });
    },
    'subscriptions/listen': ({ id, params }, session) => {
      const notifications = params?.['notifications'];
      const method = 'notifications/subscriptions/acknowledged';
      session.say({ method, params: { _meta: { [SUBSCRIPTION_KEY]: id }, notifications } });
    },
  };
  if (era === 'legacy') {
    methods['server/discover'] = unknown;
    methods['subscriptions/listen'] = unknown;
  }
  if (era === 'modern') methods['initialize'] = unknown;
  Object.assign(methods, options.on);
  return (message, session) => {
    const { method, id } = message;
    if (method === undefined) return;
    const known = methods[method];
    if (known !== undefined) known(message, session);
    else if (id !== undefined) unknown(message, session);
  };
}
