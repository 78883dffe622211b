import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, member, type Asked } from './ask.ts';
import { FIRST_PERSON } from './organisation.ts';
import { SEEDED } from './seed/ids.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

let tenant: RunningTenant;
beforeEach(async () => {
  tenant = await startTenant({ seed: true });
});
afterEach(() => tenant.stop());

describe('agent accounts', () => {
  const token = (fields: Record<string, string>): Promise<Asked> =>
    ask(tenant, 'POST /api/v1/oauth/token', { body: new URLSearchParams(fields) });
  const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';

  async function actor(): Promise<{
    readonly token: string;
    readonly id: string;
    readonly fields: Record<string, string>;
  }> {
    const { id, clientId, clientSecret } = tenant.admin.createAgent('Release bot');
    const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const given = await token(fields);
    expect(given).toMatchObject({ status: 200, body: { token_type: 'Bearer', expires_in: 3600 } });
    return { token: String(member(given, 'access_token')), id, fields };
  }

  it.each([
    ['urn:runlayer:token-type:user-id', () => Promise.resolve(FIRST_PERSON.id)],
    ['urn:runlayer:token-type:user-email', () => Promise.resolve(FIRST_PERSON.email)],
    [ACCESS, () => tenant.admin.createUserToken()],
  ])('act for a person named by %s', async (type, subject) => {
    const agent = await actor();
    const given = await token({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      actor_token: agent.token,
      actor_token_type: ACCESS,
      subject_token: await subject(),
      subject_token_type: type,
    });
    expect(given).toMatchObject({ status: 200, body: { issued_token_type: ACCESS } });
    const bearer = String(member(given, 'access_token'));
    const { warehouse } = SEEDED.connectors;
    const definition = await ask(tenant, `GET /api/v1/local/${warehouse}`, { bearer });
    expect(definition.body).toMatchObject({
      identity_forward: {
        headers: {
          'X-Runlayer-Subject-Type': 'obo',
          'X-Runlayer-Agent-Id': agent.id,
          'X-Runlayer-User-Email': FIRST_PERSON.email,
        },
      },
    });
  });

  it('still act for a person by the older shape', async () => {
    const { fields } = await actor();
    const given = await token({
      ...fields,
      subject_token: FIRST_PERSON.id,
      subject_token_type: 'urn:runlayer:token-type:user-id',
    });
    expect(given.headers.get('deprecation')).toBe('true');
    expect((await ask(tenant, 'GET /api/v1/users/me', { bearer: String(member(given, 'access_token')) })).status).toBe(
      200,
    );
  });

  it('are told what is wrong', async () => {
    const { fields, token: actorToken } = await actor();
    const errors = async (given: Record<string, string>): Promise<unknown[]> => {
      const answer = await token(given);
      return [answer.status, member(answer, 'error')];
    };
    const exchange = {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      actor_token: actorToken,
      actor_token_type: ACCESS,
    };
    expect(await errors({ grant_type: 'password' })).toEqual([400, 'unsupported_grant_type']);
    expect(await errors({ ...fields, client_secret: 'x' })).toEqual([401, 'invalid_client']);
    expect(await errors({ ...exchange, subject_token: 'x', subject_token_type: 'urn:x' })).toEqual([
      400,
      'invalid_request',
    ]);
    expect(await errors({ ...exchange, subject_token: 'x', subject_token_type: ACCESS })).toEqual([
      400,
      'invalid_grant',
    ]);
    expect(await errors({ ...exchange, actor_token: 'x' })).toEqual([400, 'invalid_grant']);
    // Who acts for somebody already does not act for another.
    const subject = { subject_token: FIRST_PERSON.id, subject_token_type: 'urn:runlayer:token-type:user-id' };
    const acting = String(member(await token({ ...exchange, ...subject }), 'access_token'));
    expect(await errors({ ...exchange, ...subject, actor_token: acting })).toEqual([400, 'invalid_grant']);
    expect((await ask(tenant, 'GET /api/v1/servers', { bearer: `${actorToken}x` })).status).toBe(401);
  });
});
