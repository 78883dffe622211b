import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, member, type Asked } from './ask.ts';
import { FIRST_PERSON, ORGANISATION } from './organisation.ts';
import type { PolicyRule } from './policies.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

const ID = '7d0d0a3e-3f5d-4a07-9f4e-2b1f7c6a5d10';
let tenant: RunningTenant;
let key = '';

beforeEach(async () => {
  tenant = await startTenant();
  key = tenant.admin.createUserKey();
  tenant.admin.addConnector({
    id: ID,
    name: 'Parts List',
    url: 'parts',
    transport_config: { args: ['--x'] },
    sync_required: true,
  });
});
afterEach(() => tenant.stop());

const to = (path: string, body?: unknown): Promise<Asked> =>
  ask(tenant, `${body === undefined ? 'GET' : 'POST'} /api/v1/local/${path}`, {
    key,
    ...(body === undefined ? {} : { body }),
  });
const call = (args: unknown, name = 'find'): unknown => ({
  method: 'tools/call',
  params: { name, arguments: args, meta: null },
});
const pre = (body: unknown): Promise<Asked> => to(`${ID}/pre`, body);

async function post(body: unknown, result: unknown, more: Record<string, unknown> = {}): Promise<Asked> {
  const correlation = member(await pre(body), 'correlation_id');
  return to(`${ID}/post`, {
    ...(body as object),
    result,
    correlation_id: correlation,
    inject_synthetic_tool_on_policy_block: true,
    upstream_error: null,
    ...more,
  });
}

const rule = (given: PolicyRule, tool?: string): void => {
  tenant.admin.setPolicy({ connector: ID, rule: given, ...(tool === undefined ? {} : { tool }) });
};
const LIST = { method: 'tools/list', params: null };
const TOOLS = { tools: [{ name: 'find' }, { name: 'drop' }] };
const result = (text: string): unknown => ({ content: [{ type: 'text', text }] });

