/** Tokens of agent accounts: for themselves, and on behalf of a person (RFC 6749 §4.4, RFC 8693 §2.1). Errors as RFC 6749 §5.2. */
import { timingSafeEqual } from 'node:crypto';
import { json, type Answer } from '../answers.ts';
import type { Exchange, Route } from '../exchange.ts';
import { ORGANISATION } from '../organisation.ts';
import { ACCESS_AUDIENCE, byAccessToken, personOf, type Principal } from '../principals.ts';
import { hashOf } from '../secrets-of-tenant.ts';
import { Agent, type Person } from '../store/rows.ts';
import type { TenantState } from '../tenant-state.ts';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const USER_ID = 'urn:runlayer:token-type:user-id';
const USER_EMAIL = 'urn:runlayer:token-type:user-email';
const LIFETIME_S = 3600;

class OAuthError extends Error {
  readonly error: string;
  readonly status: number;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.error = error;
    this.status = status;
  }
}

function agentOf({ store }: TenantState, form: URLSearchParams, authorization: string | undefined): Agent {
  let id = form.get('client_id');
  let secret = form.get('client_secret');
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...rest] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    id = user;
    secret = rest.join(':');
  }
  const agent = store.one(Agent, 'SELECT * FROM agent WHERE client_id = ?', id ?? '');
  const given = Buffer.from(hashOf(secret ?? ''));
  if (agent === undefined || !timingSafeEqual(given, Buffer.from(agent.secret_hash))) {
    throw new OAuthError('invalid_client', 'Client authentication failed', 401);
  }
  return agent;
}

async function principalOfToken(state: TenantState, token: string, what: string): Promise<Principal> {
  try {
    return await byAccessToken(state, token);
  } catch {
    throw new OAuthError('invalid_grant', `The ${what} is not valid`);
  }
}

async function subjectOf(state: TenantState, form: URLSearchParams): Promise<Person> {
  const token = form.get('subject_token') ?? '';
  let person: Person | undefined;
  switch (form.get('subject_token_type') ?? '') {
    case USER_ID:
      person = personOf(state, 'id', token);
      break;
    case USER_EMAIL:
      person = personOf(state, 'email', token);
      break;
    case ACCESS_TOKEN: {
      const subject = await principalOfToken(state, token, 'subject token');
      person = subject.kind === 'organisation' ? undefined : subject.person;
      break;
    }
    default:
      throw new OAuthError('invalid_request', 'subject_token_type is missing or not supported');
  }
  if (person === undefined) throw new OAuthError('invalid_grant', 'The subject token names no user');
  return person;
}

async function actorOf(state: TenantState, form: URLSearchParams): Promise<Agent> {
  if (form.get('actor_token_type') !== ACCESS_TOKEN)
    throw new OAuthError('invalid_request', 'actor_token_type is missing or not supported');
  const actor = await principalOfToken(state, form.get('actor_token') ?? '', 'actor token');
  // Who acts for somebody already does not act for another.
  if (actor.kind !== 'agent' || actor.person !== undefined)
    throw new OAuthError('invalid_grant', 'The actor token is not one of an agent account');
  return actor.agent;
}

/** An access token for an agent, for a person, or for an agent on behalf of a person. */
export function mintAccessToken(
  state: TenantState,
  agent: Agent | undefined,
  person: Person | undefined,
): Promise<string> {
  return state.signing.sign(
    {
      sub: agent?.id ?? person?.id ?? '',
      organization_id: ORGANISATION.id,
      ...(agent === undefined ? {} : { agent_id: agent.id }),
      ...(person === undefined ? {} : { user_id: person.id }),
    },
    { iss: state.origin(), aud: ACCESS_AUDIENCE, atS: Math.floor(state.now() / 1000), ttlS: LIFETIME_S },
  );
}

async function token(state: TenantState, exchange: Exchange): Promise<Answer> {
  if (!/^application\/x-www-form-urlencoded\b/i.test(exchange.headers['content-type'] ?? '')) {
    throw new OAuthError('invalid_request', 'A form is expected');
  }
  const form = exchange.form();
  const grant = form.get('grant_type');
  if (grant !== 'client_credentials' && grant !== EXCHANGE)
    throw new OAuthError('unsupported_grant_type', 'This grant is not supported');
  const isExchange = grant === EXCHANGE;
  const agent = isExchange ? await actorOf(state, form) : agentOf(state, form, exchange.headers.authorization);
  // The older shape, with the subject on client_credentials, still works.
  const isOlderShape = !isExchange && form.has('subject_token');
  const person = isExchange || isOlderShape ? await subjectOf(state, form) : undefined;
  return json(
    {
      access_token: await mintAccessToken(state, agent, person),
      token_type: 'Bearer',
      expires_in: LIFETIME_S,
      ...(isExchange ? { issued_token_type: ACCESS_TOKEN } : {}),
    },
    200,
    { 'cache-control': 'no-store', ...(isOlderShape ? { deprecation: 'true' } : {}) },
  );
}

async function tokenOrError(state: TenantState, exchange: Exchange): Promise<Answer> {
  try {
    return await token(state, exchange);
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return json({ error: error.error, error_description: error.message }, error.status, {
      'cache-control': 'no-store',
    });
  }
}

export function oauthRoutes(state: TenantState): Route[] {
  return [{ at: 'POST /api/v1/oauth/token', handle: (exchange) => tokenOrError(state, exchange) }];
}
