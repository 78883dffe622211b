import type { ClientView } from './client.ts';
import type { ConnectorView } from './connector.ts';
import { isPlainWord } from './plain-word.ts';
import type { Status } from './status.ts';

/**
 * The one answer to "am I protected?", for the tray and the interface alike, so that the two never disagree.
 * `not_enforcing`: nothing decides about calls now, or a tenant that should is passed over. `attention`: calls are decided, but something waits for a person.
 */
export type ProtectionState = 'protected' | 'attention' | 'not_enforcing';

/** One thing that is not as it should be. The texts may hold names from client files: show them as text only. */
export interface Concern {
  readonly text: string;
  readonly next: string;
  /** The command that does `next`, exactly as typed at a terminal. */
  readonly command?: string;
}

export interface Protection {
  readonly state: ProtectionState;
  /** Worst first; the first one's `next` is the next step. Empty when protected. */
  readonly concerns: readonly Concern[];
  /** Said aloud wherever the state is shown: what is closed otherwise was opened. Fixed words, no names. */
  readonly banner?: string;
}

const OPEN_BANNER = 'Not enforcing on outage';
const LOCKDOWN_BANNER = 'Locked down';

/** What is not known (yet) is left out; without a status the companion counts as stopped. */
export interface ProtectionInput {
  readonly status?: Status | undefined;
  readonly connectors?: readonly ConnectorView[] | undefined;
  readonly clients?: readonly ClientView[] | undefined;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

type Companion = Status['companion'];

/** Calls pass unasked now: the tenant is away, and managed settings or the companion's environment let them. */
function isPassedOver({ enforcement, tenants }: Companion): boolean {
  return enforcement === 'open' && tenants.some(({ state }) => state === 'unreachable');
}

function enforcementConcerns(companion: Companion): Concern[] {
  if (companion.enforcement === 'closed') return [];
  const next =
    'Managed settings, or the environment that the companion was started with, say so. See which tenants are away:';
  return [
    isPassedOver(companion)
      ? {
          text: 'NOT ENFORCING: a tenant cannot be reached, and calls pass without its word. Only local rules decide.',
          next,
          command: 'runlayer status',
        }
      : {
          text: 'Not enforcing on outage: when a tenant cannot be asked, calls pass without its word.',
          next,
          command: 'runlayer status',
        },
  ];
}

function withHost(command: string, host: string): string {
  return isPlainWord(host) ? `${command} --host ${host}` : command;
}

function tenantConcerns({ tenants, waitingConsents, waitingTenantApprovals = 0 }: Companion): Concern[] {
  return [
    ...waitingConsents.map(({ host, server, title }) => ({
      text: `A client wants to use ${title} of ${host}, and waits for your consent.`,
      next: 'Look at it:',
      command: isPlainWord(server)
        ? withHost(`runlayer connectors accept ${server}`, host)
        : withHost('runlayer tenant servers', host),
    })),
    ...tenants.flatMap((tenant) => {
      const login = { next: 'Sign in again:', command: withHost('runlayer login', tenant.host) };
      if (tenant.credential === 'missing')
        return [{ text: `The key of ${tenant.host} is gone, so its connectors are refused.`, ...login }];
      if (tenant.state === 'unauthorized')
        return [{ text: `${tenant.host} does not take the key, so its connectors are refused.`, ...login }];
      if (tenant.state === 'unreachable')
        return [
          {
            text: tenant.problem === '' ? `${tenant.host} cannot be reached.` : tenant.problem,
            next: 'Find out why:',
            command: 'runlayer doctor',
          },
        ];
      return [];
    }),
    ...(waitingTenantApprovals === 0
      ? []
      : [
          {
            text: `${count(waitingTenantApprovals, 'approval waits', 'approvals wait')} at the tenant.`,
            next: 'See them:',
            command: 'runlayer tenant approvals',
          },
        ]),
  ];
}

function fullConcerns({ delivery }: Companion): Concern[] {
  if (delivery.pressure !== 'full') return [];
  return [
    {
      text: `Too many audit records wait to be delivered, so new calls are denied. ${delivery.problem}`.trim(),
      next: 'Find out why:',
      command: 'runlayer audit status',
    },
  ];
}

function deliveryConcerns({ delivery }: Companion): Concern[] {
  const concerns: Concern[] = [];
  const see = { next: 'See how far it is:', command: 'runlayer audit status' };
  if (delivery.pressure === 'full') return concerns;
  if (delivery.state === 'stopped')
    concerns.push({ text: `The audit trail is not delivered any more. ${delivery.problem}`.trim(), ...see });
  else if (delivery.pressure !== 'none')
    concerns.push({ text: `The audit trail is delivered too slowly. ${delivery.problem}`.trim(), ...see });
  if (delivery.parked > 0)
    concerns.push({
      text: `${count(delivery.parked, 'audit record was', 'audit records were')} refused by the endpoint and set aside.`,
      ...see,
    });
  return concerns;
}

function lockdownConcerns({ lockdown }: Companion): Concern[] {
  if (lockdown === null) return [];
  return [
    {
      text: 'LOCKED DOWN: a person stopped everything, and every call is refused.',
      next: 'Let calls through again, at a terminal:',
      command: 'runlayer lockdown off',
    },
  ];
}

function driftConcerns({ drifted }: Companion): Concern[] {
  if (drifted === 0) return [];
  return [
    {
      text: `${count(drifted, 'item of a server is', 'items of servers are')} not what was agreed to, and held back.`,
      next: 'See what waits for you:',
      command: 'runlayer pins list',
    },
  ];
}

function companionConcerns({ companion }: Status): Concern[] {
  const concerns: Concern[] = lockdownConcerns(companion);
  if (companion.audit.state === 'unavailable') {
    concerns.push({
      text: `Auditing is unavailable, so every call is denied. ${companion.audit.detail}`.trim(),
      next: 'Find out why:',
      command: 'runlayer doctor',
    });
  }
  concerns.push(...enforcementConcerns(companion), ...fullConcerns(companion), ...driftConcerns(companion));
  const waiting = companion.waitingApprovals;
  if (waiting > 0) {
    concerns.push({
      text: `${count(waiting, 'call waits', 'calls wait')} for your answer.`,
      next: 'Answer at a terminal:',
      command: 'runlayer approvals list',
    });
  }
  if (companion.keychain.state === 'locked') {
    concerns.push({
      text: 'The keychain is locked; connectors that need a secret cannot start.',
      next: 'Unlock it:',
      command: 'runlayer secrets unlock',
    });
  } else if (companion.keychain.state === 'absent') {
    concerns.push({
      text: 'No keychain can be reached, so no secret can be stored.',
      next: 'See what is missing:',
      command: 'runlayer doctor',
    });
  }
  concerns.push(...tenantConcerns(companion), ...deliveryConcerns(companion));
  for (const warning of companion.warnings)
    concerns.push({ text: warning, next: 'See the details:', command: 'runlayer doctor' });
  return concerns;
}

function connectorConcern({ name, state, target }: ConnectorView): Concern | undefined {
  switch (state) {
    case 'ready':
    case 'disabled':
      return undefined;
    case 'paused':
      return {
        text: `${name} is paused: its server keeps ${target.kind === 'http' ? 'failing' : 'crashing'}.`,
        next: 'See why:',
        command: `runlayer connectors logs ${name}`,
      };
    case 'needs_consent':
      return {
        text: `${name} waits for your consent.`,
        next: 'Look at it:',
        command: `runlayer connectors show ${name}`,
      };
    case 'signed_out':
      return {
        text: `${name} is refused: nobody is signed in to its tenant.`,
        next: 'Sign in:',
        command: target.kind === 'tenant' ? withHost('runlayer login', target.host) : 'runlayer login',
      };
  }
}

function connectorConcerns(connectors: readonly ConnectorView[]): Concern[] {
  if (connectors.length === 0) {
    return [
      {
        text: 'No connector goes through the companion yet.',
        next: 'Add the first one:',
        command: 'runlayer connectors add --help',
      },
    ];
  }
  return connectors.map(connectorConcern).filter((concern) => concern !== undefined);
}

function clientConcerns(clients: readonly ClientView[]): Concern[] {
  return clients.flatMap((client) => {
    if (client.state === 'invalid') {
      return [
        {
          text: `The configuration of ${client.title} cannot be read. ${client.problem ?? ''}`.trim(),
          next: `Correct ${client.path}.`,
        },
      ];
    }
    if (client.unmanaged.length === 0) return [];
    const servers = count(client.unmanaged.length, 'server', 'servers');
    return [
      {
        text: `${client.title} starts ${servers} without the companion.`,
        next: 'Let them go through it:',
        command: 'runlayer setup install --help',
      },
    ];
  });
}

export function assessProtection(input: ProtectionInput): Protection {
  const { status } = input;
  if (status === undefined) {
    return {
      state: 'not_enforcing',
      concerns: [{ text: 'The companion is not running.', next: 'Start it:', command: 'runlayer serve' }],
    };
  }
  if (status.companion.draining) {
    return {
      state: 'not_enforcing',
      concerns: [
        {
          text: 'The companion is stopping; new calls are refused.',
          next: 'Start it again:',
          command: 'runlayer serve',
        },
      ],
    };
  }
  const concerns = [
    ...companionConcerns(status),
    ...(input.connectors === undefined ? [] : connectorConcerns(input.connectors)),
    ...clientConcerns(input.clients ?? []),
  ];
  const { lockdown, enforcement } = status.companion;
  if (lockdown !== null) return { state: 'attention', concerns, banner: LOCKDOWN_BANNER };
  const banner = enforcement === 'open' ? { banner: OPEN_BANNER } : {};
  if (isPassedOver(status.companion)) return { state: 'not_enforcing', concerns, ...banner };
  return { state: concerns.length === 0 ? 'protected' : 'attention', concerns, ...banner };
}
