/** The client id of a sign-in from the command line. What does not fit is not repeated: it may be the secret itself. */
import { OAuthClient, SecretReference } from '../../../preload/contract/index.ts';
import { misuse, type DefinitionOptions } from './definition-options.ts';

/** What a command line makes of the client that a definition has. */
export function clientChange(options: DefinitionOptions): (before: OAuthClient | undefined) => OAuthClient | undefined {
  const { oauthClientId: id, oauthClientSecret: secret, removeOauthClient, oauth } = options;
  if (id !== undefined && !OAuthClient.shape.id.safeParse(id).success)
    throw misuse(
      'What --oauth-client-id gives does not fit: a client id is 1 to 512 printable characters of ASCII, without spaces.',
      'Copy it from the provider, where you registered this program.',
    );
  if (secret !== undefined && !SecretReference.safeParse(secret).success)
    throw misuse(
      'What --oauth-client-secret gives does not fit: it is keychain:<name>, never the secret itself.',
      'Store the secret with "runlayer secrets set <name>", then write for example --oauth-client-secret keychain:github-client',
    );
  return (before) => {
    // Nobody signs in any more, so nothing of it means anything.
    const kept = removeOauthClient === true || oauth === false ? undefined : before;
    const named = id ?? kept?.id;
    if (named === undefined) {
      if (secret === undefined) return undefined;
      throw misuse(
        '--oauth-client-secret belongs to a client id, and there is none.',
        'Give the id too, with --oauth-client-id.',
      );
    }
    // The secret of one id is never sent for another.
    const ofId = secret ?? (named === kept?.id ? kept.secret : undefined);
    return { id: named, ...(ofId === undefined ? {} : { secret: ofId }) };
  };
}
