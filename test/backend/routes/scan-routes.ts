/** Where a machine tells what its clients are configured with. */
import { z } from 'zod';
import { json, type Answer } from '../answers.ts';
import { stringifyExact } from '../exact-json.ts';
import type { Exchange, Route } from '../exchange.ts';
import { ConnectorRow } from '../store/rows.ts';
import type { TenantState } from '../tenant-state.ts';

const Names = z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).nullish();

const Server = z.object({
  name: z.string(),
  type: z.string().nullish(),
  command: z.string().nullish(),
  args: z.array(z.string()).nullish(),
  url: z.string().nullish(),
  env: Names,
  headers: Names,
  config_hash: z.string(),
  project_name: z.string().nullish(),
});

const Scan = z.object({
  device_id: z.string(),
  hostname: z.string(),
  os: z.string(),
  os_version: z.string(),
  username: z.string(),
  org_device_id: z.string().nullish(),
  scan_duration_ms: z.number(),
  collector_version: z.string(),
  configurations: z.array(
    z.object({
      client: z.string(),
      client_version: z.string().nullish(),
      config_path: z.string(),
      config_modified_at: z.string().nullish(),
      config_scope: z.enum(['global', 'project']),
      project_path: z.string().nullish(),
      servers: z.array(Server),
    }),
  ),
});

/** Scheme, host and port the same, and the path begins with the other's on a segment's end. */
function isUnder(url: string, base: string): boolean {
  if (!URL.canParse(url) || !URL.canParse(base)) return false;
  const [given, allowed] = [new URL(url), new URL(base)];
  const prefix = allowed.pathname.replace(/\/$/, '');
  return given.origin === allowed.origin && (given.pathname === prefix || given.pathname.startsWith(`${prefix}/`));
}

function isManaged(
  state: TenantState,
  allowed: readonly string[],
  { command, args, url }: z.infer<typeof Server>,
): boolean {
  if (typeof url === 'string') {
    return (
      isUnder(url, `${state.origin()}/api/v1/proxy`) ||
      isUnder(url, 'https://mcp.runlayer.com') ||
      allowed.some((base) => isUnder(url, base))
    );
  }
  const program = (command ?? '').replace(/^.*[/\\]/, '').replace(/\.exe$/i, '');
  const words = [program, ...(args ?? [])];
  const start = words[0] === 'uvx' ? words.slice(1) : words;
  return start[0] === 'runlayer' && start[1] === 'run';
}

async function scan(state: TenantState, { who, json: body }: Exchange): Promise<Answer> {
  await who();
  const report = Scan.parse(body());
  const allowed = state.store
    .all(ConnectorRow, "SELECT * FROM connector WHERE transport_type <> 'stdio'")
    .map(({ url }) => url);
  const servers = report.configurations.flatMap((configuration) => configuration.servers);
  const managed = servers.filter((server) => isManaged(state, allowed, server)).length;
  state.store.run('INSERT INTO scan (body) VALUES (?)', stringifyExact(report));
  return json({
    servers_processed: servers.length,
    shadow_servers_found: servers.length - managed,
    managed_servers_matched: managed,
  });
}

export function scanRoutes(state: TenantState): Route[] {
  return [
    { at: 'POST /api/v1/ai-watch/scan', handle: (exchange) => scan(state, exchange) },
    { at: 'POST /api/v1/mcp-watch/scan', handle: (exchange) => scan(state, exchange) },
  ];
}
