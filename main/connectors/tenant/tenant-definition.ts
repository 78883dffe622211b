/**
 * What a tenant says that one of its connectors runs or reaches, as a definition of this machine: checked by the same schemas as
 * one that a person wrote, kept in memory only. Refuses what would load other code into a program, or change the companion itself.
 */
import {
  CompanionError,
  HttpDefinition,
  ProgramDefinition,
  type HttpDefinition as Http,
  type ProgramDefinition as Program,
} from '../../../preload/contract/index.ts';
import type { TenantConnector } from '../../backend/wire.ts';
import { displayText } from '../display.ts';
import { secretVariable } from '../risk/secret-literals.ts';
import { classOf } from '../variable-names.ts';

export type TenantRun =
  | {
      readonly kind: 'program';
      readonly definition: Program;
      /** The same with `***` for secret values: what is shown, hashed and compared. */
      readonly shown: Program;
      /** To be redacted while a session runs. */
      readonly secretValues: readonly string[];
    }
  | {
      readonly kind: 'http';
      readonly definition: Http;
      readonly shown: Http;
      /** It is at the tenant's own address, which alone is sent the tenant's key. */
      readonly isOwnProxy: boolean;
    };

const MAX_TITLE = 128;

/** The tenant's name of a connector, safe to look at. */
export function shownTitle(title: string): string {
  return displayText(title.slice(0, MAX_TITLE));
}

/** @param what one clause that holds nothing of the tenant's. */
export function unusable(host: string, title: string, what: string, cause?: unknown): CompanionError {
  return new CompanionError(
    'E_TENANT_DEFINITION',
    `What ${host} says of "${shownTitle(title)}" cannot be used: ${what}.`,
    `Tell whoever looks after connectors at ${host}. Nothing was started.`,
    cause === undefined ? {} : { cause },
  );
}

function refuseVariables(
  env: Readonly<Record<string, string>>,
  platform: NodeJS.Platform,
  refuse: (what: string) => never,
): void {
  for (const name of Object.keys(env)) {
    const kind = classOf(name, platform);
    if (kind === 'ours') refuse('it sets a variable of the companion itself');
    if (kind === 'loader') refuse('it sets a variable that loads other code into a program');
  }
}

function programOf(
  { url, transport_config: config }: TenantConnector,
  platform: NodeJS.Platform,
  refuse: (what: string) => never,
): TenantRun {
  const read = ProgramDefinition.safeParse({
    command: url,
    args: config?.args ?? [],
    env: config?.env ?? {},
    secrets: {},
  });
  if (!read.success) return refuse(`its command, arguments or variables do not fit`);
  const definition = read.data;
  refuseVariables(definition.env, platform, refuse);
  const shown: Record<string, string> = {};
  const secretValues: string[] = [];
  for (const [name, value] of Object.entries(definition.env)) {
    const secret = secretVariable(name, value, platform);
    shown[name] = secret === undefined ? value : secret.shown;
    if (secret !== undefined) secretValues.push(secret.secret);
  }
  return { kind: 'program', definition, shown: { ...definition, env: shown }, secretValues };
}

function serverOf({ url, transport_type: type }: TenantConnector, host: string, refuse: (what: string) => never) {
  const read = HttpDefinition.safeParse({
    url,
    transport: type === 'sse' ? 'sse' : 'streamable-http',
    headers: {},
    secrets: {},
    oauth: false,
  });
  if (!read.success) return refuse(`its address does not fit`);
  const definition = read.data;
  return { kind: 'http', definition, shown: definition, isOwnProxy: new URL(definition.url).origin === host } as const;
}

/** @throws CompanionError E_TENANT_DEFINITION */
export function runOf(
  connector: TenantConnector,
  host: string,
  platform: NodeJS.Platform = process.platform,
): TenantRun {
  const refuse = (what: string): never => {
    throw unusable(host, connector.name, what);
  };
  return connector.transport_type === 'stdio'
    ? programOf(connector, platform, refuse)
    : serverOf(connector, host, refuse);
}
