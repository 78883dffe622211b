/**
 * Settings of whoever administers the machine. They can open what is closed by default, so the file counts only where nobody
 * but root can have written it. One that is there and cannot be trusted or read opens nothing, and then neither does the
 * environment.
 */
import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { TenantHost } from '../../preload/contract/index.ts';
import { hostOf } from '../backend/tenant-host.ts';

const Host = TenantHost.refine((host) => hostOf(host) === host, 'a host is named in full');

const ManagedFile = z.strictObject({
  version: z.literal(1),
  /** What happens to a call while its tenant cannot be asked. */
  enforcementFailureMode: z.enum(['closed', 'open']).optional(),
  /** http to a tenant on this machine. */
  allowInsecureTransport: z.boolean().optional(),
  /** Connectors of these tenants start without a person's consent. */
  vouchedHosts: z.array(Host).max(64).optional(),
  defaultHost: Host.optional(),
});

export interface ManagedSettings {
  readonly enforcementFailureMode: 'closed' | 'open';
  readonly allowInsecureTransport: boolean;
  readonly vouchedHosts: readonly string[];
  readonly defaultHost: string | undefined;
}

export interface Managed {
  readonly settings: ManagedSettings;
  /** Undefined: this platform has none. */
  readonly path: string | undefined;
  /** `refused`: it is there and cannot be trusted or read. */
  readonly file: 'none' | 'used' | 'refused';
  /** What is wrong with the file and what to do; it is to be shown. */
  readonly problem?: string;
}

export interface ManagedOptions {
  /** Undefined: this platform has no file whose owner we can prove. */
  readonly path?: string | undefined;
  /** The companion's own, never a client's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Nobody but the administrator could have written what this describes. */
  readonly isAdministrators?: (entry: Stats) => boolean;
}

const MAX_BYTES = 64 * 1024;
const WRITABLE_BY_OTHERS = 0o022;

const CLOSED: ManagedSettings = {
  enforcementFailureMode: 'closed',
  allowInsecureTransport: false,
  vouchedHosts: [],
  defaultHost: undefined,
};

/**
 * On Windows any user may make folders in %ProgramData%, and whose they are does not show in what Node tells of a file: there is
 * none until that can be proved.
 */
export function managedPath(platform: NodeJS.Platform = process.platform): string | undefined {
  if (platform === 'linux') return '/etc/runlayer/companion.json';
  return platform === 'darwin' ? '/Library/Application Support/Runlayer/companion.json' : undefined;
}

const isRoots = (entry: Stats): boolean => entry.uid === 0 && (entry.mode & WRITABLE_BY_OTHERS) === 0;

type Found =
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly file: z.infer<typeof ManagedFile> }
  | { readonly kind: 'bad'; readonly reason: string };

const bad = (reason: string): Found => ({ kind: 'bad', reason });

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');

function find(path: string, isAdministrators: (entry: Stats) => boolean): Found {
  let file: number | undefined;
  try {
    if (!lstatSync(path).isFile()) return bad('it is no file');
    // Whoever may write a folder above it can put another one in its place.
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      if (!isAdministrators(lstatSync(folder))) return bad(`others than the administrator may change ${folder}`);
      if (folder === dirname(folder)) break;
    }
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stat = fstatSync(file);
    if (!stat.isFile() || stat.size > MAX_BYTES) return bad('it is no file, or too large');
    if (!isAdministrators(stat)) return bad('others than the administrator may change it');
    const bytes = readFileSync(file);
    if (!isUtf8(bytes)) return bad('it is not UTF-8 text');
    const read = ManagedFile.safeParse(JSON.parse(bytes.toString('utf8')));
    return read.success ? { kind: 'file', file: read.data } : bad('something in it does not fit');
  } catch (error) {
    return isMissing(error) && file === undefined ? { kind: 'none' } : bad('it cannot be read');
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** What the file says counts; where it says nothing, the companion's own environment may. */
export function readManaged(options: ManagedOptions = {}): Managed {
  const path = 'path' in options ? options.path : managedPath();
  const { env = process.env, isAdministrators = isRoots } = options;
  const found = path === undefined ? ({ kind: 'none' } as const) : find(path, isAdministrators);
  if (found.kind === 'bad') {
    return {
      settings: CLOSED,
      path,
      file: 'refused',
      problem: `The managed settings in ${path ?? ''} are not used: ${found.reason}. Everything they could open stays closed. Ask whoever administers this machine.`,
    };
  }
  const file = found.kind === 'file' ? found.file : undefined;
  const openByEnvironment = env['RUNLAYER_HOOK_ENFORCEMENT_FAILURE_MODE'] === 'open' ? 'open' : 'closed';
  const insecureByEnvironment = env['RUNLAYER_ALLOW_INSECURE_TRANSPORT'] === '1';
  return {
    path,
    file: file === undefined ? 'none' : 'used',
    settings: {
      enforcementFailureMode: file?.enforcementFailureMode ?? openByEnvironment,
      allowInsecureTransport: file?.allowInsecureTransport ?? insecureByEnvironment,
      vouchedHosts: file?.vouchedHosts ?? [],
      defaultHost: file?.defaultHost,
    },
  };
}
