import { domainToUnicode } from 'node:url';
import { isLoopbackHost, type HttpDefinition, type Risk } from '../../preload/contract/connector.ts';
import { createFindings } from './risk/findings.ts';
import { isIssuedSecret, secretHeaders, secretPrefixes, secretsInUrl } from './risk/secret-literals.ts';

/**
 * Says in plain words what a person should weigh before clients may reach a server over HTTP. Pure: it looks up no name and
 * sends nothing. Advice for a yes or no, not a wall: no finding never means safe, and everything is shown in full beside it.
 */

/** Evidence never holds a value. */
export function assessHttpRisks(definition: HttpDefinition): Risk[] {
  const { risks, add } = createFindings();
  const url = new URL(definition.url);
  if (url.protocol === 'http:') assessPlainHttp(url, definition, add);
  if (url.hostname.split('.').some((label) => label.startsWith('xn--'))) {
    const read = domainToUnicode(url.hostname);
    add(
      'foreign_letters',
      read === '' || read === url.hostname ? url.hostname : `${url.hostname}, which reads ${read}`,
      'The name of this server holds letters outside a to z, which can look like those of another name. Check that it is the one you mean.',
    );
  }
  for (const evidence of secretsInUrl(url)) {
    add(
      'secret_literal',
      evidence,
      'This part of the address looks like a secret: it would be kept in a plain file and shown wherever the address is. If the server takes it as a header, store it with "runlayer secrets set" and pass it with --secret.',
    );
  }
  for (const evidence of [...secretHeaders(definition.headers), ...secretPrefixes(definition.secrets)]) {
    add(
      'secret_literal',
      evidence,
      'This looks like a secret written out: it would be kept in a plain file. Store it with "runlayer secrets set" and pass it with --secret.',
    );
  }
  if (definition.oauthClient !== undefined && isIssuedSecret(definition.oauthClient.id)) {
    add(
      'secret_literal',
      'the client id',
      'This looks like a secret in the place of the client id: it would be kept in a plain file. Store it with "runlayer secrets set" and pass it with --oauth-client-secret.',
    );
  }
  return risks;
}

function assessPlainHttp(
  url: URL,
  { secrets, oauth }: HttpDefinition,
  add: (code: Risk['code'], evidence: string, text: string) => void,
): void {
  if (!isLoopbackHost(url.hostname)) {
    add(
      'plain_http',
      url.origin,
      'Without https everybody on the way can read and change what clients and this server say to each other.',
    );
  } else if (oauth || Object.keys(secrets).length > 0) {
    add(
      'plain_http',
      url.origin,
      'Whatever program listens on this port gets the secret, also one of another user while your server is not running.',
    );
  }
}
