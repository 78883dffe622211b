/**
 * macOS: which processes listen at a port. `lsof` sees this user's processes alone, `netstat` every socket: an address that
 * only the latter knows belongs to somebody else, and is told as unknown instead of being overlooked.
 */
import { isLocalAddress, type Listener } from './listener.ts';
import { runOneShot, type RunOneShot } from './one-shot.ts';
import { lstartWord } from './start-time.ts';

const LSOF = '/usr/sbin/lsof';
const NETSTAT = '/usr/sbin/netstat';
const PS = '/bin/ps';

export interface OpenSocket {
  readonly pid: number;
  readonly uid: number;
  readonly address: string;
}

/**
 * `lsof -F putn`: one field per line, named by its first letter; a process (p, u) and then its files (f, t, n). Throws on
 * a name that has another form.
 */
export function parseLsof(output: string, port: number): OpenSocket[] {
  const sockets: OpenSocket[] = [];
  let pid = 0;
  let uid = -1;
  let isIpv6 = false;
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) {
      pid = Number(value);
      uid = -1;
    } else if (line.startsWith('u')) uid = Number(value);
    else if (line.startsWith('t')) isIpv6 = value === 'IPv6';
    else if (line.startsWith('n')) {
      const address = addressAt(value, port, isIpv6);
      if (!Number.isSafeInteger(pid) || pid <= 0 || !Number.isSafeInteger(uid) || uid < 0 || address === undefined)
        throw new Error('lsof answered in an unknown form');
      sockets.push({ pid, uid, address });
    }
  }
  return sockets;
}

function addressAt(name: string, port: number, isIpv6: boolean): string | undefined {
  const suffix = `:${port}`;
  if (!name.endsWith(suffix)) return undefined;
  const host = name.slice(0, -suffix.length);
  if (host === '*') return isIpv6 ? '::' : '0.0.0.0';
  return /^\[[0-9a-f:.%a-z]+\]$/.test(host) ? host.slice(1, -1) : /^[\d.]+$/.test(host) ? host : undefined;
}

/** `netstat -an -p tcp`: addresses that are listened at, of every user. The port stands behind the last dot. */
export function parseNetstat(output: string, port: number): string[] {
  return output.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [protocol = '', , , local = ''] = fields;
    if (!protocol.startsWith('tcp') || fields[5] !== 'LISTEN' || !local.endsWith(`.${port}`)) return [];
    const host = local.slice(0, -`.${port}`.length);
    if (host !== '*') return [host];
    // tcp46 takes both.
    return [protocol === 'tcp4' ? '0.0.0.0' : '::'];
  });
}

export async function macListeners(port: number, run: RunOneShot = runOneShot): Promise<Listener[]> {
  const [opened, all] = await Promise.all([
    run(LSOF, ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-F', 'putn']),
    run(NETSTAT, ['-an', '-p', 'tcp']),
  ]);
  // lsof ends with 1 also where it found nothing.
  if ((opened.code !== 0 && opened.code !== 1) || all.code !== 0) throw new Error('the system did not say who listens');
  const own = parseLsof(opened.out, port).filter(({ address }) => isLocalAddress(address));
  const covered = new Set(own.map(({ address }) => address));
  const foreign = parseNetstat(all.out, port).filter((address) => isLocalAddress(address) && !covered.has(address));
  return [
    ...(await Promise.all(own.map((socket) => described(socket, run)))),
    ...foreign.map((address): Listener => ({
      address,
      uid: undefined,
      program: { kind: 'unknown', reason: 'belongs to a process of another user' },
    })),
  ];
}

async function described({ pid, uid, address }: OpenSocket, run: RunOneShot): Promise<Listener> {
  const env = { TZ: 'UTC' };
  const [started, path] = await Promise.all([
    run(PS, ['-o', 'lstart=', '-p', String(pid)], env),
    run(PS, ['-ww', '-o', 'comm=', '-p', String(pid)], env),
  ]);
  const start = lstartWord(started.out);
  const executable = path.out.replace(/\n$/, '');
  return {
    address,
    uid,
    program:
      start === undefined || !executable.startsWith('/')
        ? { kind: 'unknown', reason: `belongs to process ${pid}, which cannot be looked at` }
        : { kind: 'known', pid, start, executable },
  };
}
