import {
  CompanionError,
  secretNameOf,
  secretReferencesOf,
  type CompanionEvent,
  type Rule,
  type SecretView,
  type Status,
} from '../../preload/contract/index.ts';
import type { Approvals } from '../approval/approvals.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { ClientEnvironment } from '../clients/environment.ts';
import { secretReserved } from '../identity/identity-failures.ts';
import { isReservedSecret } from '../secrets/reserved-names.ts';
import { install, listClients } from '../clients/operations.ts';
import { unknownConnector } from '../connectors/prepare-server.ts';
import { globMatches } from '../policy/glob.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers, WeakeningTests } from './dispatch.ts';

export interface OtherParts {
  readonly settings: SettingsStore;
  readonly vault: SecretVault;
  readonly approvals: Approvals;
  readonly index: Pick<AuditIndex, 'query'>;
  readonly clock: () => Date;
  readonly newRuleId: () => string;
  readonly status: () => Promise<Status>;
  readonly mintLink: () => Promise<string>;
  readonly handOver: () => Promise<{ chainId: string; sessions: number }>;
  /** With `installLauncher`, what client files name is put in its place first. */
  readonly clientEnvironment: (installLauncher: boolean) => Promise<ClientEnvironment>;
  readonly recordSecret: (name: string, change: 'set' | 'removed', by: string) => void;
  readonly recordClient: (client: string, action: string, by: string) => void;
  readonly announce: (event: CompanionEvent) => void;
}

type OtherHandlers = Omit<Handlers, `${'connectors' | 'hub' | 'identity' | 'tenant' | 'audit'}.${string}`>;

export function otherHandlers(parts: OtherParts): OtherHandlers {
  const { settings, vault } = parts;
  const secretView = (entry: ReturnType<SecretVault['list']>[number]): SecretView => {
    const names = (references: readonly string[]): boolean =>
      references.some((reference) => secretNameOf(reference) === entry.name);
    const { connectors, hub, auditEndpoint } = settings.read();
    const authorization = auditEndpoint?.authorization;
    return {
      ...entry,
      usedBy: [
        ...(authorization !== undefined && names([authorization]) ? ['audit endpoint'] : []),
        ...connectors.filter(({ definition }) => names(secretReferencesOf(definition))).map(({ name }) => name),
        ...(isReservedSecret(entry.name) ? ['the companion'] : []),
        ...hub.bindings.filter(({ secrets }) => names(Object.values(secrets))).map(({ id }) => `hub binding ${id}`),
      ],
    };
  };

  return {
    'status.get': () => parts.status(),
    'host.handOver': () => parts.handOver(),
    'interface.link': async () => ({ url: await parts.mintLink() }),

    'policy.list': () => [...settings.read().rules],
    'policy.add': ({ effect, connector, tool }, context) => {
      const same = settings
        .read()
        .rules.find((rule) => rule.effect === effect && rule.connector === connector && rule.tool === tool);
      if (same !== undefined) return same;
      const rule: Rule = { id: parts.newRuleId(), effect, connector, tool, createdAt: parts.clock().toISOString() };
      settings.update('policy.add', context.by, (current) => ({ ...current, rules: [...current.rules, rule] }));
      return rule;
    },
    'policy.remove': ({ id }, context) => {
      const rule = settings.read().rules.find((candidate) => candidate.id === id);
      if (rule === undefined) {
        throw new CompanionError(
          'E_RULE_UNKNOWN',
          `There is no rule "${id}".`,
          'See the rules with "runlayer policy list".',
          { exitCode: 2 },
        );
      }
      settings.update('policy.remove', context.by, (current) => ({
        ...current,
        rules: current.rules.filter((candidate) => candidate.id !== id),
      }));
      return rule;
    },

    'secrets.list': () => vault.list().map(secretView),
    'secrets.set': async ({ name, value }, context) => {
      if (isReservedSecret(name)) throw secretReserved(name);
      const entry = await vault.set(name, value);
      parts.recordSecret(name, 'set', context.by);
      return secretView(entry);
    },
    'secrets.remove': async ({ name }, context) => {
      if (isReservedSecret(name)) throw notRemoved(name);
      await vault.remove(name);
      parts.recordSecret(name, 'removed', context.by);
      return {};
    },
    'secrets.keychain': () => vault.state({ again: true }),
    'secrets.createVault': ({ passphrase }) => vault.createVault(passphrase),
    'secrets.unlock': ({ passphrase }) => vault.unlock(passphrase),

    'approvals.list': () => parts.approvals.list(),
    'approvals.approve': ({ id }, context) => {
      // -y answers what a script may answer; whether this very call is made is for a person who can see it.
      if (!context.tty) {
        throw new CompanionError(
          'E_TERMINAL_NEEDED',
          'A call can be approved only at a terminal.',
          'Run the same command in a terminal.',
          { exitCode: 2 },
        );
      }
      parts.approvals.answer(id, 'approved', context.by);
      return {};
    },
    'approvals.deny': ({ id }, context) => {
      parts.approvals.answer(id, 'denied', context.by);
      return {};
    },

    'logs.query': (filter) => parts.index.query(filter),

    'clients.list': async () => listClients(await parts.clientEnvironment(false)),
    'clients.install': async (input, context) => {
      if (!settings.read().connectors.some((connector) => connector.name === input.connector))
        throw unknownConnector(input.connector);
      const change = await install(await parts.clientEnvironment(!input.dryRun), input);
      if (!change.dryRun) parts.recordClient(input.client, change.action, context.by);
      return change;
    },
  };
}

/** Without a question it would sign somebody out, or make the next key of the audit trail look like the only one. */
function notRemoved(name: string): CompanionError {
  return new CompanionError('E_SECRET_RESERVED', `The secret "${name}" is the companion's own.`, insteadOf(name), {
    exitCode: 2,
  });
}

function insteadOf(name: string): string {
  const [kind] = name.toLowerCase().split('.');
  if (kind === 'tenant') return 'To sign out of a tenant, run "runlayer logout --host https://…".';
  if (kind === 'oauth') return 'To sign out of a server, run "runlayer connectors logout <name>".';
  return 'It proves the audit trail and stays as long as the trail does; see "runlayer audit verify".';
}

/** Which calls of the operations that weaken only sometimes do. */
export function weakeningTests(settings: SettingsStore): WeakeningTests {
  return {
    'policy.add': (rule) => {
      if (rule.effect !== 'ask') return rule.effect === 'allow';
      // Where the default is deny, an ask rule opens what was closed.
      return settings
        .read()
        .connectors.some((connector) => connector.default === 'deny' && globMatches(rule.connector, connector.name));
    },
    // A rule that is not there is refused by the handler, which says so.
    'policy.remove': ({ id }) => settings.read().rules.some((rule) => rule.id === id && rule.effect !== 'allow'),
  };
}
