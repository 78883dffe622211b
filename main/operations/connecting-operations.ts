/** The operations about connectors, each with its parts: definitions, the catalogue, health, tools and calls by hand. */
import { join } from 'node:path';
import { callTool } from '../by-hand/call-tool.ts';
import { checkServer } from '../by-hand/check-server.ts';
import type { HandParts } from '../by-hand/hand-session.ts';
import { openCatalogue } from '../catalogue/read-catalogue.ts';
import type { Deciding } from '../host/deciding.ts';
import { catalogueHandlers } from './catalogue-handlers.ts';
import { connectorHandlers, type ConnectorParts } from './connector-handlers.ts';
import { connectorHealth } from './connector-health.ts';
import { toolHandlers, toolWeakeningTests } from './connector-tools.ts';
import { connectorDescriptions } from './describe-connectors.ts';
import type { Descriptions } from './describe.ts';
import type { Handlers, WeakeningTests } from './dispatch.ts';
import { handCallHandlers, STARTING_WEAKENS } from './hand-call.ts';
import { ShownConsents } from './shown-consents.ts';

export interface ConnectingParts extends Omit<ConnectorParts, 'shown' | 'checkSoon'> {
  readonly home: string;
  /** The file that ships with the companion. */
  readonly catalogueFile: string;
  readonly deciding: Pick<Deciding, 'pins' | 'policies' | 'gates'>;
  readonly hand: HandParts;
  readonly redact: (text: string) => string;
  readonly addRule: Handlers['policy.add'];
  readonly removeRule: Handlers['policy.remove'];
  /** It is there again, by itself, after it was removed. */
  readonly comesBack: (name: string) => boolean;
  /** What is known of a connector changed. */
  readonly changed: () => void;
  /** A person may open this address now. */
  readonly hold: (address: string) => void;
}

type ConnectingHandlers = Pick<
  Handlers,
  Exclude<Extract<keyof Handlers, `connectors.${string}`>, `connectors.sign${string}`>
>;

export interface ConnectingOperations {
  readonly handlers: ConnectingHandlers;
  readonly weakens: WeakeningTests;
  readonly descriptions: Descriptions;
}

export function connectingOperations(parts: ConnectingParts): ConnectingOperations {
  const { settings, vault, login, deciding, hand, redact } = parts;
  const find = parts.prepare.find;
  const shown = new ShownConsents();
  const health = connectorHealth({
    find,
    runtimes: parts.runtimes,
    isSignedIn: parts.isSignedIn,
    vault,
    clock: parts.clock,
    checkServer: (name) => checkServer(hand, name),
    redact,
    changed: parts.changed,
  });
  const definitions = connectorHandlers({ ...parts, shown, checkSoon: health.checkSoon });
  return {
    handlers: {
      ...definitions,
      ...health.handlers,
      ...catalogueHandlers({
        catalogue: openCatalogue(parts.catalogueFile),
        settings,
        vault,
        login,
        settingsFile: join(parts.home, 'settings.json'),
        shown,
        save: definitions['connectors.save'],
        hold: parts.hold,
      }),
      ...toolHandlers({
        settings,
        pins: deciding.pins,
        policyOf: (name) => deciding.policies.of(name),
        scan: (name, source) => deciding.gates.guard(name, 'page of the connector').scan('tool-definition', source),
        addRule: parts.addRule,
        removeRule: parts.removeRule,
      }),
      ...handCallHandlers({ call: (request) => callTool(hand, request, redact) }),
    },
    weakens: { ...STARTING_WEAKENS, ...toolWeakeningTests(settings) },
    descriptions: connectorDescriptions({
      shown,
      find,
      comesBack: parts.comesBack,
    }),
  };
}
