/**
 * A connector of a tenant whose server writes down each call that reaches it, and what all sides say of one call: what the client
 * gets, what the server saw, what the record holds, and what `status` tells the person to do.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IntentRecord, OutcomeRecord, Status, TenantView } from '../../preload/contract/index.ts';
import { fixtureServer, node, type CompanionHome } from './companion-home.ts';
import type { Message, RawClient } from './raw-client.ts';
import { startEntry, type TenantHome } from './tenant-home.ts';

export const textOf = ({ result }: Message): string => result?.content?.[0]?.text ?? '';

/** Of a refusal, as the agent sees it. */
export function codeOf({ result }: Message): unknown {
  const meta = result?.['_meta'];
  const decision: unknown = typeof meta === 'object' && meta !== null ? Reflect.get(meta, 'com.runlayer/decision') : {};
  return typeof decision === 'object' && decision !== null ? Reflect.get(decision, 'code') : undefined;
}

export interface Recorded {
  readonly intent: IntentRecord;
  readonly outcome: OutcomeRecord;
}

export interface JournalConnector {
  /** What the tenant calls it. */
  readonly id: string;
  /** What it is called here. */
  readonly name: string;
  /** The calls that reached the server, in order. */
  executed(): string[];
  start(): Promise<RawClient>;
}

/** At the tenant, agreed to here; each call of its tool `note` is one line in a file before it is answered. */
export async function addJournal({ home, tenant }: TenantHome, name = 'Journal'): Promise<JournalConnector> {
  const file = join(home.path, `${name}.calls`);
  const { id } = tenant.admin.addConnector({
    name,
    url: node,
    transport_config: { args: [fixtureServer('journal.mjs'), file] },
  });
  await home.must(['connectors', 'accept', id, '--host', tenant.url, '-y']);
  return {
    id,
    name: name.toLowerCase(),
    executed: () => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []),
    start: async () => {
      const client = startEntry(home, id, tenant.url);
      await client.initialize();
      return client;
    },
  };
}

/** One call of `note`, named by its request id. */
export const note = (client: RawClient, call: string): Promise<Message> => client.call(call, 'note', { call });

/** What the journal says of one request of `note`. */
export function recorded(home: CompanionHome, id: string): Recorded {
  const records = home.records();
  const intent = records.findLast((it) => it.kind === 'intent' && it['jsonrpc.request.id'] === JSON.stringify(id));
  if (intent?.kind !== 'intent') throw new Error(`no intent of ${id}`);
  const outcome = records.find((it) => it.kind === 'outcome' && it.call === intent.call);
  if (outcome?.kind !== 'outcome') throw new Error(`no outcome of ${id}`);
  return { intent, outcome };
}

export async function companionOf(home: CompanionHome): Promise<Status['companion']> {
  return (await home.json<Status>(['status'])).companion;
}

/** What the companion itself knows: `status` asks the tenant first, and would heal what it shows. */
export async function tenantShown(home: CompanionHome): Promise<TenantView> {
  const view = (await home.json<TenantView[]>(['tenant', 'list']))[0];
  if (view === undefined) throw new Error('nobody is signed in');
  return view;
}

/** A companion that was started anew asks for the passphrase of its vault again. */
export async function unlock(home: CompanionHome): Promise<void> {
  await home.must(['secrets', 'unlock'], { input: 'correct horse battery\n' });
}
