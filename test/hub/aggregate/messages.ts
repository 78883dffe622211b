/** Messages of tests. */
import type { Answer } from '../../relay/harness.ts';

export const MODERN = '2026-07-28';
export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion';
export const SUBSCRIPTION_KEY = 'io.modelcontextprotocol/subscriptionId';
export const MODERN_META = {
  [VERSION_KEY]: MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test-client', version: '1' },
};

export interface Said extends Answer {
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

export function textOf(message: object | string): string {
  return typeof message === 'string' ? message : JSON.stringify({ jsonrpc: '2.0', ...message });
}

/** The params of a modern request. */
export function modern(params: object = {}, meta: object = {}): { readonly params: object } {
  return { params: { ...params, _meta: { ...MODERN_META, ...meta } } };
}

export function call(id: unknown, name: string, args: object = {}): object {
  return { id, method: 'tools/call', params: { name, arguments: args } };
}

export function modernCall(id: unknown, name: string, args: object = {}, meta: object = {}): object {
  return { id, method: 'tools/call', ...modern({ name, arguments: args }, meta) };
}
