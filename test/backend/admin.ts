/** What a test, or whoever runs the tenant, changes and looks at from inside the process. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readLogs } from './audit-log.ts';
import { FIRST_PERSON } from './organisation.ts';
import { PolicyRule } from './policies.ts';
import { personOf } from './principals.ts';
import { decideDevice, giveUserKey } from './routes/device-routes.ts';
import { ingestCounts, ingestedEvents, type CloudEvent, type IngestCounts } from './routes/ingest-routes.ts';
import { mintAccessToken } from './routes/oauth-routes.ts';
import { hashOf, newClientSecret, newOrganisationKey } from './secrets-of-tenant.ts';
import { ApprovalRow, ConnectorRow, JsonBody, Person } from './store/rows.ts';
import type { TenantState } from './tenant-state.ts';

export interface NewConnector {
  readonly id?: string;
  readonly alias?: string;
  readonly name: string;
  readonly description?: string;
  /** The command of `stdio`, the address of the others; `{tenant}` stands for the tenant's own origin. */
  readonly url: string;
  /** `stdio` without one; anything is taken, so that wrong ones can be tried. */
  readonly transport_type?: string;
  readonly transport_config?: {
    readonly args?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
  } | null;
  readonly deployment_mode?: string;
  readonly version?: number;
  readonly sync_required?: boolean;
  readonly catalog_entry_name?: string | null;
  readonly forwards_identity?: boolean;
  readonly is_official?: boolean;
  readonly status?: string;
  /** False: nobody may use it until a policy says so. */
  readonly isAllowed?: boolean;
}

export interface NewPolicy {
  /** Null: a global rule (also what the hook routes look at). */
  readonly connector: string | null;
  /** Glob with `*`; without it the whole server. */
  readonly tool?: string;
  readonly rule: PolicyRule;
}

export interface NewApproval {
  readonly id?: string;
  readonly title: string;
  readonly server_name: string;
  readonly tool_name: string;
  readonly can_decide_inline?: boolean;
  readonly status?: string;
}

export interface NewPerson {
  readonly id?: string;
  readonly email: string;
  readonly name: string;
  readonly role?: string;
  readonly groups?: readonly string[];
}

export interface TenantAdmin {
  addConnector(connector: NewConnector): ConnectorRow;
  /** Changes it and counts its version up; `sync_required` too unless it is given. */
  setConnector(id: string, change: Partial<Omit<NewConnector, 'id' | 'isAllowed'>>): ConnectorRow;
  removeConnector(id: string): void;
  connectors(): ConnectorRow[];
  /** Adds a rule; returns what takes it away. */
  setPolicy(policy: NewPolicy): () => void;
  /** Takes all rules of a connector away (null: the global ones). */
  clearPolicies(connector: string | null): void;
  addPerson(person: NewPerson): Person;
  people(): Person[];
  /** A key of a person (of the first without an id). `expiresInMs` from now. */
  createUserKey(personId?: string, expiresInMs?: number): string;
  /** `role`: `connect` (connectors), `deploy`, `audit` or `admin` (all). */
  createOrgKey(role?: string): string;
  /** An access token of a person, as the subject of a token exchange. */
  createUserToken(personId?: string): Promise<string>;
  revokeKey(key: string): void;
  expireKey(key: string): void;
  createAgent(
    name: string,
    id?: string,
  ): { readonly id: string; readonly clientId: string; readonly clientSecret: string };
  /** As a person would on the page; false where no such code waits. */
  approveDevice(userCode: string, personId?: string): boolean;
  denyDevice(userCode: string): boolean;
  addApproval(approval: NewApproval): string;
  approvals(): ApprovalRow[];
  addAccount(account: {
    readonly server_id: string;
    readonly label: string;
    readonly session_healthy: boolean | null;
    readonly id?: string;
  }): string;
  /** What was posted to our own audit endpoint, in the order of arrival. */
  auditEvents(): CloudEvent[];
  auditCounts(): IngestCounts;
  /** The tenant's own audit rows, newest first. */
  logs(): Record<string, unknown>[];
  /** The last that came for a connector. */
  capabilities(id: string): unknown;
  hookEvents(): unknown[];
  scans(): unknown[];
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\s+/g, '-')
    .replace(/[^a-z0-9-]/g, '');
const Row = z.object({ n: z.number() });

