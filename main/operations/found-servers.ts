/** Servers that clients start without the companion, as a page may see them: what they run, what is risky, what to call them. */
import {
  ConnectorName,
  isHttpDefinition,
  isTenantDefinition,
  type Connector,
  type ConnectorDefinition,
  type FoundServer,
  type Risk,
} from '../../preload/contract/index.ts';
import type { ForeignServer } from '../clients/foreign-servers.ts';
import { hideInText } from './hide-secrets.ts';
import { shownTarget } from './shown-target.ts';
import { displayText } from '../connectors/display.ts';
import { assessHttpRisks } from '../connectors/http-risks.ts';
import { assessRisks } from '../connectors/risks.ts';
import { freeName } from '../connectors/tenant/connector-name.ts';

/** Longer names leave Cursor too few characters for the name of a tool. */
const MAX_SUGGESTED = 20;

export function foundServers(servers: readonly ForeignServer[], connectors: readonly Connector[]): FoundServer[] {
  const taken = new Set(connectors.map(({ name }) => name));
  return servers.map((server) => {
    const { target } = server;
    const suggestedName = freeName(nameLike(server.key), (name) => taken.has(name));
    taken.add(suggestedName);
    const same =
      target.kind === 'unusable'
        ? undefined
        : connectors.find(({ definition }) => isSame(target.definition, definition));
    return {
      client: server.client,
      entry: server.key,
      target: shownTarget(target),
      risks: target.kind === 'unusable' ? [] : hiddenRisks(risksOf(target.definition), target.definition),
      suggestedName,
      ...(same === undefined ? {} : { sameAs: same.name }),
    };
  });
}

function nameLike(key: string): string {
  const kept = key
    .slice(0, 256)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/-{2,}/g, '-')
    .replace(/^[-_]+/, '')
    .slice(0, MAX_SUGGESTED)
    .replace(/[-_]+$/, '');
  return ConnectorName.safeParse(kept).success ? kept : 'server';
}

/** Without a look at the disk: which file a command means is found out when somebody wants to bring it in. */
function risksOf(definition: ConnectorDefinition): Risk[] {
  return isHttpDefinition(definition)
    ? assessHttpRisks(definition)
    : assessRisks(definition, { realPath: definition.command, writableByOthers: false });
}

/** Their evidence quotes the command line, and values of variables that load code. */
export function hiddenRisks(risks: readonly Risk[], definition: ConnectorDefinition): Risk[] {
  const env = isHttpDefinition(definition) ? {} : definition.env;
  return risks.map((risk) => {
    const variable = Object.keys(env).find((name) => risk.evidence.startsWith(`${name}=`));
    return { ...risk, evidence: variable === undefined ? displayText(hideInText(risk.evidence)) : `${variable}=…` };
  });
}

/** It runs or reaches the same; where its values come from does not count. */
function isSame(found: ConnectorDefinition, stored: Connector['definition']): boolean {
  if (isTenantDefinition(stored)) return false;
  if (isHttpDefinition(found) || isHttpDefinition(stored))
    return isHttpDefinition(found) && isHttpDefinition(stored) && found.url === stored.url;
  const names = ({ env, secrets }: typeof found): string =>
    [...Object.keys(env), ...Object.keys(secrets)].sort().join('\n');
  return (
    JSON.stringify([found.command, found.args, found.cwd ?? null]) ===
      JSON.stringify([stored.command, stored.args, stored.cwd ?? null]) && names(found) === names(stored)
  );
}