describe('a definition', () => {
  it('is found by its alias and by its id', async () => {
    expect((await to('resolve?target=parts-list')).body).toEqual({ server_id: ID });
    expect((await to('resolve?target=nothing')).status).toBe(404);
    expect((await to(ID)).body).toMatchObject({
      id: ID,
      url: 'parts',
      transport_type: 'stdio',
      transport_config: { args: ['--x'] },
      version: 1,
      sync_required: true,
      identity_forward: null,
    });
  });

  it('is not there for ids that are none, for the gone, and for those without a key', async () => {
    expect((await to('parts-list')).status).toBe(422);
    expect((await to('7d0d0a3e-3f5d-4a07-9f4e-000000000000')).status).toBe(404);
    tenant.admin.removeConnector(ID);
    expect((await to(ID)).body).toEqual({ detail: 'Server not found' });
    expect((await ask(tenant, `GET /api/v1/local/${ID}`)).status).toBe(401);
  });

  it('tells an upstream who calls, by a token that its key set proves', async () => {
    tenant.admin.setConnector(ID, { transport_type: 'sse', url: 'https://parts.example/sse', forwards_identity: true });
    const answer = (await to(ID)).body as { identity_forward: { headers: Record<string, string>; expires_at: number } };
    const { headers, expires_at: endsAt } = answer.identity_forward;
    const keys = createRemoteJWKSet(new URL(`${tenant.url}/.well-known/runlayer-identity-forward.jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(headers['X-Runlayer-Identity-Token'] ?? '', keys, {
      issuer: tenant.url,
      audience: `runlayer:identity-forward:${ID}`,
      algorithms: ['EdDSA'],
    });
    expect(protectedHeader.kid).toBeTypeOf('string');
    expect(payload).toMatchObject({
      sub: FIRST_PERSON.id,
      subject_type: 'user',
      user_email: FIRST_PERSON.email,
      exp: endsAt,
    });
    expect(payload.exp).toBe((payload.iat ?? 0) + 300);
    expect(headers).toMatchObject({ 'X-Runlayer-Subject-Type': 'user', 'X-Runlayer-User-Id': FIRST_PERSON.id });
  });

  it('tells of nobody where an organisation asks', async () => {
    tenant.admin.setConnector(ID, { transport_type: 'sse', url: 'https://parts.example/sse', forwards_identity: true });
    key = tenant.admin.createOrgKey();
    expect(member(await to(ID), 'identity_forward')).toEqual({
      headers: { 'X-Runlayer-Subject-Type': 'agent', 'X-Runlayer-Org-Id': ORGANISATION.id },
      expires_at: null,
      applied: true,
    });
  });
});

describe('before a call', () => {
  it('lets it pass where a rule allows it', async () => {
    expect((await pre(call({ a: 1 }))).body).toEqual({
      correlation_id: expect.any(String),
      quick_tool_result: null,
      modified_args: null,
    });
  });

  it.each<[string, PolicyRule, unknown, number]>([
    ['denied', { kind: 'deny', reason: 'Not this' }, {}, 403],
    [
      'denied by an argument',
      { kind: 'deny', reason: 'Not this', when: { pointer: '/a/0', equals: 1 } },
      { a: [1] },
      403,
    ],
    ['another argument', { kind: 'deny', reason: 'Not this', when: { pointer: '/a/0', equals: 1 } }, { a: [2] }, 200],
    [
      'a part of a text',
      { kind: 'deny', reason: 'Not this', when: { pointer: '/a~1b', contains: 'x' } },
      { 'a/b': 'yxz' },
      403,
    ],
    ['for somebody else', { kind: 'deny', reason: 'Not this', who: { kind: 'group', is: 'design' } }, {}, 200],
    ['for a group', { kind: 'deny', reason: 'Not this', who: { kind: 'group', is: 'platform' } }, {}, 403],
  ])('%s', async (_name, given, args, status) => {
    rule(given, 'fi*');
    const answer = await pre(call(args));
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toEqual({ detail: 'Not this' });
    expect((await pre(call(args, 'other'))).status).toBe(200);
  });

  it('allows nothing without a rule that does', async () => {
    tenant.admin.clearPolicies(ID);
    expect((await pre(call({}))).status).toBe(403);
    expect((await pre(LIST)).status).toBe(403);
    rule({ kind: 'allow' }, 'find');
    expect((await pre(call({}))).status).toBe(200);
    expect((await pre(call({}, 'drop'))).status).toBe(403);
    expect((await post(LIST, TOOLS)).body).toEqual([{ name: 'find' }]);
  });

  it('answers itself, or changes the arguments', async () => {
    rule({ kind: 'quick', result: { content: [] } }, 'drop');
    rule({ kind: 'arguments', set: { limit: 5 } }, 'find');
    expect(member(await pre(call({}, 'drop')), 'quick_tool_result')).toEqual({ content: [] });
    expect(member(await pre(call({ limit: 9, b: 2 })), 'modified_args')).toEqual({ limit: 5, b: 2 });
  });

  it('keeps the text of numbers', async () => {
    rule({ kind: 'arguments', set: { limit: 5 } });
    const body =
      '{"method":"tools/call","params":{"name":"find","arguments":{"id":9007199254740993,"x":1.0,"big":1e400}}}';
    expect((await pre(body)).text).toContain('"modified_args":{"id":9007199254740993,"x":1.0,"big":1e400,"limit":5}');
  });

  it('asks a person once, and takes a yes for one call', async () => {
    rule({ kind: 'approval', title: 'Find it' }, 'find');
    const first = await pre(call({}));
    expect(first.status).toBe(403);
    expect((await pre(call({}))).body).toEqual(first.body);
    const [approval] = tenant.admin.approvals();
    expect(tenant.admin.approvals()).toHaveLength(1);
    const decision = `POST /api/v1/approvals/${approval?.id ?? ''}/decision`;
    expect((await ask(tenant, decision, { key, body: { approve: true } })).status).toBe(200);
    expect((await pre(call({}))).status).toBe(200);
    expect((await pre(call({}))).status).toBe(403);
  });

  it.each([
    ['no JSON', '{'],
    ['another method', { method: 'prompts/get', params: null }],
    ['a call without parameters', { method: 'tools/call', params: null }],
    ['arguments that are a list', { method: 'tools/call', params: { name: 'x', arguments: [] } }],
  ])('refuses %s', async (_name, body) => {
    const answer = await pre(body);
    expect(answer.status).toBe(422);
    expect(member(answer, 'detail')).toBeInstanceOf(Array);
  });
});

describe('after a call', () => {
  it('lets the result pass, masks it, replaces it, or keeps it back', async () => {
    expect((await post(call({}), result('a 123-45-6789'))).body).toEqual({ modified_output: null });
    rule({ kind: 'output', mask: [{ find: '\\d{3}-\\d{2}-\\d{4}', with: '[SSN]' }] }, 'find');
    expect((await post(call({}), result('a 123-45-6789'))).body).toEqual({ modified_output: result('a [SSN]') });
    rule({ kind: 'output', result: { content: [] } }, 'replaced');
    expect((await post(call({}, 'replaced'), result('x'))).body).toEqual({ modified_output: { content: [] } });
    rule({ kind: 'output', block: 'Too much' }, 'kept');
    expect(await post(call({}, 'kept'), result('x'))).toMatchObject({ status: 403, body: { detail: 'Too much' } });
  });

  it('replaces the list: hides, redefines, adds', async () => {
    expect((await post(LIST, TOOLS)).body).toEqual(TOOLS.tools);
    rule({ kind: 'hide' }, 'drop');
    rule({ kind: 'redefine', definition: { description: 'Ours' } }, 'find');
    rule({ kind: 'add', definition: { name: 'extra' } });
    expect((await post(LIST, TOOLS)).body).toEqual([{ name: 'find', description: 'Ours' }, { name: 'extra' }]);
    expect((await pre(call({}, 'drop'))).status).toBe(403);
  });

  it('hears of what went wrong', async () => {
    const error = { type: 'ConnectError', message: 'nobody listens' };
    expect((await post(call({}), null, { upstream_error: error })).status).toBe(200);
    expect(tenant.admin.logs()[0]).toMatchObject({
      details: { outcome: 'error', reason: 'ConnectError: nobody listens' },
    });
  });

  it('wants the correlation that it gave, and every member', async () => {
    expect((await post(call({}), result('x'), { correlation_id: 'made-up' })).status).toBe(422);
    expect((await post(call({}), result('x'), { upstream_error: undefined })).status).toBe(422);
    expect((await post(LIST, { tools: 'none' })).status).toBe(422);
  });

  it('writes one row each, under one correlation', async () => {
    await post(call({}), result('x'));
    const rows = tenant.admin.logs() as { details: Record<string, unknown> }[];
    expect(rows.map(({ details }) => details['event_type'])).toEqual(['post', 'pre']);
    expect(new Set(rows.map(({ details }) => details['correlation_id'])).size).toBe(1);
    expect(rows[0]).toMatchObject({
      action_type: 'tool_call',
      details: { server_name: 'Parts List', resource_name: 'find' },
    });
  });
});

describe('capabilities', () => {
  const sent = { tools: [{ name: 'find' }], resources: [], prompts: [], synced_at: '2026-11-21T09:00:00Z' };

  it('are taken for the version that is there, and asked for again when it changes', async () => {
    expect((await to(`${ID}/capabilities?server_version=1`, sent)).status).toBe(200);
    expect(tenant.admin.capabilities(ID)).toEqual(sent);
    expect(member(await to(ID), 'sync_required')).toBe(false);
    tenant.admin.setConnector(ID, { description: 'Changed' });
    expect((await to(ID)).body).toMatchObject({ version: 2, sync_required: true });
    expect((await to(`${ID}/capabilities?server_version=1`, sent)).status).toBe(409);
    expect((await to(`${ID}/capabilities?server_version=2`, { ...sent, tools: {} })).status).toBe(422);
  });
});
