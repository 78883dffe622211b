/** Which changes of a config open something that was closed. In doubt it is one: then a person is asked. */
import type { HubConfig, HubTarget } from '../../preload/contract/index.ts';
import { isMilder } from '../policy/strictness.ts';
import { widens } from './globs.ts';

/** What is absent stays. */
export interface ConfigChange {
  readonly target?: HubTarget | undefined;
  readonly allowedTools?: readonly string[] | undefined;
}

export function isSameTarget(a: HubTarget, b: HubTarget): boolean {
  if ('connector' in a) return 'connector' in b && a.connector === b.connector;
  return 'endpoint' in b && a.endpoint === b.endpoint;
}

export function weakensConfig(before: HubConfig, change: ConfigChange): boolean {
  const { target, allowedTools } = change;
  if (allowedTools !== undefined && widens(allowedTools, before.allowedTools)) return true;
  if (target === undefined) return false;
  if (!isSameTarget(before.target, target)) return true;
  return 'endpoint' in target && 'endpoint' in before.target && isMilder(target.default, before.target.default);
}
