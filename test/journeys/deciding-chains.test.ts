/** Chains: single calls look innocent, so what came before counts, for the sessions of one client and no other. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeJourney, filesystemServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { approve, codeOf, connect, lastDecision, Pad, questions, textOf } from './deciding-steps.ts';
import type { RawClient } from './raw-client.ts';
import { waitingApproval } from './waiting-approval.ts';

describeJourney('deciding: chains', () => {
  let home: CompanionHome;
  let pad: Pad;
  let plain = '';
  let secret = '';
  const open: RawClient[] = [];

  const session = async (connector: string, name: string): Promise<RawClient> => {
    const client = await connect(home, connector, name);
    open.push(client);
    return client;
  };
  const read = async (client: RawClient, path: string): Promise<string> =>
    textOf(await client.call(`read ${path}`, 'read_text_file', { path }));
  const chain = async (...options: string[]): Promise<string> =>
    (await home.json<{ id: string }>(['policy', 'chain', 'add', ...options])).id;
  const removeChain = async (id: string): Promise<string> => await home.must(['policy', 'chain', 'remove', '-y', id]);

  beforeAll(async () => {
    home = await openHome();
    pad = new Pad(home, 'pad');
    const data = join(home.path, 'data');
    mkdirSync(data);
    plain = join(data, 'plain.txt');
    secret = join(data, 'key.pem');
    writeFileSync(plain, 'nothing of note');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    writeFileSync(secret, privateKey.export({ format: 'pem', type: 'pkcs8' }));
    await home.add('files', [node, filesystemServer, data]);
    await home.add('pad', pad.command);
  });
  beforeEach(() => async () => {
    for (const client of open.splice(0)) await client.close();
  });
  afterAll(async () => {
    await home?.close();
  });

  it('after a result of one connector the same client is asked before a call of another; another client is not', async () => {
    const id = await chain('--after', 'files', 'read_*', '--before', 'pad', 'write_*');
    const files = await session('files', 'agent');
    const writer = await session('pad', 'agent');
    const other = await session('pad', 'bystander');
    expect(textOf(await writer.call('before', 'write_note', { text: 'before' }))).toBe('written');
    // Another tool of that connector taints nothing.
    await files.call('list', 'list_allowed_directories');
    expect(textOf(await writer.call('still', 'write_note', { text: 'still' }))).toBe('written');
    expect(await read(files, plain)).toBe('nothing of note');
    writer.send({
      jsonrpc: '2.0',
      id: 'after',
      method: 'tools/call',
      params: { name: 'write_note', arguments: { text: 'after' } },
    });
    const waiting = await waitingApproval(home);
    expect(waiting).toMatchObject({ client: 'agent', connector: 'pad', tool: 'write_note' });
    expect(waiting.reason).toContain(id);
    expect(textOf(await other.call('other', 'write_note', { text: 'other' }))).toBe('written');
    // What the chain is not about goes on.
    expect(textOf(await writer.call('echo', 'echo', { text: 'x' }))).toBe('x');
    expect(pad.done()).toEqual(['write_note before', 'write_note still', 'write_note other']);
    await approve(home, waiting.id);
    expect(textOf(await writer.answer('after'))).toBe('written');
    // A session that begins later is the same client's.
    const later = await session('pad', 'agent');
    later.send({ jsonrpc: '2.0', id: 'later', method: 'tools/call', params: { name: 'write_note', arguments: {} } });
    await home.must(['approvals', 'deny', (await waitingApproval(home)).id]);
    expect(codeOf(await later.answer('later'))).toBe('approval_denied');
    await removeChain(id);
    expect(textOf(await later.call('free', 'write_note', { text: 'free' }))).toBe('written');
  });

  it('to begin anew opens nothing: what the ended sessions of a client read still counts, and only for it', async () => {
    const id = await chain('--after', 'files', '*', '--before', 'pad', 'write_*', '--deny');
    const files = await session('files', 'forgetful');
    await read(files, plain);
    const tainted = await session('pad', 'forgetful');
    expect(codeOf(await tainted.call('tainted', 'write_note'))).toBe('chain_deny');
    expect(lastDecision(home, 'write_note')).toMatchObject({ effect: 'deny', ruleId: id });
    for (const client of open.splice(0)) await client.close();
    while ((await home.json<{ companion: { sessions: number } }>(['status'])).companion.sessions > 0);
    const fresh = await session('pad', 'forgetful');
    expect(codeOf(await fresh.call('fresh', 'write_note', { text: 'fresh' }))).toBe('chain_deny');
    const other = await session('pad', 'another');
    expect(textOf(await other.call('other', 'write_note', { text: 'another' }))).toBe('written');
    await removeChain(id);
  });

  it('--holding secret: only a result in which the guard found one', async () => {
    const id = await chain('--after', 'files', '*', '--before', 'pad', 'write_*', '--holding', 'secret', '--deny');
    const files = await session('files', 'keeper');
    const writer = await session('pad', 'keeper');
    await read(files, plain);
    expect(textOf(await writer.call('plain', 'write_note', { text: 'plain' }))).toBe('written');
    expect(await read(files, secret)).not.toContain('MIG');
    expect(codeOf(await writer.call('secret', 'write_note', { text: 'secret' }))).toBe('chain_deny');
    expect(pad.done()).not.toContain('write_note secret');
    await removeChain(id);
  });

  it('inside one session too; the call that taints is not asked about itself', async () => {
    const id = await chain('--after', 'pad', 'echo', '--before', 'pad', '*', '--deny');
    const client = await session('pad', 'alone');
    expect(textOf(await client.call('first', 'echo', { text: 'first' }))).toBe('first');
    expect(codeOf(await client.call('second', 'echo', { text: 'second' }))).toBe('chain_deny');
    expect(await removeChain(id)).toContain(id);
    expect(textOf(await client.call('third', 'echo', { text: 'third' }))).toBe('third');
  });

  it('to add one needs no yes, to remove one does', async () => {
    const id = await chain('--after', 'files', '*', '--before', 'pad', '*');
    expect((await home.runlayer(['policy', 'chain', 'remove', id])).code).toBe(2);
    expect(await home.must(['policy', 'chain', 'list'])).toContain(id);
    await removeChain(id);
    expect(await home.json(['policy', 'chain', 'list'])).toEqual([]);
  });

  it('every call left an intent and one outcome, and the trail is whole', async () => {
    expect(await questions(home)).toEqual([]);
    expect(home.openIntents()).toEqual([]);
    expect(await home.must(['audit', 'verify'])).toContain('is whole');
  });
});
