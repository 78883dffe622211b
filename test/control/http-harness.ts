import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import {
  createHttpInterface,
  type HttpInterface,
  type HttpInterfaceOptions,
} from '../../main/control/http-interface.ts';
import type { CompanionEvent } from '../../preload/contract/events.ts';
import type { OperationName } from '../../preload/contract/operations.ts';

export interface Harness {
  readonly ui: HttpInterface;
  readonly port: number;
  readonly calls: { name: OperationName; input: unknown }[];
  readonly listeners: Set<(event: CompanionEvent) => void>;
  readonly clock: { now: number };
  emit(event: CompanionEvent): void;
  signIn(): Promise<string>;
  post(path: string, body: unknown, bearer?: string): Promise<Response>;
  close(): Promise<void>;
}

export async function startHarness(options: Partial<HttpInterfaceOptions> = {}): Promise<Harness> {
  const directory = await mkdtemp(join(tmpdir(), 'rl-http-'));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Companion</title>');
  await writeFile(join(directory, 'assets', 'index-abc.js'), 'export {};');
  const calls: Harness['calls'] = [];
  const listeners: Harness['listeners'] = new Set();
  const clock = { now: 1_800_000_000_000 };
  let minted = 0;
  const ui = await createHttpInterface({
    staticDirectory: directory,
    call: (name, input) => {
      calls.push({ name, input });
      return Promise.resolve({ secretCanary: 'canary-value' });
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    now: () => clock.now,
    randomToken: () => `${'T'.repeat(40)}${String((minted += 1)).padStart(3, '0')}`,
    ...options,
  }).catch(async (thrown: unknown) => {
    await rm(directory, { recursive: true, force: true });
    throw thrown;
  });
  const post = (path: string, body: unknown, bearer?: string): Promise<Response> =>
    fetch(new URL(path, ui.url()), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body: JSON.stringify(body),
    });
  return {
    ui,
    port: Number(new URL(ui.url()).port),
    calls,
    listeners,
    clock,
    post,
    emit: (event) => {
      for (const listener of listeners) listener(event);
    },
    async signIn() {
      const token = new URL(ui.mintLink()).hash.slice('#t='.length);
      const reply = await post('/api/session', { token });
      return z.object({ bearer: z.string() }).parse(await reply.json()).bearer;
    },
    async close() {
      await ui.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Sends bytes as they are and reads until the other side closes. @returns '' where it closed without a word. */
export function sendRaw(port: number, bytes: string | Buffer, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host, port });
    const finish = (): void => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    };
    socket.on('connect', () => socket.write(bytes));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('end', finish);
  });
}

export function statusOf(answer: string): number | undefined {
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}
