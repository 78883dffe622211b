import type { HubBinding, HubConfig, HubListener } from '../../preload/contract/index.ts';
import { hashToken } from '../../main/hub/tokens.ts';

export const AT = '2026-11-21T08:00:00.000Z';

export function aConfig(name: string, over: Partial<HubConfig> = {}): HubConfig {
  return {
    name,
    target: { connector: 'github' },
    allowedTools: ['*'],
    description: '',
    createdAt: AT,
    updatedAt: AT,
    ...over,
  };
}

export function aBinding(id: string, over: Partial<HubBinding> = {}): HubBinding {
  return {
    id,
    config: 'github-readonly',
    secrets: {},
    variable: `RL_TOKEN_${id.toUpperCase()}`,
    tokenHash: hashToken(id),
    createdAt: AT,
    ...over,
  };
}

export function aListener(id: string): HubListener {
  return { id, kind: 'socket', path: `/run/${id}.sock`, hosts: ['localhost'] };
}
