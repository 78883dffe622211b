/**
 * Where the endpoint listens: loopback, and where a person opened more, a Unix socket or one address of this machine.
 * Never all addresses, never another port than the one asked for, never a socket that others could reach.
 */
import { chmodSync, lstatSync, rmSync } from 'node:fs';
import { connect, isIP, SocketAddress } from 'node:net';
import { dirname } from 'node:path';
import { CompanionError } from '../../../preload/contract/failure.ts';
import {
  bindServer,
  closeServer,
  createHttpServer,
  type BareProblem,
  type HttpLimits,
} from '../../loopback/http-server.ts';
import { listenOnLoopback, loopbackHosts } from '../../loopback/listen-on-loopback.ts';
import { folderProblem } from '../wire/owner-only.ts';
import { COMMON_HEADERS, refusalBody, refusals, type HttpRefusal } from './refusals.ts';
import type { ServeRequest } from './serve-request.ts';

export type ListenAt =
  | { readonly kind: 'loopback'; readonly port: number }
  | { readonly kind: 'socket'; readonly path: string; readonly hosts: readonly string[] }
  | {
      readonly kind: 'address';
      readonly address: string;
      readonly port: number;
      readonly hosts: readonly string[];
    };

export interface OpenListener {
  /** None for a Unix socket. */
  readonly port: number | undefined;
  /** What is wrong although it listens, and what to do. */
  readonly warning?: string;
  close(): Promise<void>;
}

const BARE: Readonly<Record<BareProblem, HttpRefusal>> = {
  malformed: refusals.malformed,
  expectation: refusals.expectation,
  too_many_headers: refusals.tooManyHeaders,
  timeout: refusals.timeout,
};

function bareAnswer(problem: BareProblem): { status: number; headers: Record<string, string>; body: string } {
  const refusal = BARE[problem];
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (let i = 0; i + 1 < COMMON_HEADERS.length; i += 2) headers[COMMON_HEADERS[i] ?? ''] = COMMON_HEADERS[i + 1] ?? '';
  return { status: refusal.status, headers, body: refusalBody(refusal) };
}

function portTaken(place: string, cause: unknown): CompanionError {
  return new CompanionError(
    'E_PORT_TAKEN',
    `The endpoint for MCP clients cannot listen on ${place}.`,
    'Stop the program that uses this port: clients have this address in their files, so no other one is taken.',
    { cause },
  );
}

/** The listeners of one endpoint share its limits, its sessions and its tokens. */
export function createListen(
  serve: ServeRequest,
  limits: HttpLimits,
  log: (text: string) => void,
): (at: ListenAt) => Promise<OpenListener> {
  const partsFor = (hosts: () => ReadonlySet<string>) => ({
    handler: (...[request, response]: Parameters<Parameters<typeof createHttpServer>[0]['handler']>) =>
      serve(request, response, hosts()),
    refusalOf: bareAnswer,
    limits,
  });

  const loopback = async (port: number): Promise<OpenListener> => {
    let hosts: ReadonlySet<string> = new Set();
    const listener = await listenOnLoopback(
      partsFor(() => hosts),
      port,
      (cause) => portTaken(`127.0.0.1:${port}`, cause),
    );
    hosts = loopbackHosts(listener.port);
    const opened = { port: listener.port, close: () => listener.close() };
    if (!listener.isIpv6Taken) return opened;
    const warning = `Another program listens on [::1]:${listener.port}. Clients must use 127.0.0.1, or their token may reach it.`;
    log(warning);
    return { ...opened, warning };
  };

  const address = async (at: Extract<ListenAt, { kind: 'address' }>): Promise<OpenListener> => {
    const place = oneAddress(at.address);
    const hosts = new Set(at.hosts.flatMap((host) => [host, `${host}:${at.port}`]));
    const server = createHttpServer(partsFor(() => hosts));
    await bindServer(server, { host: place, port: at.port }).catch((cause: unknown) => {
      if (isCode(cause, 'EADDRNOTAVAIL'))
        throw new CompanionError(
          'E_ADDRESS_MISSING',
          `This machine has no address ${at.address} at the moment.`,
          'Start what brings the address (such as the container bridge), then open the listener again.',
          { cause },
        );
      throw portTaken(`${at.address}:${at.port}`, cause);
    });
    return { port: at.port, close: () => closeServer(server) };
  };

  const socket = async (at: Extract<ListenAt, { kind: 'socket' }>): Promise<OpenListener> => {
    await makeWay(at.path);
    const hosts = new Set(at.hosts);
    const server = createHttpServer(partsFor(() => hosts));
    await bindServer(server, { path: at.path }).catch((cause: unknown) => {
      throw new CompanionError(
        'E_SOCKET_FAILED',
        `The endpoint for MCP clients cannot listen on ${at.path}.`,
        'Choose a shorter path in a folder of your own that only you can enter.',
        { cause },
      );
    });
    chmodSync(at.path, 0o600);
    return { port: undefined, close: () => closeServer(server) };
  };

  return (at) => {
    switch (at.kind) {
      case 'loopback':
        return loopback(at.port);
      case 'address':
        return address(at);
      case 'socket':
        return socket(at);
    }
  };
}

/** An address that is exactly one: not "all of them" in any spelling. */
function oneAddress(address: string): string {
  const version = isIP(address);
  const plain = version === 0 ? undefined : canonical(address, version);
  if (plain === undefined || plain === '0.0.0.0' || plain === '::' || plain.startsWith('::ffff:'))
    throw new CompanionError(
      'E_ADDRESS_UNSAFE',
      `The endpoint for MCP clients does not listen on ${address}.`,
      'Name one address of this machine, such as that of a container bridge.',
    );
  return plain;
}

function canonical(address: string, version: number): string | undefined {
  try {
    return new SocketAddress({ address, family: version === 4 ? 'ipv4' : 'ipv6' }).address;
  } catch {
    return undefined;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function unsafe(message: string, next: string): CompanionError {
  return new CompanionError('E_SOCKET_UNSAFE', message, next);
}

/** Checks the folder, and removes a socket at the path that nobody listens on any more; anything else stays. */
async function makeWay(path: string): Promise<void> {
  const problem = folderProblem(dirname(path));
  if (problem !== undefined)
    throw unsafe(problem.message, `Put the socket into a folder of your own: mkdir -m 700 "${dirname(path)}".`);
  let found;
  try {
    found = lstatSync(path);
  } catch {
    return;
  }
  if (!found.isSocket())
    throw unsafe(`${path} is there already and is no socket.`, 'Move it away, or choose another path.');
  if (await answers(path)) throw unsafe(`Another program listens on ${path}.`, 'Stop it, or choose another path.');
  rmSync(path, { force: true });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect({ path });
    const end = (isThere: boolean): void => {
      probe.destroy();
      resolve(isThere);
    };
    probe.once('connect', () => end(true));
    // Refused: its owner is gone. Whatever else goes wrong, somebody may be there.
    probe.once('error', (error) => end(!isCode(error, 'ECONNREFUSED')));
  });
}
