/** A home in which every operation of the interface has something to be about, and the inputs that name it. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApprovalView, OperationName } from '../../../preload/contract/index.ts';
import { fixtureServer, node, type CompanionHome } from '../../journeys/companion-home.ts';
import { connect } from '../../journeys/deciding-steps.ts';
import type { RawClient } from '../../journeys/raw-client.ts';
import { waitingApproval } from '../../journeys/waiting-approval.ts';

export interface FilledForScript {
  /** A session with a call that waits for a person; whoever fills closes it. */
  readonly client: RawClient;
  readonly waiting: ApprovalView;
  /** Where the sample of an operation would mean nothing in this home. */
  readonly inputs: Partial<Record<OperationName, unknown>>;
}

/** @param secret is stored, and stands in a client's file where people put one */
export async function fillForScript(home: CompanionHome, secret: string): Promise<FilledForScript> {
  await home.must(['secrets', 'set', 'token'], { input: `${secret}\n` });
  const tools = [node, fixtureServer('tools.mjs')];
  await home.add('files', tools, ['--default', 'ask', '--secret', 'TOKEN=keychain:token']);
  const chain = await home.json<{ id: string }>([
    'policy',
    'chain',
    'add',
    '--after',
    'files',
    'echo',
    '--before',
    'files',
    'write_*',
  ]);
  // One to take away, and a tool that was switched off.
  await home.add('spare', tools, ['--default', 'ask']);
  await home.must(['connectors', 'tool', 'files', 'get_time', 'off']);
  const rule = await home.json<{ id: string }>(['policy', 'deny', 'files', 'crash']);
  await home.must(['hub', 'bind', '--all', '-y']);
  const job = await home.json<{ id: string }>(['logs', 'export', '--json']);
  await home.must(['hub', 'config', 'create', 'few', '--connector', 'files', '--allow-tool', 'echo', '-y']);
  const client = await connect(home, 'files', 'Cursor');
  client.send({ jsonrpc: '2.0', id: 'asked', method: 'tools/call', params: { name: 'write_note', arguments: {} } });
  const waiting = await waitingApproval(home);
  await client.call('denied', 'crash');
  const [denied] = home.records().flatMap((record) => (record.kind === 'intent' ? [record.call] : []));
  const [bound] = await home.json<{ id: string }[]>(['hub', 'binds']);
  // A server that a client starts by itself, with the same secret where people put one.
  const ofCursor = join(home.home, '../../.cursor/mcp.json');
  await mkdir(dirname(ofCursor), { recursive: true });
  const found = { command: node, args: ['--api-key', secret], env: { API_TOKEN: secret } };
  await writeFile(ofCursor, JSON.stringify({ mcpServers: { found } }));
  const bringIn = { client: 'cursor', entry: 'found', name: 'found', default: 'ask', moveSecrets: [] };
  await home.must(['pins', 'new-items', 'ask']);
  const deny = { effect: 'deny', connector: 'files', tool: 'crash' };
  const inputs = {
    'clients.bringInPreview': bringIn,
    'connectors.remove': { name: 'spare' },
    'connectors.setTool': { name: 'files', tool: 'get_time', on: true },
    'connectors.draft': {
      entry: 'filesystem',
      name: 'more',
      default: 'ask',
      parameters: { folders: [home.path] },
      secrets: {},
    },
    'connectors.preview': {
      name: 'own',
      definition: { command: node, args: [], env: {}, secrets: {} },
      default: 'ask',
      replace: false,
    },
    'policy.removeChain': { id: chain.id },
    'policy.remove': { id: rule.id },
    'activity.call': { id: denied },
    'policy.fromCall': { id: denied, effect: 'deny' },
    'policy.fromApproval': { id: waiting.id, effect: 'deny' },
    'jobs.get': { id: job.id },
    'jobs.cancel': { id: job.id },
    'policy.update': { id: rule.id, was: { ...deny }, rule: { ...deny, effect: 'allow' } },
    'policy.setDefault': { connector: 'files', default: 'allow' },
    'policy.import': { set: { version: 1, rules: [{ ...deny, effect: 'allow' }], chains: [] }, replace: false },
    'hub.configs.update': { name: 'few', allowedTools: ['*'] },
    'hub.configs.get': { name: 'few' },
    'hub.configs.delete': { name: 'few' },
    'hub.revoke': { binding: bound?.id },
    'pins.newItems': { mode: 'pin' },
    'approvals.deny': { id: waiting.id },
    'approvals.approve': { id: waiting.id, scope: 'once', hash: waiting.hash },
  };
  return { client, waiting, inputs };
}
