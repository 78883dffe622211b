/** Every handler of the one list, each with the parts that it needs, behind the one way to them. No handler has logic here. */
import { randomBytes } from 'node:crypto';
import type { CompanionEvent, OperationInput, OperationName } from '../../preload/contract/index.ts';
import type { AuditIndex } from '../audit/disk/index-client.ts';
import type { Delivery } from '../audit/delivery/delivery.ts';
import { displayText } from '../connectors/display.ts';
import type { ClientSightings } from '../host/client-sightings.ts';
import { createFirstSteps } from '../host/first-steps.ts';
import { keepingAddresses, type KnownAddresses } from '../host/known-addresses.ts';
import type { TenantHost, TenantHostParts } from '../host/tenant-host.ts';
import type { HubHost } from '../hub/hub-host.ts';
import { createToken } from '../hub/tokens.ts';
import type { OAuthRegistry } from '../identity/oauth-registry.ts';
import { createPassphraseAttempts } from '../secrets/passphrase-attempts.ts';
import { aboutHandlers, type AboutParts } from './about-handlers.ts';
import { activityHandlers, jobHandlers } from './activity-handlers.ts';
import { clientOperations, type ClientParts } from './client-handlers.ts';
import { viewConnector } from './connector-view.ts';
import { firstRunHandlers } from './first-run-handlers.ts';
import { connectingOperations, type ConnectingParts } from './connecting-operations.ts';
import { decidingOperations, type DecidingHandlerParts } from './deciding-handlers.ts';
import { deliveryHandlers } from './delivery-handlers.ts';
import { describeWeakening, titleOf, type Question } from './describe.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { heldHandlers, type HeldParts } from './held-handlers.ts';
import { hubHandlers, hubWeakeningTests } from './hub-handlers.ts';
import { identityHandlers } from './identity-handlers.ts';
import type { Jobs } from './jobs.ts';
import { ListedApprovals } from './listed-approvals.ts';
import { needsPins } from './needs-pins.ts';
import { otherHandlers, type OtherParts } from './other-handlers.ts';
import { shellHandlers, type ShellPart } from './shell-handlers.ts';
import { secretDescriptions } from './describe-secrets.ts';
import { secretHandlers, secretWeakeningTests } from './secret-handlers.ts';
import { removalWeakeningTests, tenantConnectorHandlers } from './tenant-connector-handlers.ts';
import { signInCompletions, signInDescriptions, signInWeakeningTests, tenantHandlers } from './tenant-handlers.ts';
import { tenantStatusHandlers, tenantWeakeningTests } from './tenant-status-handlers.ts';

/** How long the addresses of the catalogue can be opened after it was looked at. */
const LOOKED_UP_MS = 60 * 60 * 1000;

export interface OperationParts
  extends
    Pick<
      ConnectingParts,
      | 'settings'
      | 'runtimes'
      | 'vault'
      | 'login'
      | 'prepare'
      | 'clock'
      | 'version'
      | 'home'
      | 'catalogueFile'
      | 'hand'
      | 'redact'
      | 'changed'
    >,
    Pick<OtherParts, 'status' | 'mintLink' | 'handOver'>,
    Pick<ClientParts, 'clientEnvironment'>,
    Pick<DecidingHandlerParts, 'deciding' | 'protectedPaths' | 'cancelAll'>,
    Pick<HeldParts, 'held' | 'openReview' | 'leave'>,
    Pick<AboutParts, 'kind' | 'home' | 'startedAt' | 'chainId' | 'licencesPath' | 'verification' | 'redact'> {
  readonly oauth: OAuthRegistry;
  readonly hub: HubHost;
  readonly tenancy: TenantHost;
  readonly delivery: Delivery;
  /** Search over the journal, without what tenants add. */
  readonly journalIndex: DecidingHandlerParts['index'] & Pick<AuditIndex, 'activity'>;
  readonly jobs: Jobs;
  /** The person's own, where an export is put. */
  readonly userHome: string;
  /** When sessions of the clients began. */
  readonly sightings: Pick<ClientSightings, 'of'>;
  readonly newId: () => string;
  readonly event: TenantHostParts['event'];
  readonly warn: (text: string) => void;
  readonly announce: (event: CompanionEvent) => void;
  /** What a person is sent to is held there. */
  readonly known: KnownAddresses;
  /** The app's shell, where there is one. */
  readonly shell?: ShellPart;
  /** The app runs, and its approval window answers for everybody. */
  readonly holdsAll: boolean;
}

function isSame(one: Question, other: Question): boolean {
  return one.title === other.title && one.detail === other.detail;
}

