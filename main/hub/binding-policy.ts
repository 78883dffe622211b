/**
 * What a binding leaves of a policy: tools outside its config's globs are denied as if they were not there, everything
 * else is for the policy underneath, which it never widens. The config is read at each decision, so a change counts at
 * once; one that is gone denies everything.
 */
import type { Decision, HubConfig } from '../../preload/contract/index.ts';
import type { Policy } from '../policy/decide.ts';
import { allowsTool } from './globs.ts';

const GONE = 'The config of this binding is gone.';

function outside(config: HubConfig | undefined): Decision {
  const reason = config === undefined ? GONE : `The config "${config.name}" does not allow this tool.`;
  return { effect: 'deny', decidedBy: 'local', code: 'outside_binding', reason };
}

/** Names that were looked at already: a server offers few, an agent can make up many. */
const MAX_KNOWN_NAMES = 4096;

/** Lays a binding over whatever policy is given; `read` gives its config as it is now. */
export function narrowToConfig(read: () => HubConfig | undefined): (policy: Policy) => Policy {
  let known = new Map<string, boolean>();
  let knownFor: HubConfig | undefined;
  const allows = (config: HubConfig, tool: string): boolean => {
    if (knownFor !== config) {
      known = new Map();
      knownFor = config;
    }
    let allowed = known.get(tool);
    if (allowed === undefined) {
      allowed = allowsTool(config, tool);
      if (known.size < MAX_KNOWN_NAMES) known.set(tool, allowed);
    }
    return allowed;
  };
  return (policy) => ({
    connector: policy.connector,
    get default() {
      return read() === undefined ? 'deny' : policy.default;
    },
    get version() {
      return `${policy.version} ${JSON.stringify(read()?.allowedTools)}`;
    },
    decideTool: (tool, client) => {
      const config = read();
      return config !== undefined && allows(config, tool.name) ? policy.decideTool(tool, client) : outside(config);
    },
    decideCall: (tool, args, facts) => {
      const config = read();
      return config !== undefined && allows(config, tool.name) ? policy.decideCall(tool, args, facts) : outside(config);
    },
    // Globs are about tools; these are about none.
    decideRequest: (params, subject, facts) =>
      read() === undefined
        ? { effect: 'deny', decidedBy: 'local', code: 'method_denied', reason: GONE }
        : policy.decideRequest(params, subject, facts),
    decideListed: (subject, client) =>
      read() === undefined ? outside(undefined) : policy.decideListed(subject, client),
  });
}
