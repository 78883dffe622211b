/**
 * The whole companion, composed from its parts. Imports no Electron: the app, the headless host and tests start this same
 * composition. Parts are built in the order in which they need each other and closed in the reverse one.
 */
import { randomBytes } from 'node:crypto';
import { homedir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { FSWatcher } from 'node:fs';
import type { Caller, CompanionEvent, HostKind, NewAuditRecord, OperationOutput } from '../preload/contract/index.ts';
import { createDelivery } from './audit/delivery/delivery.ts';
import { leanShape } from './audit/lean-shape.ts';
import { openIndex } from './audit/disk/index-client.ts';
import { openJournal } from './audit/disk/open-journal.ts';
import { readTrust } from './audit/keychain/kept-trust.ts';
import { createVerification } from './audit/disk/verification.ts';
import { startSeal } from './audit/keychain/seal.ts';
import { shapeOf } from './audit/shape.ts';
import { runArguments } from './cli/run-arguments.ts';
import { clientPaths } from './clients/locate.ts';
import { localClientEnvironment } from './host/client-environment.ts';
import { watchClientFiles } from './host/client-file-watch.ts';
import { createClientSightings } from './host/client-sightings.ts';
import { createOpenHttp } from './connectors/open-http.ts';
import { openAggregate } from './hub/aggregate/aggregate.ts';
import { createHubHost } from './hub/hub-host.ts';
import { createOAuthRegistry } from './identity/oauth-registry.ts';
import { createHttpEndpoint } from './transport/http-endpoint/http-endpoint.ts';
import { prepareRun } from './connectors/tenant/prepare-run.ts';
import { ConnectorRuntimes } from './connectors/runtimes.ts';
import { createStatus } from './host/companion-status.ts';
import { createEndCalls } from './host/end-calls.ts';
import { endUnfinished } from './host/end-unfinished.ts';
import { createEventFeed } from './host/event-feed.ts';
import { claimHome } from './host/claim-home.ts';
import { createIds } from './host/create-ids.ts';
import { handOver } from './host/hand-over.ts';
import { createInterfaces } from './control/interfaces.ts';
import { createIdleExit } from './host/idle-exit.ts';
import { createKnownAddresses } from './host/known-addresses.ts';
import { openLog } from './host/logger.ts';
import { createConnectionServer } from './control/serve-connection.ts';
import { showArguments } from './host/show-arguments.ts';
import { createDeciding, lastPinIndexes } from './host/deciding.ts';
import { createTenantHost } from './host/tenant-host.ts';
import { protectedPaths } from './host/protected-roots.ts';
import { composeOperations } from './operations/compose-operations.ts';
import type { Dispatch } from './operations/dispatch.ts';
import { createHeldQuestions } from './operations/held-questions.ts';
import { createJobs } from './operations/jobs.ts';
import type { ShellPart } from './operations/shell-handlers.ts';
import { createLoginShellEnvironment } from './process/login-shell-environment.ts';
import { createReaper, sweepLeftovers } from './process/reaper.ts';
import { sessionEnvironment } from './process/session-environment.ts';
import { spawnServer } from './process/spawn-server.ts';
import { DEFAULT_LIMITS, type WireLimits } from './relay/limits.ts';
import { createFileVault } from './secrets/file-vault.ts';
import { readOrCreateInstallId } from './secrets/install-id.ts';
import { createKeychain } from './secrets/keychain.ts';
import { LiveSecrets } from './secrets/live-secrets.ts';
import { unlockFromFile } from './secrets/passphrase-file.ts';
import { createSettingsIndex } from './secrets/settings-index.ts';
import { createSecretVault } from './secrets/vault.ts';
import { openSettings } from './settings/settings-store.ts';
import type { Connection } from './transport/connection.ts';
import { createParsePool } from './transport/parse-pool.ts';
import type { SessionDependencies } from './transport/governed-session.ts';
import { runSession, type RunningSession } from './transport/run-session.ts';
import { listenOnSocket } from './transport/socket-listener.ts';

export interface CompanionOptions {
  readonly kind: HostKind;
  readonly home: string;
  readonly version: string;
  /** The built interface, `out/renderer`. */
  readonly interfaceDirectory: string;
  /** What the launcher starts. */
  readonly program: { readonly nodePath: string; readonly scriptPath: string };
  /** Ends by itself when it was not used this long; only for a host that a thin client started. */
  readonly idleMs?: number;
  readonly limits?: WireLimits;
  /** The app brings its approval window up; it then answers for whatever weakens protection, whoever asks. */
  readonly openReview?: () => void;
  /** What only the app's shell can do. */
  readonly shell?: ShellPart;
}

export interface Companion {
  readonly home: string;
  call(name: string, input: unknown, caller: Caller): Promise<unknown>;
  subscribe(listener: (event: CompanionEvent) => void): () => void;
  /** A link that opens the interface in a browser, once. */
  mintLink(): Promise<string>;
  /** Web addresses that a person may be sent to now: of sign-ins that wait, and of the tenants that are signed in to. */
  knownAddresses(): readonly string[];
  /** A line in the companion's own log. */
  note(text: string): void;
  /** Where the screen is locked nobody can be asked: what waits is denied, and whatever asks until it is unlocked. */
  screenLocked(locked: boolean): void;
  /** Ends sessions, then everything else; at most 5 s. */
  stop(): Promise<void>;
  readonly stopped: Promise<void>;
}

/** For the record, where it is called within this process. */
const CALLED_BY: Readonly<Record<Caller, string>> = {
  cli: 'companion',
  ui: 'interface',
  shell: 'tray',
  window: 'approval window',
};

export async function startCompanion(options: CompanionOptions): Promise<Companion> {
  const { home, kind, version } = options;
  const limits = options.limits ?? DEFAULT_LIMITS;
  const clock = (): Date => new Date();
  const newId = createIds();
  const startedAt = clock();

  const claimed = await claimHome(home, kind, version);
  const live = new LiveSecrets();
  const redact = (text: string): string => live.redact(text);
  const log = openLog(home, redact);
  const { logger } = log;
  const warnings = new Set<string>();
  const warn = (text: string): void => {
    logger.warn(text);
    warnings.add(text);
    feed.statusChanged();
  };
  let handedOver = false;
  let stopping: Promise<void> | undefined;
  const feed = createEventFeed((error) => logger.error({ error: String(error) }, 'a listener failed'));

  // Processes of a companion that was killed, before anything new is started.
  const recordFile = join(home, 'processes');
  const swept = claimed.previous === undefined ? await sweepLeftovers(recordFile) : 0;
  if (swept > 0) logger.warn(`${swept} process groups of an earlier companion were ended`);
  const reaper = createReaper({ recordFile, onProblem: (text) => warn(text) });
  const track = { started: (pid: number) => reaper.track(pid), ended: (pid: number) => reaper.untrack(pid) };

  const auditDirectory = join(home, 'audit');
  const otherLiveChains = claimed.previous === undefined ? [] : [claimed.previous.chainId];
  const journal = await openJournal({
    directory: auditDirectory,
    clock,
    newId,
    redact,
    otherLiveChains,
    log: (text) => warn(text),
  });
  const index = openIndex({
    databasePath: join(home, 'companion.db'),
    auditDirectory,
    onProblem: (text) => warn(text),
  });
  journal.onAppend((record) => {
    index.poke();
    feed.recorded(record);
  });
  const record = (entry: NewAuditRecord): void => {
    journal.append(entry);
  };
  const event = (
    name: Extract<NewAuditRecord, { kind: 'event' }>['event'],
    detail: Record<string, string | number | boolean>,
    connector?: string,
  ): void => {
    record({ kind: 'event', event: name, ...(connector === undefined ? {} : { connector }), detail });
  };
  const tryEvent: typeof event = (...args) => {
    try {
      event(...args);
    } catch (error) {
      logger.error({ error: String(error) }, 'an event could not be recorded');
    }
  };

  /** The chain may be one of before that is continued: what it holds from here on is this host's. */
  const since = journal.head.seq + 1;
  tryEvent('companion_started', { version, host: kind, pid: process.pid });
  void endUnfinished({
    index,
    journal,
    own: { chain: journal.head.chainId, seq: since },
    previous: claimed.previous,
    isOver: () => handedOver || stopping !== undefined,
    warn,
    log: (text) => logger.error(text),
  });

  const settingsListeners = new Set<() => void>();
  const settings = openSettings({
    home,
    record: ({ operation, caller, sha256 }) => event('settings_written', { operation, caller, sha256 }),
    changed: () => {
      for (const changed of settingsListeners) changed();
      feed.statusChanged();
    },
  });
  if (settings.problem !== undefined) warn(settings.problem);
  const installId = await readOrCreateInstallId(home, newId);
  const secretIndex = createSettingsIndex(settings);
  const vault = createSecretVault({
    installId,
    index: secretIndex.index,
    keychain: createKeychain({ installId }),
    file: createFileVault(home),
    live,
    clock,
    warn: (text) => warn(text),
  });

  // A companion that a client started was given that client's environment.
  const ownVariables = options.idleMs === undefined ? process.env : {};
  await unlockFromFile({ env: ownVariables, vault, warn });

  // A keychain call that waits for a prompt blocks exit() for ever; by then everything is written and closed.
  process.once('exit', () => {
    if (vault.hasPendingCall()) process.kill(process.pid, 'SIGKILL');
  });

  const user = userInfo();
  const ownEnvironment = sessionEnvironment(process.env, {
    username: user.username,
    homedir: homedir(),
    shell: user.shell,
  });
  const login = createLoginShellEnvironment({ shell: user.shell ?? '/bin/sh', env: ownEnvironment });
  void login.get().then(({ problem }) => {
    if (problem !== undefined) warn(problem);
  });

  const schedule = (ms: number, then: () => void): (() => void) => {
    const timer = setTimeout(then, ms).unref();
    return () => clearTimeout(timer);
  };
  const parsePool = createParsePool(limits);
  const oauth = createOAuthRegistry({ vault, live, warn: (text) => warn(text) });
  const runtimes = new ConnectorRuntimes(() => performance.now());
  const onSettingsChanged = (changed: () => void): (() => void) => {
    settingsListeners.add(changed);
    return () => settingsListeners.delete(changed);
  };
  const delivery = createDelivery({
    home,
    auditDirectory,
    installId,
    vault,
    live,
    clock,
    schedule,
    endpoint: () => settings.read().auditEndpoint,
    head: () => journal.head,
    flush: () => journal.flush(),
    random: Math.random,
    record,
    warn,
    onState: () => feed.statusChanged(),
  });
  journal.onAppend(() => delivery.poke());
  onSettingsChanged(() => delivery.endpointChanged());
  let previousEnded = false;
  void claimed.previous?.client.closed.then(() => {
    previousEnded = true;
  });
  const seal = startSeal({
    journal,
    directory: auditDirectory,
    vault,
    live,
    schedule,
    now: () => Date.now(),
    isDelivered: (chain, seq) => delivery.isDelivered(chain, seq),
    isLive: (chain) => otherLiveChains.includes(chain),
    isOwner: () => !handedOver,
    liveChains: () => (previousEnded ? [] : otherLiveChains),
    warn,
  });
  const tenancy = createTenantHost({
    settings,
    onSettingsChanged,
    vault,
    live,
    login,
    index,
    env: ownVariables,
    version,
    clock,
    schedule,
    newId,
    event,
    tryEvent,
    changed: () => feed.statusChanged(),
    warn,
  });
  journal.onAppend((entry) => tenancy.recorded(entry));
  const paths = protectedPaths(home, homedir());
  let isScreenLocked = false;
  const deciding = createDeciding({
    home,
    settings,
    vault,
    live,
    protectedPaths: paths,
    limits,
    clock,
    schedule,
    event,
    announce: (change) => feed.announce(change),
    changed: () => feed.statusChanged(),
    warn,
    recordedIndexes: lastPinIndexes(index, auditDirectory),
    log: (text) => logger.warn(text),
    isScreenLocked: () => isScreenLocked,
    // What the endpoint has not taken yet has a bound: above it no call leaves, so that no record has to be dropped.
    auditProblem: () => delivery.refuseNewCalls(),
  });
  onSettingsChanged(() => deciding.settingsChanged());
  const prepare = {
    pending: () => deciding.pins.pending(),
    find: (name: string) => settings.read().connectors.find((candidate) => candidate.name === name),
    runtimes,
    vault,
    live,
    login,
    policyOf: (name: string) => deciding.policies.of(name),
    identitySeen: deciding.identitySeen,
    spawn: spawnServer,
    track,
    startTenant: tenancy.connectors.start,
    openHttp: createOpenHttp({ oauth, vault, live, limits, parseLarge: parsePool.parse, schedule, version }),
  };

  const sessions = new Set<RunningSession>();
  let draining = false;
  let pages = 0;
  let settingsWatch: FSWatcher | undefined;

  const clientEnvironment = (installLauncher: boolean): ReturnType<typeof localClientEnvironment> =>
    localClientEnvironment({ companionHome: home, program: options.program, installLauncher });

  const sightings = createClientSightings({
    clock,
    events: (name, limit) => index.events(name, limit),
    changed: () => feed.statusChanged(),
  });
  let unwatchClients = (): void => {};
  void clientEnvironment(false)
    .then(clientPaths)
    .then((found) => {
      if (stopping === undefined) unwatchClients = watchClientFiles(found, () => feed.statusChanged());
    })
    .catch((error: unknown) => logger.warn({ error: String(error) }, 'the files of the clients are not watched'));

  const status = createStatus({
    version,
    kind,
    home,
    startedAt,
    previous: claimed.previous,
    warnings,
    isDraining: () => draining,
    sessions: () => sessions.size,
    settings,
    vault,
    journal,
    seal,
    delivery,
    tenancy,
    deciding,
  });

  const interfaces = createInterfaces({
    interfaceDirectory: options.interfaceDirectory,
    dispatch: () => dispatch,
    subscribe: (subscriber) => feed.subscribe(subscriber),
    pagesChanged: (count) => {
      pages = count;
      idle?.touch();
    },
  });
  const held = createHeldQuestions({ clock, newId, schedule, announce: (change) => feed.announce(change) });

  /** Sessions that run or are being prepared. */
  const runs = new Set<Promise<void>>();
  const leaveHome = async (): Promise<OperationOutput<'host.handOver'>> => {
    handedOver = true;
    draining = true;
    settingsWatch = await handOver({
      home,
      hub,
      tenancy,
      deciding,
      delivery,
      settings,
      secretIndex,
      lock: claimed.lock,
      runs,
      stopListening: () => listener.stopListening(),
      stop: () => stop(),
    });
    logger.info('handed over to the app');
    return { chainId: journal.head.chainId, since, sessions: sessions.size };
  };

  const sessionDependencies: SessionDependencies = {
    limits,
    ...deciding.gates,
    record: (records) => journal.appendAll(records),
    shape: (value) => (delivery.isLean() ? leanShape(value) : shapeOf(value, redact)),
    showArguments: (source) => showArguments(source, redact),
    redact,
    newId,
    parseLarge: parsePool.parse,
  };
  const serve = (session: RunningSession): Promise<void> => {
    sessions.add(session);
    feed.statusChanged();
    return session.done.then(() => {
      sessions.delete(session);
      feed.statusChanged();
      idle?.touch();
    });
  };
  /** A session without a connection of its own began. */
  const began = (session: RunningSession): void => {
    idle?.touch();
    const running = serve(session).finally(() => runs.delete(running));
    runs.add(running);
  };
  const hub = createHubHost({
    settings,
    prepare,
    session: sessionDependencies,
    policyOfEndpoint: (config, mode) => deciding.policies.ofEndpoint(config, mode),
    createEndpoint: (serving) =>
      createHttpEndpoint({
        ...serving,
        limits,
        parseLarge: parsePool.parse,
        now: () => Date.now(),
        schedule,
        randomToken: () => randomBytes(32).toString('base64url'),
        log: (text) => logger.info(text),
      }),
    openAggregate: (parts) =>
      openAggregate({
        ...parts,
        id: newId(),
        limits,
        schedule,
        version,
        log: (text) => logger.info(text),
        parseLarge: parsePool.parse,
      }),
    onSettingsChanged,
    began,
    changed: () => feed.statusChanged(),
    onDemand: options.idleMs !== undefined,
    warn: (text) => warn(text),
  });

  const cancelAll = createEndCalls({
    sessions,
    settings,
    onSettingsChanged,
    failed: (error) => logger.error({ error: String(error) }, 'the calls of a session could not be ended'),
  });

  const known = createKnownAddresses(() => Date.now());
  const verification = createVerification({ auditDirectory, readTrust: () => readTrust(vault), clock });
  const jobs = createJobs({ clock, newId, announce: (change) => feed.announce(change) });
  const { openReview } = options;
  const dispatch: Dispatch = composeOperations({
    settings,
    runtimes,
    vault,
    login,
    prepare,
    oauth,
    hub,
    tenancy,
    delivery,
    deciding,
    protectedPaths: paths,
    journalIndex: index,
    jobs,
    userHome: homedir(),
    cancelAll,
    clock,
    version,
    newId,
    catalogueFile: join(dirname(options.interfaceDirectory), 'catalogue.json'),
    hand: { prepare, session: sessionDependencies, limits, schedule, version, began },
    changed: () => feed.statusChanged(),
    event,
    warn,
    status,
    mintLink: () => interfaces.mintLink(),
    held,
    holdsAll: openReview !== undefined,
    openReview: async (again) => {
      if (openReview === undefined) return interfaces.mintReviewLink(again);
      openReview();
      return null;
    },
    leave: async (address) => (openReview === undefined ? interfaces.leaveLink(address) : null),
    handOver: leaveHome,
    clientEnvironment,
    sightings,
    known,
    kind,
    home,
    startedAt,
    chainId: () => journal.head.chainId,
    licencesPath: join(options.interfaceDirectory, '..', 'licences.json'),
    verification,
    redact,
    announce: (change) => feed.announce(change),
    ...(options.shell === undefined ? {} : { shell: options.shell }),
  });

  const run = async (connection: Connection): Promise<void> => {
    const session = await runSession(connection, {
      ...sessionDependencies,
      introduced: (client) => sightings.began(client),
      prepare: ({ hello }) =>
        prepareRun(
          runArguments(hello.argv),
          { env: hello.env, cwd: hello.cwd },
          { prepare, tenants: tenancy.connectors, defaultHost: () => tenancy.tenants.defaultHost() },
        ),
    });
    if (session !== undefined) await serve(session);
  };

  const connections = createConnectionServer({
    run,
    runs,
    dispatch,
    version,
    subscribe: (listener) => feed.subscribe(listener),
    logger,
    touched: () => idle?.touch(),
  });
  const listener = await listenOnSocket(home, connections.accept);

  const idle =
    options.idleMs === undefined
      ? undefined
      : createIdleExit({
          idleMs: options.idleMs,
          isBusy: () => sessions.size > 0 || connections.commands() > 0 || pages > 0,
          exit: () => void stop(),
        });
  const finished = Promise.withResolvers<void>();
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      draining = true;
      idle?.close();
      settingsWatch?.close();
      unwatchClients();
      listener.stopListening();
      deciding.approvals.close();
      held.close();
      // Whoever waits for a person hears why before its session ends.
      await new Promise((resolve) => setImmediate(resolve));
      oauth.close();
      await Promise.all([hub.close(), ...[...sessions].map((session) => session.stop())]);
      listener.close();
      await interfaces.close();
      claimed.previous?.client.close();
      tenancy.close();
      tryEvent('companion_stopped', { host: kind });
      await Promise.all([delivery.close(), seal.close()]);
      await reaper.close();
      await Promise.all([parsePool.close(), deciding.close(), verification.close()]);
      await jobs.close();
      await index.close();
      await journal
        .close()
        .catch((error: unknown) => logger.error({ error: String(error) }, 'the journal could not be closed'));
      if (!handedOver) claimed.lock.release();
      logger.info('stopped');
      log.close();
      finished.resolve();
    })();
    return stopping;
  };

  logger.info({ version, kind }, 'started');
  return {
    home,
    call: (name, input, caller) =>
      dispatch(name, input, { caller, confirmed: false, tty: false, by: CALLED_BY[caller] }),
    subscribe: (subscriber) => feed.subscribe(subscriber),
    mintLink: () => interfaces.mintLink(),
    knownAddresses: () => [...known.list(), ...tenancy.tenants.views().map(({ host: tenant }) => `${tenant}/`)],
    note: (text) => logger.info(text),
    screenLocked: (locked) => {
      isScreenLocked = locked;
      deciding.approvals.approverChanged();
    },
    stop,
    stopped: finished.promise,
  };
}
