/** What a person would agree to with a definition, looked up now: the file that a command means, what is risky, which secrets are there. */
import { stat } from 'node:fs/promises';
import {
  CompanionError,
  isHttpDefinition,
  secretNameOf,
  type ConnectorDefinition,
  type ConsentRequest,
  type DefaultMode,
  type HttpDefinition,
  type ProgramDefinition,
  type Risk,
  type SecretEntry,
} from '../../preload/contract/index.ts';
import { consentRequest } from '../connectors/consent.ts';
import { assessHttpRisks } from '../connectors/http-risks.ts';
import { resolveCommand, type ResolvedCommand } from '../connectors/resolve-command.ts';
import { assessRisks } from '../connectors/risks.ts';
import { isWritableByOthers } from '../connectors/writable-by-others.ts';
import { secretReserved } from '../identity/identity-failures.ts';
import { isSignInSecret } from '../identity/stored-sign-in.ts';
import type { LoginShellEnvironment } from '../process/login-shell-environment.ts';
import { keptHere, localHere, type Local } from './elsewhere.ts';
import { typedSecretRisks } from './typed-secrets.ts';

export interface DefinitionPreview {
  readonly request: ConsentRequest;
  /** The file that is agreed to; nothing for an address. */
  readonly resolved: ResolvedCommand | undefined;
}

export async function previewDefinition(
  subject: { readonly name: string; readonly definition: ConnectorDefinition; readonly default: DefaultMode },
  facts: {
    readonly login: LoginShellEnvironment;
    /** Asked last: what somebody stores while the program is looked for counts. */
    readonly stored: () => readonly SecretEntry[];
    readonly local?: Local;
  },
): Promise<DefinitionPreview> {
  const { name, definition, default: mode } = subject;
  if (isHttpDefinition(definition)) {
    refuseReserved(definition);
    const { storedSecrets, typed } = secretsNow(definition, facts.stored());
    const risks = [...assessHttpRisks(definition), ...typed];
    return { request: consentRequest({ name, definition, default: mode, risks, storedSecrets }), resolved: undefined };
  }
  refuseAmbiguousVariable(definition);
  const { command, cwd } = definition;
  keptHere('Its program or folder', cwd === undefined ? [command] : [command, cwd], facts.local ?? localHere());
  const resolved = await resolveDefinition(definition, facts.login);
  const writableByOthers = await isWritableByOthers(resolved.realPath);
  const { storedSecrets, typed } = secretsNow(definition, facts.stored());
  const risks = [...assessRisks(definition, { realPath: resolved.realPath, writableByOthers }), ...typed];
  return { request: consentRequest({ name, definition, resolved, default: mode, risks, storedSecrets }), resolved };
}

function secretsNow(
  definition: ConnectorDefinition,
  stored: readonly SecretEntry[],
): { readonly storedSecrets: ReadonlySet<string>; readonly typed: Risk[] } {
  return { storedSecrets: new Set(stored.map(({ name }) => name)), typed: typedSecretRisks(definition, stored) };
}

/** The tokens of a sign-in are no client's secret: they would go to another authorization server. */
function refuseReserved({ oauthClient }: HttpDefinition): void {
  const name = oauthClient?.secret === undefined ? undefined : secretNameOf(oauthClient.secret);
  if (name !== undefined && isSignInSecret(name)) throw secretReserved(name);
}

function refuseAmbiguousVariable({ env, secrets }: ProgramDefinition): void {
  const both = Object.keys(env).find((key) => Object.hasOwn(secrets, key));
  if (both !== undefined) {
    throw new CompanionError('E_CONNECTOR_ENV', `${both} is given both as --env and as --secret.`, 'Give it once.', {
      exitCode: 2,
    });
  }
}

async function resolveDefinition(
  { command, cwd }: ProgramDefinition,
  login: LoginShellEnvironment,
): Promise<ResolvedCommand> {
  if (cwd !== undefined && (await stat(cwd).catch(() => undefined))?.isDirectory() !== true) {
    throw new CompanionError(
      'E_FOLDER_MISSING',
      `There is no folder "${cwd}".`,
      'Make it, or name another with --cwd. Nothing was stored.',
    );
  }
  const { env } = await login.get();
  const resolved = await resolveCommand(command, env['PATH'], cwd);
  if (resolved === undefined) {
    throw new CompanionError(
      'E_COMMAND_NOT_FOUND',
      command.includes('/')
        ? `The program "${command}" was not found, or cannot be run.`
        : `The command "${command}" was not found on your login shell's PATH.`,
      'Install it, or give its absolute path. Nothing was stored.',
    );
  }
  return resolved;
}
