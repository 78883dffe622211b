/** Deployments: believable, and deterministic: each look at the status is a step further. Nothing is built or run. */
import { randomBytes, randomUUID } from 'node:crypto';
import { parse } from 'yaml';
import { z } from 'zod';
import { json, nothing, Refusal, type Answer } from '../answers.ts';
import type { Exchange, Route } from '../exchange.ts';
import { requireRole } from '../principals.ts';
import type { TenantState } from '../tenant-state.ts';

const STEPS = ['queued', 'building', 'deploying', 'completed'] as const;

const LINES: Readonly<Record<(typeof STEPS)[number], string>> = {
  queued: 'Waiting for a place to run',
  building: 'Image pulled and checked',
  deploying: 'Health check GET /health answered 200',
  completed: 'Deployed',
};

const Config = z.looseObject({
  name: z.string().regex(/^[a-z0-9_-]+$/, 'name: only a-z, 0-9, "-" and "_"'),
  runtime: z.literal('docker'),
  build: z.looseObject({}).optional(),
  image: z.string().optional(),
  service: z.looseObject({ port: z.number().int().min(1).max(65_535) }),
});

const Row = z.object({
  id: z.string(),
  name: z.string(),
  yaml: z.string(),
  docker_image: z.string().nullable(),
  status: z.string(),
  history_id: z.string().nullable(),
  polls: z.number(),
});
type Row = z.infer<typeof Row>;

interface Checked {
  readonly valid: boolean;
  readonly error: string | null;
  readonly parsed_config: unknown;
}

function checkYaml(text: string): Checked {
  const refuse = (error: string): Checked => ({ valid: false, error, parsed_config: null });
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    return refuse(`Invalid YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`);
  }
  const config = Config.safeParse(document);
  if (!config.success)
    return refuse(config.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  if ((config.data.build === undefined) === (config.data.image === undefined))
    return refuse('Exactly one of build and image is needed');
  return { valid: true, error: null, parsed_config: config.data };
}

const templateOf = (name: string, id: string): string =>
  `name: ${name}\nid: ${id}\nruntime: docker\nbuild:\n  dockerfile: Dockerfile\n  context: .\n  platform: arm\n` +
  `service:\n  port: 8000\n  path: /mcp\ninfrastructure:\n  cpu: 512\n  memory: 1024\n  platform: arm\nenv: {}\n`;

const shown = ({ id, name, status, docker_image }: Row): Record<string, unknown> => ({
  id,
  name,
  status,
  docker_image,
  connectors: [],
});

/** Asked by whom, and of what. */
async function rowOf({ store }: TenantState, { who, params }: Exchange): Promise<Row> {
  requireRole(await who(), 'deploy');
  const row = store.one(Row, 'SELECT * FROM deployment WHERE id = ?', params['id'] ?? '');
  if (row === undefined) throw new Refusal(404, 'Deployment not found');
  return row;
}

async function create({ store, now }: TenantState, { who, json: body }: Exchange): Promise<Answer> {
  requireRole(await who(), 'deploy');
  const { name } = z.object({ name: Config.shape.name }).parse(body());
  if (store.one(Row, 'SELECT * FROM deployment WHERE name = ?', name) !== undefined) {
    throw new Refusal(409, `A deployment called ${name} exists`);
  }
  const id = randomUUID();
  const yaml = templateOf(name, id);
  store.run("INSERT INTO deployment VALUES (?, ?, ?, NULL, 'created', NULL, 0, ?)", id, name, yaml, now());
  return json({ id, name, status: 'created', template_yaml: yaml }, 201);
}