export function composeOperations(parts: OperationParts): Dispatch {
  const { settings, runtimes, vault, login, prepare, oauth, tenancy, deciding, clock, event } = parts;
  const { approvals } = deciding;
  const waitingCall = (id: string): string => {
    const approval = approvals.list().find((candidate) => candidate.id === id);
    if (approval === undefined) return 'It waits no longer.';
    const what = `"${displayText(approval.tool)}" on "${approval.connector}"`;
    return approval.about === 'call'
      ? `${displayText(approval.client)} calls ${what} with\n${approval.arguments}`
      : `${displayText(approval.client)} called ${what}, and this answer waits:\n${approval.arguments}`;
  };
  const recordSecret = (name: string, change: 'set' | 'removed', by: string): void =>
    event('secret_changed', { name, change, by });
  const decided = decidingOperations({
    settings,
    deciding,
    clock,
    event,
    index: parts.journalIndex,
    protectedPaths: parts.protectedPaths,
    cancelAll: parts.cancelAll,
  });
  const recordConsent = (connector: string, hash: string, by: string): void =>
    event('consent_given', { hash, by }, connector);
  const isSignedIn = (host: string): boolean => tenancy.tenants.known(host);
  const removal = removalWeakeningTests(settings, tenancy.managed.settings.vouchedHosts);
  const comesBack = (input: { readonly name: string }): boolean => removal['connectors.remove']?.(input) ?? true;
  const connecting = connectingOperations({
    comesBack: (name) => comesBack({ name }),
    settings,
    runtimes,
    isSignedIn,
    vault,
    login,
    prepare,
    clock,
    version: parts.version,
    recordConsent,
    forgetSignIn: async (connector, client) => {
      await oauth
        .signOut(connector, client)
        .catch(() => parts.warn(`The sign-in to "${connector}" is still in the keychain.`));
    },
    home: parts.home,
    catalogueFile: parts.catalogueFile,
    deciding,
    hand: parts.hand,
    redact: parts.redact,
    addRule: decided.handlers['policy.add'],
    removeRule: decided.handlers['policy.remove'],
    changed: parts.changed,
    // A person looks one up there while they install it.
    hold: (address) => parts.known.keep(address, clock().getTime() + LOOKED_UP_MS),
  });
  const accepting = tenantConnectorHandlers({ settings, tenants: tenancy.connectors, runtimes });
  const clients = clientOperations({
    settings,
    vault,
    login,
    clock,
    clientEnvironment: parts.clientEnvironment,
    seen: (client, since) => parts.sightings.of(client, since),
    view: (connector) => viewConnector(connector, { runtimes, isSignedIn }),
    recordConsent,
    recordSecret,
    recordClient: (client, action, by) => event('client_configured', { client, action, by }),
    changed: () => parts.announce({ type: 'status_changed' }),
  });
  const listed = new ListedApprovals();
  const descriptions = {
    ...decided.descriptions,
    ...clients.descriptions,
    ...connecting.descriptions,
    ...secretDescriptions({ settings, vault }),
    ...signInDescriptions(tenancy.tenants),
    'tenant.decide': (input: OperationInput<'tenant.decide'>) => listed.describe(input),
  };
  const describe = (name: OperationName, input: unknown): Question =>
    describeWeakening(name, input, waitingCall, accepting.shown, descriptions);
  return createDispatch({
    handlers: keepingAddresses(
      {
        ...connecting.handlers,
        ...identityHandlers({ find: prepare.find, oauth, newSignInId: parts.newId, recordSecret }),
        ...hubHandlers({
          settings,
          hub: parts.hub,
          vault,
          clock,
          newToken: () => createToken(),
          newId: () => randomBytes(4).toString('hex'),
          record: (name, detail) => event(name, detail),
        }),
        ...tenantHandlers(tenancy.tenants),
        ...accepting.handlers,
        ...tenantStatusHandlers({
          tenants: tenancy.tenants,
          views: () => tenancy.tenants.views(),
          version: parts.version,
          listed,
          decided: (host) => tenancy.approvalDecided(host),
          record: (detail) => event('tenant_approval_decided', detail),
        }),
        ...decided.handlers,
        ...activityHandlers({
          settings,
          index: parts.journalIndex,
          jobs: parts.jobs,
          clock,
          userHome: parts.userHome,
        }),
        ...jobHandlers(parts.jobs),
        ...heldHandlers({
          held: parts.held,
          openReview: parts.openReview,
          leave: parts.leave,
        }),
        ...clients.handlers,
        ...firstRunHandlers(createFirstSteps(parts.home)),
        ...deliveryHandlers({ settings, vault, delivery: parts.delivery, record: event }),
        ...shellHandlers(parts.shell),
        ...secretHandlers({
          settings,
          vault,
          attempts: createPassphraseAttempts(() => performance.now()),
          unlocked: () => deciding.unlocked(),
          recordSecret,
        }),
        ...aboutHandlers({
          settings,
          managed: tenancy.managed,
          version: parts.version,
          kind: parts.kind,
          home: parts.home,
          startedAt: parts.startedAt,
          clock,
          chainId: parts.chainId,
          licencesPath: parts.licencesPath,
          verification: parts.verification,
          status: parts.status,
          redact: parts.redact,
        }),
        ...otherHandlers({
          index: tenancy.logs,
          status: parts.status,
          mintLink: parts.mintLink,
          handOver: parts.handOver,
        }),
      },
      parts.known,
      () => clock().getTime(),
    ),
    weakens: {
      ...decided.weakens,
      ...clients.weakens,
      ...connecting.weakens,
      ...hubWeakeningTests(settings),
      ...tenantWeakeningTests(),
      ...signInWeakeningTests(tenancy.tenants),
      ...secretWeakeningTests({ settings, vault }),
      // A page takes nothing away by itself: rules and pins go with a connector.
      'connectors.remove': (input, { caller }) => caller === 'ui' || comesBack(input),
    },
    completes: { ...signInCompletions(tenancy.tenants), 'tenant.decide': (input) => listed.completed(input) },
    announce: parts.announce,
    ready: async (name) => {
      if (needsPins(name)) await deciding.pins.known;
    },
    holdsAll: parts.holdsAll,
    hold: async (name, input, by) => {
      const shown = describe(name, input);
      const answer = await parts.held.ask(shown, input, by);
      // The yes is to what was shown: settings may have changed meanwhile, and what is done would be something else.
      return answer === 'allowed' && !isSame(shown, describe(name, input)) ? 'changed' : answer;
    },
    titleOf: (name, input) => titleOf(name, () => describe(name, input)),
  });
}
