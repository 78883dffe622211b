/** The compiled policy of each connector as the settings are now; compiled once, forgotten when the settings change. */
import type { Decision, DefaultMode } from '../../preload/contract/index.ts';
import { compilePolicy, compileRuleSet, type CompiledRuleSet, type Policy } from '../policy/decide.ts';
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
function unlessRefused(policy: Policy, refused: () => Decision | undefined): Policy {
  return {
    connector: policy.connector,
    default: policy.default,
    version: policy.version,
    decideTool: (tool, client) => policy.decideTool(tool, client),
    decideCall: (tool, args, facts) => refused() ?? policy.decideCall(tool, args, facts),
    decideRequest: (params, subject, facts) => refused() ?? policy.decideRequest(params, subject, facts),
    decideListed: (subject, client) => policy.decideListed(subject, client),
  };
}

/** `refused`: why no new call may leave at all, asked at each call. */
export function createPolicies(
  settings: () => Pick<SettingsStore, 'read'>,
  protectedPaths: ProtectedPaths,
  refused: () => Decision | undefined,
): Policies {
  const known = new Map<string, Policy>();
  let compiled: CompiledRuleSet | undefined;
  const rules = (): CompiledRuleSet => {
    if (compiled === undefined) {
      const now = settings().read();
      compiled = compileRuleSet(now.rules, now.chains, protectedPaths);
    }
    return compiled;
  };
  const keep = (key: string, make: () => Policy): Policy => {
    let policy = known.get(key);
    if (policy === undefined) {
      policy = unlessRefused(make(), refused);
      known.set(key, policy);
    }
    return policy;
  };
  return {
    of: (name) =>
      keep(name, () => {
        const connector = settings()
          .read()
          .connectors.find((candidate) => candidate.name === name);
        // Of one that is gone or switched off no rule counts: an ask would open what is closed.
        if (connector?.enabled !== true)
          return compilePolicy({ connector: name, default: 'deny', rules: [], protectedPaths });
        return rules().ofConnector({ connector: name, default: connector.default, protectedPaths });
      }),
    ofEndpoint: (config, mode) =>
      keep(`endpoint ${mode} ${config}`, () =>
        rules().ofConnector({ connector: config, default: mode, protectedPaths }),
      ),
    forget: () => {
      known.clear();
      compiled = undefined;
    },
  };
}
