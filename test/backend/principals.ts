/** Who asks: a person with a user key, the organisation with a key for one role, or an agent account with a token. */
import type { IncomingHttpHeaders } from 'node:http';
import { Refusal } from './answers.ts';
import { hashOf } from './secrets-of-tenant.ts';
import { Agent, ApiKey, Person } from './store/rows.ts';
import type { TenantState } from './tenant-state.ts';

export type Principal =
  | { readonly kind: 'user'; readonly person: Person }
  | { readonly kind: 'organisation'; readonly role: string }
  | { readonly kind: 'agent'; readonly agent: Agent; readonly person: Person | undefined };

/** `aud` of the access tokens of agent accounts. */
export const ACCESS_AUDIENCE = 'runlayer:access';

export function personOf({ store }: TenantState, field: 'id' | 'email', value: string): Person | undefined {
  return store.one(Person, `SELECT * FROM person WHERE ${field} = ?`, value);
}

function byKey(state: TenantState, key: string): Principal {
  const row = state.store.one(ApiKey, 'SELECT * FROM api_key WHERE hash = ?', hashOf(key));
  if (row === undefined || row.revoked) throw new Refusal(401, 'Invalid API key');
  if (row.expires_at !== null && row.expires_at <= state.now()) throw new Refusal(401, 'API key has expired');
  if (row.kind === 'organisation') return { kind: 'organisation', role: row.role ?? '' };
  const person = personOf(state, 'id', row.person_id ?? '');
  if (person === undefined) throw new Refusal(401, 'Invalid API key');
  return { kind: 'user', person };
}

/** The claims of an access token, as who they stand for. */
export async function byAccessToken(state: TenantState, token: string): Promise<Principal> {
  try {
    const claims = await state.signing.verify(token, { iss: state.origin(), aud: ACCESS_AUDIENCE, now: state.now() });
    const person = typeof claims['user_id'] === 'string' ? personOf(state, 'id', claims['user_id']) : undefined;
    if (typeof claims['agent_id'] === 'string') {
      const agent = state.store.one(Agent, 'SELECT * FROM agent WHERE id = ?', claims['agent_id']);
      if (agent !== undefined) return { kind: 'agent', agent, person };
    } else if (person !== undefined) return { kind: 'user', person };
  } catch {
    // Told below, in the words for every token that is none.
  }
  throw new Refusal(401, 'Could not validate credentials');
}

export async function principalOf(state: TenantState, headers: IncomingHttpHeaders): Promise<Principal> {
  const key = headers['x-runlayer-api-key'];
  if (typeof key === 'string') return byKey(state, key);
  const bearer = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer === undefined) throw new Refusal(401, 'Not authenticated');
  return byAccessToken(state, bearer);
}

/** An organisation's key is for one role; people and agents are not asked. */
export function requireRole(who: Principal, ...roles: readonly string[]): void {
  if (who.kind === 'organisation' && !['admin', ...roles].includes(who.role)) {
    throw new Refusal(403, `This organization API key has the role ${who.role}, which does not allow it`);
  }
}

export const actorInfo = (who: Principal): Record<string, string | null> => {
  if (who.kind === 'user') return { type: 'user', id: who.person.id, name: who.person.name, email: who.person.email };
  if (who.kind === 'organisation') return { type: 'organization', id: null, name: `key for ${who.role}`, email: null };
  return { type: 'agent', id: who.agent.id, name: who.agent.name, email: who.person?.email ?? null };
};
