/** A server that is a program of ours: its pipes are the stream, its end is the session's end. */
import { CompanionError } from '../../preload/contract/index.ts';
import type { ServerExit, ServerProcess, SpawnOptions } from '../process/spawn-server.ts';
import { readToEnd } from './last-output.ts';
import type { OpenUpstream, UpstreamEnd } from './upstream.ts';

export interface ChildUpstreamOptions {
  readonly launch: SpawnOptions;
  readonly spawn: (options: SpawnOptions) => ServerProcess;
  readonly track: { readonly started: (pid: number) => void; readonly ended: (pid: number) => void };
}

async function notStarted(server: ServerProcess): Promise<CompanionError | undefined> {
  try {
    await server.started;
    return undefined;
  } catch (error) {
    if (error instanceof CompanionError) return error;
    return new CompanionError('E_SERVER_NOT_STARTED', String(error), 'Run "runlayer connectors test".');
  }
}

export function openChild({ launch, spawn, track }: ChildUpstreamOptions): OpenUpstream {
  return (events) => {
    const server = spawn(launch);
    if (server.pid > 0) track.started(server.pid);
    let stopping: Promise<void> | undefined;
    const stop = (graceMs: number): Promise<void> => {
      stopping ??= server.stop({ graceMs });
      return stopping;
    };
    server.stdout.on('data', (chunk: Buffer) => events.bytes(chunk));
    server.stdin.on('drain', () => events.drained());
    server.stderr.setEncoding('utf8');
    server.stderr.on('data', (chunk: string) => events.stderr(chunk));
    const stdoutEnded = new Promise<void>((resolve) => {
      server.stdout.once('close', resolve);
    });

    const end = async (): Promise<UpstreamEnd> => {
      const failure = await notStarted(server);
      const exit: ServerExit = await server.exited;
      const byItself = stopping === undefined;
      if (byItself) await readToEnd(server.stdout);
      await stop(0);
      await stdoutEnded;
      if (server.pid > 0) track.ended(server.pid);
      return { byItself, code: exit.code, signal: exit.signal, ...(failure === undefined ? {} : { failure }) };
    };

    return {
      pid: server.pid,
      peer: {
        write: (chunks) => {
          if (server.stdin.destroyed || server.stdin.writableEnded) return true;
          if (chunks.length === 1) return server.stdin.write(chunks[0]);
          server.stdin.cork();
          let ready = true;
          for (const chunk of chunks) ready = server.stdin.write(chunk) && ready;
          server.stdin.uncork();
          return ready;
        },
        backlog: () => server.stdin.writableLength,
        pause: () => server.stdout.pause(),
        resume: () => server.stdout.resume(),
        end: () => server.stdin.end(),
      },
      ended: end(),
      stop,
    };
  };
}
