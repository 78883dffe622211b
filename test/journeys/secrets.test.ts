/** A secret is in the server that needs it, and nowhere else: not in an argument, a file, a log, the audit trail or another server. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyringMissing, startKeyring, type Keyring } from '../secrets/throwaway-keyring.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { commandLines, environmentOf, processesOf } from './processes-of.ts';
import { RawClient } from './raw-client.ts';

const tools = fixtureServer('tools.mjs');
const secret = `s3cr3t-${randomBytes(18).toString('base64url')}`;
/** As it could be hidden in a file. */
const forms = [
  secret,
  Buffer.from(secret).toString('base64').slice(0, 20),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

interface Seen {
  readonly env: Record<string, string>;
  readonly cwd: string;
  readonly pid: number;
}

const stores = [
  { title: 'the passphrase vault', missing: undefined, needsKeyring: false },
  { title: 'the keychain', missing: keyringMissing, needsKeyring: true },
];

for (const store of stores) {
  const skip = store.missing === undefined ? '' : ` [skipped: ${store.missing}]`;
  describeJourney(`a secret in ${store.title}${skip}`, () => {
    let home: CompanionHome;
    let keyring: Keyring | undefined;
    const here = it.skipIf(store.missing !== undefined);

    const seenBy = async (
      connector: string,
      env: Record<string, string> = {},
    ): Promise<Seen & { client: RawClient }> => {
      const client = new RawClient(home.start(['run', connector], { env }));
      await client.initialize();
      const { result } = await client.call('env', 'environment');
      return { ...(JSON.parse(result?.content?.[0]?.text ?? '') as Seen), client };
    };

    beforeAll(async () => {
      if (store.missing !== undefined) return;
      keyring = store.needsKeyring ? await startKeyring() : undefined;
      home = await openHome(keyring?.env);
      if (keyring === undefined) await home.must(['secrets', 'vault', 'create'], { input: 'correct horse battery\n' });
      await home.must(['secrets', 'set', 'token'], { input: `${secret}\n` });
      await home.add(
        'account',
        [node, tools],
        ['--default', 'allow', '--secret', 'TOKEN=keychain:token', '--env', 'MODE=live'],
      );
      await home.add('plain', [node, tools]);
      // Else the guard would take the secret out of what the server says of it.
      await home.must(['guard', 'set', 'live_secret', 'off', '--connector', 'account', '-y']);
      await home.must(['guard', 'set', 'secret', 'off', '--connector', 'account', '-y']);
    });
    afterAll(async () => {
      await home?.close();
      await keyring?.stop();
    });

    here('is in its server, and nowhere else while that runs', async () => {
      const { env, pid, client } = await seenBy('account');
      // Not compared as text, so that a failure does not print it.
      expect(env['TOKEN'] === secret).toBe(true);
      expect(commandLines().includes(secret)).toBe(false);
      const holders = processesOf(home.path).filter((one) => Object.values(environmentOf(one.pid)).includes(secret));
      expect(holders.map((one) => one.pid)).toEqual([pid]);
      const other = await seenBy('plain');
      expect(Object.values(other.env).some((value) => value.includes(secret))).toBe(false);
      await Promise.all([client.close(), other.client.close()]);
    });

    here('is in no file afterwards, in no form, whatever the server did with it', async () => {
      const { client } = await seenBy('account');
      // As an argument, as an answer and as an error, the audit trail and every log see it pass.
      await client.call('echo', 'echo', { text: `mine is ${secret}` });
      await client.call('unknown', secret, { [secret]: secret });
      await client.close();
      await home.must(['connectors', 'test', 'account']);
      const shown = await Promise.all(
        [
          ['logs'],
          ['logs', '--json', '--events'],
          ['connectors', 'show', 'account'],
          ['connectors', 'show', 'account', '--json'],
          ['connectors', 'list', '--json'],
          ['connectors', 'logs', 'account'],
          ['secrets', 'list', '--json'],
          ['status', '--json'],
          ['doctor', '--json'],
        ].map(async (args) => await home.runlayer(args)),
      );
      for (const form of forms) {
        expect(home.filesHolding(form)).toEqual([]);
        expect(shown.some(({ out, err }) => out.includes(form) || err.includes(form))).toBe(false);
      }
      expect(home.openIntents()).toEqual([]);
    });

    here('is never taken from the command line', async () => {
      const ended = await home.runlayer(['secrets', 'set', 'other', 'value-on-argv']);
      expect(ended.code).toBe(2);
      expect(home.filesHolding('value-on-argv')).toEqual([]);
      const literal = await home.runlayer([
        'connectors',
        'add',
        'bad',
        '-y',
        '--secret',
        'TOKEN=literal-value',
        '--',
        node,
        tools,
      ]);
      expect(literal.code).toBe(2);
      expect(literal.err).not.toContain('literal-value');
      for (const input of ['', '\n'])
        expect((await home.runlayer(['secrets', 'set', 'empty'], { input })).code).toBe(2);
    });

    here('is asked for at a terminal without being shown', async () => {
      const typed = `typed-${randomBytes(9).toString('base64url')}`;
      const ended = await home.runlayer(['secrets', 'set', 'typed'], {
        typed: [{ after: /not shown\): /, text: `${typed}\n` }],
      });
      expect(ended.code).toBe(0);
      expect(ended.out).toContain('Stored "typed"');
      expect(ended.out.includes(typed)).toBe(false);
      await home.must(['secrets', 'remove', 'typed']);
      expect(await home.must(['secrets', 'list'])).not.toContain('typed');
    });

    here('keeps its server out of the client\u2019s reach: no other program, registry, folder or value', async () => {
      const bin = join(home.path, 'evil');
      mkdirSync(bin);
      symlinkSync('/bin/true', join(bin, 'node'));
      const aimed = {
        PATH: `${bin}:/usr/bin:/bin`,
        npm_config_registry: 'http://127.0.0.1:9',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        SSL_CERT_FILE: '/nowhere',
        TOKEN: 'of the client',
        MODE: 'of the client',
        HARMLESS: 'kept',
      };
      const { env, cwd, client } = await seenBy('account', aimed);
      expect(env['TOKEN'] === secret).toBe(true);
      expect(env).toMatchObject({ MODE: 'live', HARMLESS: 'kept' });
      expect(env['PATH']).not.toContain(bin);
      expect(Object.values(env)).not.toContain('http://127.0.0.1:9');
      expect(env['SSL_CERT_FILE']).not.toBe('/nowhere');
      expect(cwd).toBe(home.path);
      await client.close();
    });

    here('survives a restart of the companion', async () => {
      await home.must(['stop']);
      if (keyring === undefined) await home.must(['secrets', 'unlock'], { input: 'correct horse battery\n' });
      const { env, client } = await seenBy('account');
      expect(env['TOKEN'] === secret).toBe(true);
      await client.close();
      expect(readFileSync(join(home.home, 'settings.json'), 'utf8')).toContain('keychain:token');
    });

    here('that was removed is missed with exit 4', async () => {
      await home.must(['secrets', 'remove', 'token']);
      const client = new RawClient(home.start(['run', 'account']));
      expect((await client.initialize()).error?.message).toContain('runlayer secrets set token');
      expect(await client.close()).toBe(4);
    });
  });
}
