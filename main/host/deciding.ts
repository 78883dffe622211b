/**
 * Everything that decides about a message besides the tenant, built and wired once: rules, the guard and its threads, pins,
 * approvals, what results came before, and the stop of everything. Sessions get gates from here, operations get parts.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { ApprovalView, CompanionEvent, Decision, NewAuditRecord } from '../../preload/contract/index.ts';
import { createApprovals, type Approvals } from '../approval/approvals.ts';
import { grantCondition } from '../approval/grant-condition.ts';
import { grantDetail } from '../approval/grants.ts';
import { answeredDetail } from '../approval/question-end.ts';
import { identityOf } from '../connectors/pins/identity.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import { awaitPins, type AwaitedPins } from '../connectors/pins/awaited-pins.ts';
import { lastEvents } from '../audit/disk/last-events.ts';
import { createPins } from '../connectors/pins/pins-host.ts';
import type { PrepareDependencies } from '../connectors/prepare-server.ts';
import { resolveCommand } from '../connectors/resolve-command.ts';
import type { ProtectedPaths } from '../policy/protected-paths.ts';
import type { WireLimits } from '../relay/limits.ts';
import { createScanner, type Scanner } from '../scanner/scanner.ts';
import { createCanaries, type Canaries } from '../secrets/canaries.ts';
import { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { Lockdown } from '../settings/schema.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { SessionDependencies } from '../transport/governed-session.ts';
import { createGuardHost } from './guard-host.ts';
import { createPolicies, type Policies } from './policies.ts';
import { createTaints } from './taints.ts';

type EventName = Extract<NewAuditRecord, { kind: 'event' }>['event'];
type Detail = Readonly<Record<string, string | number | boolean>>;

export interface DecidingParts {
  readonly home: string;
  readonly settings: SettingsStore;
  readonly vault: SecretVault;
  readonly live: LiveSecrets;
  readonly protectedPaths: ProtectedPaths;
  readonly limits: WireLimits;
  readonly clock: () => Date;
  readonly schedule: (ms: number, then: () => void) => () => void;
  readonly event: (name: EventName, detail: Detail, connector?: string) => void;
  readonly announce: (event: CompanionEvent) => void;
  readonly changed: () => void;
  readonly warn: (text: string) => void;
  /** `index` of the last writes of pins in the journal. */
  readonly recordedIndexes: Promise<readonly string[]>;
  readonly log: (text: string) => void;
  /** Nobody can be asked while it is locked. */
  readonly isScreenLocked: () => boolean;
  /** Why the audit trail takes no more, so that no call may leave. */
  readonly auditProblem: () => string | undefined;
}

export interface Deciding {
  readonly policies: Policies;
  readonly approvals: Approvals;
  readonly pins: AwaitedPins;
  readonly scan: Scanner['scan'];
  readonly canaries: Canaries;
  /** What each session is given. */
  readonly gates: Pick<SessionDependencies, 'approvals' | 'guard' | 'pins' | 'taints'>;
  /** What a connector is at the start of a session. */
  readonly identitySeen: PrepareDependencies['identitySeen'];
  /** Calls that wait for somebody now. */
  waiting(): ApprovalView[];
  /** Who stopped everything, whether or not that could be written. */
  lockdown(): Lockdown | null;
  /** Stops (or with null opens) everything at once, before anything is written. */
  readonly closeAll: (lockdown: Lockdown | null) => void;
  /** The vault can be read now. */
  unlocked(): void;
  settingsChanged(): void;
  /** Another host writes from now on. */
  handOver(): void;
  close(): Promise<void>;
}

const MAX_WAITING_APPROVALS = 100;
const MAX_PER_OWNER = 50;
const MAX_GRANTS = 100;
/** A question stays open this long, so that the same call finds its answer after its client gave up. */
const OPEN_MS = 300_000;

const STOPPED: Decision = {
  effect: 'deny',
  decidedBy: 'engine',
  code: 'lockdown',
  reason: 'A person stopped all calls. Let them through again with "runlayer lockdown off".',
};

/**
 * Of the two last writes of pins, as the journal has them: an older folder in the place of the present one is told by it. The
 * log index can be lost, or be a newer companion's: then the journal itself is read.
 */
export async function lastPinIndexes(index: Pick<AuditIndex, 'events'>, auditDirectory: string): Promise<string[]> {
  const events = await index.events('pins_written', 2).catch(() => lastEvents(auditDirectory, 'pins_written', 2));
  return events.flatMap(({ detail }) => (typeof detail['index'] === 'string' ? [detail['index']] : []));
}

/** By connector: the hash of what a person agreed to. */
function consents(settings: Pick<SettingsStore, 'read'>): Map<string, string | undefined> {
  return new Map(settings.read().connectors.map(({ name, consent }) => [name, consent?.hash]));
}