async function put(state: TenantState, exchange: Exchange): Promise<Answer> {
  const row = await rowOf(state, exchange);
  const body = z.object({ yaml_content: z.string(), docker_image: z.string().nullish() }).parse(exchange.json());
  const { error } = checkYaml(body.yaml_content);
  if (error !== null) throw new Refusal(422, error);
  const image = body.docker_image ?? row.docker_image;
  if (image !== null && body.docker_image !== undefined && !/@sha256:[0-9a-f]{64}$/.test(image)) {
    throw new Refusal(422, 'docker_image is named by its digest');
  }
  state.store.run('UPDATE deployment SET yaml = ?, docker_image = ? WHERE id = ?', body.yaml_content, image, row.id);
  return json(shown({ ...row, docker_image: image }));
}

async function trigger(state: TenantState, exchange: Exchange): Promise<Answer> {
  const row = await rowOf(state, exchange);
  const history = randomUUID();
  state.store.run("UPDATE deployment SET status = 'queued', history_id = ?, polls = 0 WHERE id = ?", history, row.id);
  return json({ deployment_id: row.id, request_id: randomUUID(), status: 'queued', history_id: history }, 202);
}

async function status(state: TenantState, exchange: Exchange): Promise<Answer> {
  const row = await rowOf(state, exchange);
  if (row.history_id === null) return json({ deployment_id: row.id, status: row.status, history_id: null });
  const next = STEPS[Math.min(row.polls, STEPS.length - 1)] ?? 'completed';
  state.store.run('UPDATE deployment SET status = ?, polls = polls + 1 WHERE id = ?', next, row.id);
  return json({ deployment_id: row.id, status: next, history_id: row.history_id });
}

async function logs({ store }: TenantState, { who, params }: Exchange): Promise<Answer> {
  requireRole(await who(), 'deploy');
  const row = store.one(Row, 'SELECT * FROM deployment WHERE history_id = ?', params['history'] ?? '');
  if (row === undefined) throw new Refusal(404, 'Deployment history not found');
  const reached = STEPS.slice(0, Math.min(row.polls, STEPS.length));
  return json({ history_id: row.history_id, status: row.status, logs: reached.map((step) => LINES[step]) });
}

async function credentials({ origin }: TenantState, { who }: Exchange): Promise<Answer> {
  requireRole(await who(), 'deploy');
  return json({
    registry_url: new URL(origin()).host,
    repository: 'runlayer-build',
    username: 'AWS',
    password: randomBytes(24).toString('base64url'),
    expires_in: 43_200,
  });
}

async function validate({ who, json: body }: Exchange): Promise<Answer> {
  requireRole(await who(), 'deploy');
  return json(checkYaml(z.object({ yaml_content: z.string() }).parse(body()).yaml_content));
}

async function remove(state: TenantState, exchange: Exchange): Promise<Answer> {
  state.store.run('DELETE FROM deployment WHERE id = ?', (await rowOf(state, exchange)).id);
  return nothing();
}

export function deploymentRoutes(state: TenantState): Route[] {
  const base = '/api/v1/deployments';
  return [
    { at: `POST ${base}/validate-yaml`, handle: validate },
    { at: `POST ${base}/`, handle: (exchange) => create(state, exchange) },
    { at: `POST ${base}/registry-credentials`, handle: (exchange) => credentials(state, exchange) },
    { at: `POST ${base}/ecr-credentials`, handle: (exchange) => credentials(state, exchange) },
    { at: `GET ${base}/{id}`, handle: async (exchange) => json(shown(await rowOf(state, exchange))) },
    { at: `PUT ${base}/{id}`, handle: (exchange) => put(state, exchange) },
    { at: `DELETE ${base}/{id}`, handle: (exchange) => remove(state, exchange) },
    { at: `POST ${base}/{id}/trigger`, handle: (exchange) => trigger(state, exchange) },
    { at: `GET ${base}/{id}/status`, handle: (exchange) => status(state, exchange) },
    { at: `GET ${base}/history/{history}/logs`, handle: (exchange) => logs(state, exchange) },
    {
      at: `GET ${base}/{id}/export-yaml`,
      handle: async (exchange) => json({ yaml_content: (await rowOf(state, exchange)).yaml }),
    },
  ];
}