export function createAdmin(state: TenantState): TenantAdmin {
  const { store, now } = state;
  const connector = (id: string): ConnectorRow => {
    const row = store.one(ConnectorRow, 'SELECT * FROM connector WHERE id = ?', id);
    if (row === undefined) throw new Error(`no connector ${id}`);
    return row;
  };
  const put = (row: ConnectorRow): ConnectorRow => {
    store.run(
      'INSERT OR REPLACE INTO connector VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      row.id,
      row.alias,
      row.name,
      row.description,
      row.url,
      row.transport_type,
      JSON.stringify(row.transport_config),
      row.deployment_mode,
      row.version,
      Number(row.sync_required),
      row.catalog_entry_name,
      Number(row.forwards_identity),
      Number(row.is_official),
      row.status,
    );
    return connector(row.id);
  };
  const withConfig = (given: NewConnector['transport_config']): ConnectorRow['transport_config'] =>
    given === null || given === undefined
      ? null
      : {
          ...(given.args === undefined ? {} : { args: [...given.args] }),
          ...(given.env === undefined ? {} : { env: { ...given.env } }),
        };
  const setPolicy = ({ connector: id, tool, rule }: NewPolicy): (() => void) => {
    store.run(
      'INSERT INTO policy (connector_id, tool, rule) VALUES (?, ?, ?)',
      id,
      tool ?? null,
      JSON.stringify(PolicyRule.parse(rule)),
    );
    const n = store.one(Row, 'SELECT max(n) AS n FROM policy')?.n ?? 0;
    return () => void store.run('DELETE FROM policy WHERE n = ?', n);
  };
  return {
    addConnector(given) {
      const row = put({
        id: given.id ?? randomUUID(),
        alias: given.alias ?? slugOf(given.name),
        name: given.name,
        description: given.description ?? '',
        url: given.url,
        transport_type: given.transport_type ?? 'stdio',
        transport_config: withConfig(given.transport_config),
        deployment_mode: given.deployment_mode ?? 'local',
        version: given.version ?? 1,
        sync_required: given.sync_required ?? false,
        catalog_entry_name: given.catalog_entry_name ?? null,
        forwards_identity: given.forwards_identity ?? false,
        is_official: given.is_official ?? false,
        status: given.status ?? 'active',
      });
      if (given.isAllowed !== false) setPolicy({ connector: row.id, rule: { kind: 'allow' } });
      return row;
    },
    setConnector(id, { transport_config: config, ...change }) {
      const before = connector(id);
      const changed = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      return put({
        ...before,
        sync_required: true,
        ...changed,
        transport_config: config === undefined ? before.transport_config : withConfig(config),
        version: change.version ?? before.version + 1,
      });
    },
    removeConnector: (id) => void store.run('DELETE FROM connector WHERE id = ?', id),
    connectors: () => store.all(ConnectorRow, 'SELECT * FROM connector ORDER BY name, id'),
    setPolicy,
    clearPolicies: (id) => void store.run('DELETE FROM policy WHERE connector_id IS ?', id),
    addPerson({ id = randomUUID(), email, name, role = 'member', groups = ['everyone'] }) {
      store.run('INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?)', id, email, name, role, JSON.stringify(groups));
      return { id, email, name, role, groups: [...groups] };
    },
    people: () => store.all(Person, 'SELECT * FROM person ORDER BY name'),
    createUserKey: (personId = FIRST_PERSON.id, expiresInMs) =>
      giveUserKey(state, personId, expiresInMs === undefined ? null : now() + expiresInMs),
    createOrgKey(role = 'connect') {
      const key = newOrganisationKey();
      store.run(
        'INSERT INTO api_key (hash, kind, role, created_at) VALUES (?, ?, ?, ?)',
        hashOf(key),
        'organisation',
        role,
        now(),
      );
      return key;
    },
    createUserToken: (personId = FIRST_PERSON.id) => mintAccessToken(state, undefined, personOf(state, 'id', personId)),
    revokeKey: (key) => void store.run('UPDATE api_key SET revoked = 1 WHERE hash = ?', hashOf(key)),
    expireKey: (key) => void store.run('UPDATE api_key SET expires_at = ? WHERE hash = ?', now(), hashOf(key)),
    createAgent(name, id = randomUUID()) {
      const clientId = `agent_${id}`;
      const clientSecret = newClientSecret();
      store.run('INSERT OR REPLACE INTO agent VALUES (?, ?, ?, ?)', id, name, clientId, hashOf(clientSecret));
      return { id, clientId, clientSecret };
    },
    approveDevice: (userCode, personId = FIRST_PERSON.id) => decideDevice(state, userCode, personId, true),
    denyDevice: (userCode) => decideDevice(state, userCode, FIRST_PERSON.id, false),
    addApproval({ id = randomUUID(), title, server_name, tool_name, can_decide_inline = true, status = 'pending' }) {
      store.run(
        'INSERT INTO approval (id, status, can_decide_inline, title, server_name, tool_name, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        id,
        status,
        Number(can_decide_inline),
        title,
        server_name,
        tool_name,
        now(),
      );
      return id;
    },
    approvals: () => store.all(ApprovalRow, 'SELECT * FROM approval ORDER BY created_at, rowid'),
    addAccount({ id = randomUUID(), server_id, label, session_healthy }) {
      const healthy = session_healthy === null ? null : Number(session_healthy);
      store.run('INSERT INTO account VALUES (?, ?, ?, ?, ?)', id, server_id, label, connector(server_id).name, healthy);
      return id;
    },
    auditEvents: () => ingestedEvents(store),
    auditCounts: () => ingestCounts(store),
    logs: () => readLogs(state, { sql: '1 = 1', values: [] }, 100_000),
    capabilities: (id) => store.one(JsonBody, 'SELECT body FROM capability WHERE server_id = ? ORDER BY n DESC', id),
    hookEvents: () => store.all(JsonBody, 'SELECT body FROM hook_event ORDER BY n'),
    scans: () => store.all(JsonBody, 'SELECT body FROM scan ORDER BY n'),
  };
}
