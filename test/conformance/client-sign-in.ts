/**
 * The place of the auth/* scenarios: signing in, in the stead of the person whose browser opens the authorization server's
 * page. The suite's server agrees at once and redirects to the callback.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client';

/** No such document can be fetched here; a server that knows the scheme takes the address as the client's id. */
export const CLIENT_METADATA_URL = 'https://conformance-test.local/client-metadata.json';
const CALLBACK = 'http://127.0.0.1:33418/callback';

interface PerIssuer {
  readonly issuer?: string;
}

/** The SDK's own sign-in, with everything kept in memory, per authorization server. */
export class SdkSignIn implements OAuthClientProvider {
  readonly redirectUrl = CALLBACK;
  readonly clientMetadataUrl = CLIENT_METADATA_URL;
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'conformance-driver',
    redirect_uris: [CALLBACK],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  };
  private readonly clients = new Map<string | undefined, StoredOAuthClientInformation>();
  private readonly tokenSets = new Map<string | undefined, StoredOAuthTokens>();
  private latest: StoredOAuthTokens | undefined;
  private verifier = '';
  private callback: URLSearchParams | undefined;

  /** `registered`: the client that the suite says is registered already. */
  constructor(registered: Readonly<Record<string, unknown>>) {
    const { client_id: id, client_secret: secret, issuer } = registered;
    if (typeof id !== 'string') return;
    this.clients.set(typeof issuer === 'string' ? issuer : undefined, {
      client_id: id,
      ...(typeof secret === 'string' ? { client_secret: secret } : {}),
      ...(typeof issuer === 'string' ? { issuer } : {}),
    });
  }

  clientInformation(of?: PerIssuer): StoredOAuthClientInformation | undefined {
    return this.clients.get(of?.issuer);
  }

  saveClientInformation(client: StoredOAuthClientInformation, of?: PerIssuer): void {
    this.clients.set(of?.issuer, client);
  }

  tokens(of?: PerIssuer): StoredOAuthTokens | undefined {
    return of === undefined ? this.latest : this.tokenSets.get(of.issuer);
  }

  saveTokens(tokens: StoredOAuthTokens, of?: PerIssuer): void {
    this.latest = tokens;
    this.tokenSets.set(of?.issuer, tokens);
  }

  saveCodeVerifier(verifier: string): void {
    this.verifier = verifier;
  }

  codeVerifier(): string {
    return this.verifier;
  }

  async redirectToAuthorization(page: URL): Promise<void> {
    const answer = await fetch(page, { redirect: 'manual' });
    await answer.text();
    this.callback = new URL(answer.headers.get('location') ?? '', page).searchParams;
  }

  /** Ends what a refused request began; false where it began nothing. */
  async finish(transport: StreamableHTTPClientTransport): Promise<boolean> {
    const { callback } = this;
    this.callback = undefined;
    if (callback === undefined) return false;
    await transport.finishAuth(callback);
    return true;
  }
}

const ADDRESS = /https?:\/\/\S+/;

/** A command that prints the page's address and ends once its callback was called. */
export async function signInByCommand([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  let opened: Promise<unknown> | undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    const address = ADDRESS.exec(printed.slice(0, printed.lastIndexOf('\n') + 1))?.[0];
    if (address === undefined) return;
    opened ??= fetch(address).then((page) => page.text());
  });
  const [code] = (await once(child, 'close')) as [number | null];
  await opened;
  if (code !== 0) throw new Error(`the sign-in ended with ${code}: ${printed}`);
}