export function createDeciding(parts: DecidingParts): Deciding {
  const { settings, vault, live, clock, schedule, event, announce, warn, log, limits } = parts;
  let stopped: Lockdown | null = null;
  let isReader = false;
  const refused = (): Decision | undefined => {
    if (stopped !== null || settings.read().lockdown !== null) return STOPPED;
    const reason = parts.auditProblem();
    return reason === undefined
      ? undefined
      : { effect: 'deny', decidedBy: 'engine', code: 'audit_unavailable', reason };
  };
  const policies = createPolicies(() => settings, parts.protectedPaths, refused);

  // Taken out of whatever is recorded or told as the live ones are, and told apart from them by the guard.
  const planted = new LiveSecrets();
  const canaries = createCanaries({
    vault,
    known: { add: (value) => both(planted.add(value), live.add(value)) },
    newId: () => randomBytes(8).toString('hex'),
    random: (limit) => randomInt(limit),
  });
  const loadCanaries = (): void => {
    canaries.load().then(
      ({ unread }) => {
        if (unread.length > 0) log(`${unread.length} canaries could not be read; they are looked for after an unlock`);
      },
      (error: unknown) => log(`canaries could not be read: ${String(error)}`),
    );
  };
  let version = 0;
  const scanner = createScanner({
    known: () => {
      const canaries = new Set(planted.forms().forms);
      return { version, live: live.forms().forms.filter((form) => !canaries.has(form)), canaries: [...canaries] };
    },
    now: () => performance.now(),
    schedule,
    onProblem: log,
  });
  const guard = createGuardHost({ scanner, settings: () => settings.read().guard });
  for (const values of [live, planted])
    values.onChange(() => {
      version += 1;
      guard.knownChanged();
    });

  const pins = awaitPins(parts.recordedIndexes, (recordedIndexes) =>
    createPins({
      home: parts.home,
      clock,
      record: (name, detail, connector) => event(name, detail, connector),
      announce: (text) => {
        log(text);
        parts.changed();
      },
      newItems: () => settings.read().newItems,
      connectors: () => {
        const { connectors, hub } = settings.read();
        return [...connectors.map(({ name }) => name), ...hub.configs.map(({ name }) => name)];
      },
      recordedIndexes,
    }),
  );
  let arePinsKnown = false;
  const agreed = consents(settings);
  const removed = new Set<string>();
  /** A person who agreed to what a connector is now is not asked about it again; one that is gone leaves nothing behind. */
  const followConsent = (): void => {
    if (isReader) return;
    const now = consents(settings);
    if (!arePinsKnown) {
      // It may be there again by then, as another one.
      for (const name of agreed.keys()) if (!now.has(name)) removed.add(name);
      return;
    }
    for (const [name, hash] of agreed) {
      if (!now.has(name) || removed.has(name)) pins.forget(name, 'companion');
      else if (hash !== undefined && now.get(name) !== hash) {
        try {
          pins.reset({ connector: name, kind: 'identity' }, 'companion');
        } catch {
          // Nothing of it was pinned yet, or it cannot be written: then it is held back, and says so.
        }
      }
    }
    removed.clear();
    agreed.clear();
    for (const [name, hash] of now) agreed.set(name, hash);
  };
  pins.onChanged(() => parts.changed());
  const tellProblems = (): void => {
    for (const problem of pins.problems()) warn(problem);
    parts.changed();
  };
  // Before anybody else who waits for them: what was agreed to meanwhile is in force in the first session.
  pins.known.then(() => {
    arePinsKnown = true;
    followConsent();
    tellProblems();
  }, tellProblems);

  const approvals = createApprovals({
    clock,
    now: () => performance.now(),
    newId: () => randomBytes(4).toString('hex'),
    schedule,
    waitMs: limits.approvalMs,
    openMs: OPEN_MS,
    maxWaiting: MAX_WAITING_APPROVALS,
    maxPerOwner: MAX_PER_OWNER,
    maxGrants: MAX_GRANTS,
    fits: grantCondition(parts.protectedPaths),
    approver: { state: () => (parts.isScreenLocked() ? 'locked' : 'reachable') },
    record: (approval, answer, by, detail) =>
      event('approval_answered', answeredDetail(approval, answer, by, detail), approval.connector),
    recordGrant: (name, grant, by) =>
      event(
        name,
        grantDetail(grant, by, (text) => live.redact(text)),
        grant.connector,
      ),
    announce: (change) =>
      announce(
        change.type === 'waiting'
          ? { type: 'approval_waiting', approval: change.approval }
          : { type: 'approval_ended', id: change.id },
      ),
  });
  const taints = createTaints();
  loadCanaries();

  return {
    policies,
    approvals,
    pins,
    scan: (key, job) => scanner.scan(key, job),
    canaries,
    gates: {
      approvals,
      guard: (connector, session) => guard.gate(connector, session),
      pins: (connector) => pins.gate(connector),
      taints: (session) => taints.session(session),
    },
    identitySeen: async (name, definition, program, env) => {
      const resolved = program === undefined ? undefined : await resolveCommand(program, '');
      pins.identitySeen(name, await identityOf(definition, resolved, { env }));
    },
    waiting: () => approvals.list().filter(({ state }) => state !== 'approved'),
    lockdown: () => settings.read().lockdown ?? stopped,
    closeAll: (lockdown) => {
      stopped = lockdown;
    },
    unlocked: loadCanaries,
    settingsChanged: () => {
      policies.forget();
      followConsent();
    },
    handOver: () => {
      isReader = true;
      pins.handOver();
    },
    close: () => {
      pins.close();
      return scanner.close();
    },
  };
}

function both(first: () => void, second: () => void): () => void {
  return () => {
    first();
    second();
  };
}
