/** The compiled policy of each connector as the settings are now; compiled once, forgotten when the settings change. */
import type { Decision, DefaultMode } from '../../preload/contract/index.ts';
import { compilePolicy, type Policy } from '../policy/decide.ts';
import type { ProtectedPaths } from '../policy/protected-paths.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export interface Policies {
  /** A connector that was removed or switched off while a session runs: everything is denied from now on. */
  of(connector: string): Policy;
  /** Of a hub config that names an address instead of a connector. */
  ofEndpoint(config: string, mode: DefaultMode): Policy;
  /** The settings changed. */
  forget(): void;
}

/** The same policy, with every call refused while there is a reason; lists stay. */
function unlessRefused(policy: Policy, refusal: () => string | undefined): Policy {
  const refused = (): Decision | undefined => {
    const reason = refusal();
    return reason === undefined
      ? undefined
      : { effect: 'deny', decidedBy: 'engine', code: 'audit_unavailable', reason };
  };
  return {
    connector: policy.connector,
    default: policy.default,
    decideTool: (tool) => policy.decideTool(tool),
    decideCall: (tool, args) => refused() ?? policy.decideCall(tool, args),
    decideRequest: (params) => refused() ?? policy.decideRequest(params),
  };
}

/** `refusal`: why no new call may leave at all, asked at each call. */
export function createPolicies(
  settings: () => Pick<SettingsStore, 'read'>,
  protectedPaths: ProtectedPaths,
  refusal: () => string | undefined,
): Policies {
  const known = new Map<string, Policy>();
  const keep = (key: string, make: () => Policy): Policy => {
    let policy = known.get(key);
    if (policy === undefined) {
      policy = unlessRefused(make(), refusal);
      known.set(key, policy);
    }
    return policy;
  };
  return {
    of: (name) =>
      keep(name, () => {
        const { connectors, rules } = settings().read();
        const connector = connectors.find((candidate) => candidate.name === name);
        const open = connector?.enabled === true;
        return compilePolicy({
          connector: name,
          default: open ? connector.default : 'deny',
          rules: open ? rules : [],
          protectedPaths,
        });
      }),
    ofEndpoint: (config, mode) =>
      keep(`endpoint ${mode} ${config}`, () =>
        compilePolicy({ connector: config, default: mode, rules: settings().read().rules, protectedPaths }),
      ),
    forget: () => known.clear(),
  };
}
