import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, member, type Asked } from './ask.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

let tenant: RunningTenant;
let key = '';
beforeEach(async () => {
  tenant = await startTenant();
  key = tenant.admin.createOrgKey('deploy');
});
afterEach(() => tenant.stop());

const at = (route: string, body?: unknown): Promise<Asked> => {
  const [method = '', path = ''] = route.split(' ');
  return ask(tenant, `${method} /api/v1/deployments/${path}`, { key, ...(body === undefined ? {} : { body }) });
};
const YAML = 'name: parts\nruntime: docker\nimage: nginx\nservice:\n  port: 80\n';

describe('deployments', () => {
  it('go from a name to a running server', async () => {
    const created = await at('POST ', { name: 'parts' });
    const id = String(member(created, 'id'));
    expect(created.status).toBe(201);
    expect(member(created, 'template_yaml')).toContain(`id: ${id}`);
    const credentials = await at('POST registry-credentials', {});
    expect(credentials.body).toMatchObject({ username: 'AWS', registry_url: expect.any(String) });
    const digest = `parts@sha256:${'0'.repeat(64)}`;
    expect((await at(`PUT ${id}`, { yaml_content: YAML, docker_image: 'parts:latest' })).status).toBe(422);
    expect((await at(`PUT ${id}`, { yaml_content: YAML, docker_image: digest })).status).toBe(200);
    const history = String(member(await at(`POST ${id}/trigger`, {}), 'history_id'));
    const seen: unknown[] = [];
    while (seen.at(-1) !== 'completed' && seen.length < 9) seen.push(member(await at(`GET ${id}/status`), 'status'));
    expect(seen).toEqual(['queued', 'building', 'deploying', 'completed']);
    expect(member(await at(`GET history/${history}/logs`), 'logs')).toHaveLength(4);
    expect((await at(`GET ${id}/export-yaml`)).body).toEqual({ yaml_content: YAML });
    expect((await at(`DELETE ${id}`)).status).toBe(204);
    expect((await at(`GET ${id}`)).status).toBe(404);
  });

  it.each([
    ['', true],
    ['build: {}\n', false],
    ['runtime: wasm\n', false],
    ['x: [\n', false],
  ])('are checked: %j', async (more, valid) => {
    const answer = await at('POST validate-yaml', { yaml_content: YAML + more });
    expect(answer).toMatchObject({ status: 200, body: { valid } });
    expect(member(answer, 'error') === null).toBe(valid);
  });

  it('are for who may deploy, and each name is there once', async () => {
    expect((await at('POST ', { name: 'parts' })).status).toBe(201);
    expect((await at('POST ', { name: 'parts' })).status).toBe(409);
    expect((await at('POST ', { name: 'No Good' })).status).toBe(422);
    key = tenant.admin.createOrgKey('audit');
    expect((await at('POST ', { name: 'other' })).status).toBe(403);
  });
});
