import { secretNameOf } from '../../preload/contract/index.ts';
import { secretReserved } from '../identity/identity-failures.ts';
import { isSignInSecret } from '../identity/stored-sign-in.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';

type Secrets = Readonly<Record<string, string>>;

/** Values of references, live until they are released. */
export async function resolveSecrets(
  references: Secrets,
  deps: { readonly vault: Pick<SecretVault, 'resolve'>; readonly live: LiveSecrets },
): Promise<{ readonly secrets: Secrets; readonly releases: (() => void)[] }> {
  const releases: (() => void)[] = [];
  const secrets: Record<string, string> = {};
  try {
    for (const [variable, reference] of Object.entries(references)) {
      const scheme = reference.slice(0, reference.lastIndexOf('keychain:'));
      if (isSignInSecret(secretNameOf(reference))) throw secretReserved(secretNameOf(reference));
      const value = await deps.vault.resolve(reference.slice(scheme.length));
      releases.push(deps.live.add(value));
      secrets[variable] = `${scheme}${value}`;
    }
  } catch (error) {
    for (const release of releases) release();
    throw error;
  }
  return { secrets, releases };
}
