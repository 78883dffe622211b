/**
 * Desktop applications that have an MCP endpoint of their own on this machine, and what proves that the program which listens
 * there is theirs. A system that is not named for an application has no proof, and is refused. Nothing here comes from a tenant.
 */
import { isLoopbackHost } from '../../../preload/contract/connector.ts';

export interface Proof {
  /** Team of the Developer ID that Apple certified. */
  readonly macTeam?: string;
  /** CN and O of the certificate, both, exactly; the system must hold its chain for valid. */
  readonly windowsSigner?: string;
  /** Real paths; `*` is one whole segment, a leading `~` this user's home. */
  readonly linuxExecutables?: readonly string[];
}

export interface Application {
  /** In the tenant's catalogue. */
  readonly catalogName: string;
  readonly title: string;
  readonly port: number;
  readonly path: string;
  readonly proof: Proof;
  /** What a person does to have it listen. */
  readonly howToStart: string;
}

const APPLICATIONS: readonly Application[] = [
  {
    catalogName: 'com.figma/desktop-mcp',
    title: 'Figma',
    port: 3845,
    path: '/mcp',
    proof: { macTeam: 'T8RA8NE3B7', windowsSigner: 'Figma, Inc.' },
    howToStart: 'Start Figma, open a file, and switch on its MCP server in Dev Mode',
  },
];

/** The application whose endpoint that is; undefined for every other address, whatever the catalogue calls it. */
export function applicationOf(
  catalogName: string | null | undefined,
  url: string,
  known: readonly Application[] = APPLICATIONS,
): Application | undefined {
  const application = known.find((one) => one.catalogName === catalogName);
  if (application === undefined || !URL.canParse(url)) return undefined;
  const { protocol, hostname, port, pathname, search, username, password, hash } = new URL(url);
  const isPlain = search === '' && hash === '' && username === '' && password === '';
  const isThere = isLoopbackHost(hostname) && port === String(application.port) && pathname === application.path;
  return protocol === 'http:' && isPlain && isThere ? application : undefined;
}

/** The same with its evidence on this system, which a person agrees to. */
export function createApplicationOf(
  platform: NodeJS.Platform,
): (catalogName: string, url: string) => (Application & { readonly evidence: string }) | undefined {
  return (catalogName, url) => {
    const application = applicationOf(catalogName, url);
    if (application === undefined) return undefined;
    const evidence = evidenceOf(application, platform) ?? 'cannot be recognised on this system, and is refused';
    return { ...application, evidence };
  };
}

/** Where it is contacted, however its address was written: the address that was looked at, never a name that is resolved. */
export function applicationUrl({ port, path }: Application): string {
  return `http://127.0.0.1:${port}${path}`;
}

/** How its program is recognised on one system, for a person's eyes and for what a consent is bound to. */
export function evidenceOf({ proof }: Application, platform: NodeJS.Platform): string | undefined {
  if (platform === 'darwin' && proof.macTeam !== undefined) return `signed by Apple Developer ID team ${proof.macTeam}`;
  if (platform === 'win32' && proof.windowsSigner !== undefined) return `signed by "${proof.windowsSigner}"`;
  if (platform === 'linux' && proof.linuxExecutables !== undefined)
    return `the program ${proof.linuxExecutables.join(' or ')}, which only this user and root can change`;
  return undefined;
}
