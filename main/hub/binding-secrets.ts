/** Do the secrets of a binding fit what its config reaches? Names only; no value is ever looked at here. */
import {
  CompanionError,
  EnvName,
  HeaderName,
  HttpDefinition,
  isHttpDefinition,
  isTenantDefinition,
  SecretReference,
  type BindingSecrets,
  type HttpDefinition as Http,
  type StoredDefinition,
} from '../../preload/contract/index.ts';
import { withBindingSecrets } from '../connectors/with-binding-secrets.ts';
import { classOf } from '../connectors/variable-names.ts';

function refuse(message: string, next: string): never {
  throw new CompanionError('E_HUB_SECRETS', message, next, { exitCode: 2 });
}

/** The definition behind a config that names an address. */
export function endpointDefinition(url: string): Http {
  return { url, transport: 'streamable-http', headers: {}, secrets: {}, oauth: false };
}

function checkProgram(secrets: BindingSecrets, platform: NodeJS.Platform): void {
  for (const [name, reference] of Object.entries(secrets)) {
    if (!EnvName.safeParse(name).success)
      refuse(
        `"${name}" is no name of an environment variable.`,
        'Write for example --secret GITHUB_TOKEN=keychain:github',
      );
    if (!SecretReference.safeParse(reference).success)
      refuse(
        `${name} gets its whole value from the keychain; nothing can stand before it.`,
        `Write --secret ${name}=keychain:<name>`,
      );
    const kind = classOf(name, platform);
    if (kind === 'ours' || kind === 'loader')
      refuse(`${name} decides what code a server runs, so no binding may set it.`, 'Take another variable.');
  }
}

function checkHttp(secrets: BindingSecrets, definition: Http): void {
  const seen = new Set<string>();
  for (const name of Object.keys(secrets)) {
    const header = HeaderName.safeParse(name);
    if (!header.success)
      refuse(
        `"${name}" cannot be set as a header: ${header.error.issues[0]?.message ?? 'it does not fit'}.`,
        'Write for example --secret "Authorization=Bearer keychain:github"',
      );
    if (seen.has(name.toLowerCase())) refuse(`The header ${name} is given twice.`, 'Give it once.');
    seen.add(name.toLowerCase());
  }
  if (definition.oauth && seen.has('authorization'))
    refuse(
      'This server asks for a sign-in, which sends its own Authorization header.',
      'Bind it without that header; sign in with "runlayer connectors login".',
    );
  // Joined as a session will join them: what does not fit then is refused now.
  const joined = HttpDefinition.safeParse(withBindingSecrets(definition, secrets));
  if (!joined.success)
    refuse(
      `These secrets do not fit ${new URL(definition.url).origin}: ${joined.error.issues[0]?.message ?? 'unknown'}.`,
      'Use an address that starts with https://, or bind without secrets.',
    );
}

/** @throws CompanionError E_HUB_SECRETS with what to write instead. */
export function checkBindingSecrets(
  secrets: BindingSecrets,
  definition: StoredDefinition,
  platform: NodeJS.Platform = process.platform,
): void {
  if (isTenantDefinition(definition)) {
    if (Object.keys(secrets).length > 0)
      refuse(
        'What this connector is given is decided by its tenant, so no binding may add a secret.',
        'Bind it without --secret.',
      );
  } else if (isHttpDefinition(definition)) checkHttp(secrets, definition);
  else checkProgram(secrets, platform);
}
