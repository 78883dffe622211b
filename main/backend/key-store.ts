/**
 * The keys of tenants: in the keychain, and in memory only while they are of use. A key that was read once is live for as long
 * as the companion runs, also after its sign-out: the tenant may still take it.
 */
import { CompanionError } from '../../preload/contract/index.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import type { SecretVault } from '../secrets/vault.ts';
import { loginCommand } from './tenant-failures.ts';
import { isTenantKey, notAKey, tenantSecret } from './tenant-keys.ts';

export type KeyVault = Pick<SecretVault, 'list' | 'set' | 'resolve' | 'remove' | 'state'>;

interface Read {
  /** Of the entry that it was read from. */
  readonly updatedAt: string;
  readonly key: Promise<string>;
}

const GONE: ReadonlySet<string> = new Set(['E_SECRET_UNKNOWN', 'E_SECRET_MISSING']);

const keyMissing = (host: string): CompanionError =>
  new CompanionError(
    'E_TENANT_KEY_MISSING',
    `The key of ${host} is no longer in the keychain.`,
    `Sign in again with "${loginCommand(host)}".`,
    { exitCode: 4 },
  );

export class KeyStore {
  private readonly vault: KeyVault;
  private readonly live: Pick<LiveSecrets, 'add'>;
  private readonly reads = new Map<string, Read>();
  private readonly known = new Set<string>();

  constructor(vault: KeyVault, live: Pick<LiveSecrets, 'add'>) {
    this.vault = vault;
    this.live = live;
  }

  private since(host: string): string | undefined {
    const name = tenantSecret(host);
    return this.vault.list().find((entry) => entry.name === name)?.updatedAt;
  }

  has(host: string): boolean {
    return this.since(host) !== undefined;
  }

  /** From now on it shows nowhere. */
  hide(key: string): void {
    if (this.known.has(key)) return;
    this.known.add(key);
    this.live.add(key);
  }

  /** Opens the keychain once for each key that was stored. Rejects as the vault does, and with E_TENANT_KEY_MISSING. */
  of(host: string): Promise<string> {
    const updatedAt = this.since(host);
    if (updatedAt === undefined) return Promise.reject(keyMissing(host));
    const earlier = this.reads.get(host);
    if (earlier?.updatedAt === updatedAt) return earlier.key;
    const read: Read = { updatedAt, key: this.read(host) };
    this.reads.set(host, read);
    read.key.catch(() => {
      if (this.reads.get(host) === read) this.reads.delete(host);
    });
    return read.key;
  }

  private async read(host: string): Promise<string> {
    let key: string;
    try {
      key = await this.vault.resolve(`keychain:${tenantSecret(host)}`);
    } catch (error) {
      throw error instanceof CompanionError && GONE.has(error.code) ? keyMissing(host) : error;
    }
    if (!isTenantKey(key)) throw notAKey();
    this.hide(key);
    return key;
  }

  async set(host: string, key: string): Promise<void> {
    this.hide(key);
    this.reads.delete(host);
    await this.vault.set(tenantSecret(host), key);
  }

  async remove(host: string): Promise<void> {
    this.reads.delete(host);
    if (this.has(host)) await this.vault.remove(tenantSecret(host));
  }
}
