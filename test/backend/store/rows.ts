/** Rows as they are stored, read into what the routes use. */
import { z } from 'zod';

const flag = z.number().transform((value) => value !== 0);
const jsonText = z.string().transform((text): unknown => JSON.parse(text));

export const Person = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: z.string(),
  groups: jsonText.pipe(z.array(z.string())),
});
export type Person = z.infer<typeof Person>;

export const Agent = z.object({ id: z.string(), name: z.string(), client_id: z.string(), secret_hash: z.string() });
export type Agent = z.infer<typeof Agent>;

export const ApiKey = z.object({
  kind: z.enum(['user', 'organisation']),
  person_id: z.string().nullable(),
  role: z.string().nullable(),
  expires_at: z.number().nullable(),
  revoked: flag,
});

export const TransportConfig = z.object({
  args: z.array(z.string()).optional(),
  env: z.record(z.string(), z.string()).optional(),
});

export const ConnectorRow = z.object({
  id: z.string(),
  alias: z.string(),
  name: z.string(),
  description: z.string(),
  url: z.string(),
  transport_type: z.string(),
  transport_config: jsonText.pipe(TransportConfig.nullable()),
  deployment_mode: z.string(),
  version: z.number(),
  sync_required: flag,
  catalog_entry_name: z.string().nullable(),
  forwards_identity: flag,
  is_official: flag,
  status: z.string(),
});
export type ConnectorRow = z.infer<typeof ConnectorRow>;

export const ApprovalRow = z.object({
  id: z.string(),
  status: z.string(),
  can_decide_inline: flag,
  title: z.string(),
  server_id: z.string().nullable(),
  server_name: z.string(),
  tool_name: z.string(),
  created_at: z.number(),
});
export type ApprovalRow = z.infer<typeof ApprovalRow>;

export const Count = z.object({ n: z.number() });
export const JsonBody = z.object({ body: jsonText }).transform(({ body }) => body);
