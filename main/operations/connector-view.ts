import {
  isHttpDefinition,
  isTenantDefinition,
  type Connector,
  type ConnectorTarget,
  type ConnectorView,
} from '../../preload/contract/index.ts';
import { connectorState } from '../connectors/consent.ts';
import { displayArgv, displayText } from '../connectors/display.ts';
import { resolveCommand } from '../connectors/resolve-command.ts';
import type { ConnectorRuntimes } from '../connectors/runtimes.ts';
import { hideInArgv, hideInText } from './hide-secrets.ts';

/** What it runs or reaches, without a single value of a variable or a header. */
function targetOf({ definition }: Connector): ConnectorTarget {
  if (isHttpDefinition(definition)) {
    return {
      kind: 'http',
      url: displayText(definition.url),
      transport: definition.transport,
      headerNames: Object.keys(definition.headers).sort(),
      secrets: definition.secrets,
      oauth: definition.oauth,
      ...(definition.oauthClient === undefined ? {} : { oauthClient: definition.oauthClient }),
    };
  }
  if (isTenantDefinition(definition)) {
    return {
      kind: 'tenant',
      host: definition.tenant,
      server: definition.server,
      title: displayText(definition.title),
    };
  }
  return {
    kind: 'program',
    argv: displayArgv([definition.command, ...definition.args]),
    envNames: Object.keys(definition.env).sort(),
    secrets: definition.secrets,
    ...(definition.cwd === undefined ? {} : { cwd: definition.cwd }),
  };
}

export interface ViewParts {
  readonly runtimes: ConnectorRuntimes;
  /** Whether somebody is signed in to the tenant of this host; asks it nothing. */
  readonly isSignedIn: (host: string) => boolean;
}

/** The same for a page: what looks like a secret in a command line or an address stays here. */
export function viewForPage(view: ConnectorView): ConnectorView {
  const { target } = view;
  if (target.kind === 'program') return { ...view, target: { ...target, argv: hideInArgv(target.argv) } };
  return target.kind === 'http' ? { ...view, target: { ...target, url: hideInText(target.url) } } : view;
}

/** A connector as it is shown; where a program was agreed to, the disk is asked whether it is still that one. */
export async function viewConnector(connector: Connector, { runtimes, isSignedIn }: ViewParts): Promise<ConnectorView> {
  const { consent } = connector;
  const runtime = runtimes.of(connector.name);
  const resolved = consent !== undefined && 'path' in consent ? await resolveCommand(consent.path, '') : undefined;
  return {
    name: connector.name,
    target: targetOf(connector),
    default: connector.default,
    enabled: connector.enabled,
    ...connectorState(connector, {
      paused: runtime.crashes.state().kind === 'paused',
      resolved,
      isSignedIn,
    }),
    sessions: runtime.sessions,
    createdAt: connector.createdAt,
  };
}
