import { isJsonObject, type JsonObject } from '../../../preload/contract/json.ts';
import type { Claimed } from '../../../preload/contract/index.ts';
import type { Principal } from '../downstream.ts';
import { CLIENT_INFO_KEY } from './protocol-versions.ts';

const MAX_NAME_CHARACTERS = 64;

function nameIn(info: unknown): string | undefined {
  const name = isJsonObject(info) ? info['name'] : undefined;
  return typeof name === 'string' && name !== '' ? name.slice(0, MAX_NAME_CHARACTERS) : undefined;
}

/**
 * Who the client is said to be: by its binding, else by the request itself, else by `info`, which it said once for all of
 * its session.
 */
export function claimedClient(principal: Principal, info?: unknown): (params?: JsonObject) => Claimed {
  const said = nameIn(info);
  return (params) => {
    const meta = params?.['_meta'];
    const client = principal.client ?? (isJsonObject(meta) ? nameIn(meta[CLIENT_INFO_KEY]) : undefined) ?? said;
    return client === undefined ? {} : { client };
  };
}
