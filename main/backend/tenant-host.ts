/** Hosts as people write them, and the one spelling in which they are kept and compared. */
import { CompanionError, TenantHost } from '../../preload/contract/index.ts';
import { isLoopbackHost } from '../../preload/contract/loopback-host.ts';

/** No escape, no second reading: what URL parsing would quietly change is refused first. */
const PLAIN = /^[!-~]{1,255}$/;
/** URL parsing takes `*` for the name of a host, too. */
const NAME = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:\/\//;

function notAHost(): CompanionError {
  return new CompanionError(
    'E_TENANT_HOST',
    'This is not the address of a tenant.',
    'Write it like https://acme.runlayer.com: https, and nothing behind the host and port.',
    { exitCode: 2 },
  );
}

/** The origin that `text` means; undefined where it means none, or says more than an origin. */
export function hostOf(text: string): string | undefined {
  if (!PLAIN.test(text) || text.includes('\\')) return undefined;
  const full = SCHEME.test(text) ? text : `https://${text}`;
  if (!URL.canParse(full)) return undefined;
  const url = new URL(full);
  const saysMore = url.username !== '' || url.password !== '' || url.pathname !== '/' || /[?#@]/.test(full);
  if (saysMore || !NAME.test(url.hostname)) return undefined;
  return TenantHost.safeParse(url.origin).success ? url.origin : undefined;
}

/** `acme.runlayer.com` and `https://acme.runlayer.com/` are https://acme.runlayer.com. Throws E_TENANT_HOST. */
export function readHost(text: string): string {
  const host = hostOf(text);
  if (host === undefined) throw notAHost();
  return host;
}

/** http is for a tenant on this machine alone, and only under the switch: a key would go in the clear. */
export function refuseInsecure(host: string, allowInsecure: boolean): CompanionError | undefined {
  const { protocol, hostname } = new URL(host);
  if (protocol === 'https:' || (allowInsecure && isLoopbackHost(hostname))) return undefined;
  return new CompanionError(
    'E_TENANT_INSECURE',
    `${host} is not https; nothing was sent there.`,
    'Give its https address. For a tenant on this machine, start the companion with RUNLAYER_ALLOW_INSECURE_TRANSPORT=1.',
    { exitCode: 2 },
  );
}
