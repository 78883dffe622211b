/** What the journeys about deciding do again and again: connect, ask, answer at a terminal, and look at what was really done. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ApprovalView } from '../../preload/contract/index.ts';
import { textUntil } from '../process/processes.ts';
import { fixtureServer, node, type CompanionHome, type Ended } from './companion-home.ts';
import { RawClient, type Message } from './raw-client.ts';

export const textOf = (message: Message): string => message.result?.content?.[0]?.text ?? '';

/** Why a call was refused, as its result says it; undefined where it was made. */
export function codeOf(message: Message): string | undefined {
  const decision = message.result?.['_meta'] as
    { readonly 'com.runlayer/decision'?: { readonly code: string } } | undefined;
  return decision?.['com.runlayer/decision']?.code;
}

/** Of a call that must have been refused with a code that names the question. */
export function refOf(message: Message): string {
  const meta = message.result?.['_meta'] as { readonly 'com.runlayer/decision'?: { readonly ref: string } } | undefined;
  return meta?.['com.runlayer/decision']?.ref ?? '';
}

export const toolsOf = async (client: RawClient, id: string): Promise<string[]> =>
  ((await client.request(id, 'tools/list')).result?.tools ?? []).map(({ name }) => name);

export async function connect(home: CompanionHome, connector: string, name: string): Promise<RawClient> {
  const client = new RawClient(home.start(['run', connector]));
  await client.initialize(name);
  return client;
}

/** The pad server, whose file says what was done. */
export class Pad {
  readonly file: string;
  readonly command: readonly string[];

  constructor(home: CompanionHome, name: string) {
    this.file = join(home.path, `${name}.txt`);
    this.command = [node, fileURLToPath(new URL('deciding-pad-server.ts', import.meta.url)), this.file];
  }

  done(): string[] {
    if (!existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  }
}

/** A companion in which nobody's client waits long for a person: a question is pending nearly at once. */
export async function startImpatient(home: CompanionHome, approvalMs: number): Promise<{ stop(): Promise<number> }> {
  const host = home.spawn(node, [fixtureServer('../host.ts'), 'headless', home.home, JSON.stringify({ approvalMs })]);
  await textUntil(host.stdout, /serving/);
  return {
    stop: async () => {
      const ended = once(host, 'close');
      await home.must(['stop']);
      return Number((await ended)[0]);
    },
  };
}

export async function questions(home: CompanionHome): Promise<ApprovalView[]> {
  return await home.json<ApprovalView[]>(['approvals', 'list']);
}

/** A person's yes at a terminal; `more`: options such as `--for session`. */
export async function approve(home: CompanionHome, id: string, more: readonly string[] = []): Promise<Ended> {
  const typed = [{ after: /\[y\/N\] /, text: 'y\n' }];
  const ended = await home.runlayer(['approvals', 'approve', id, ...more], { typed });
  if (ended.code !== 0) throw new Error(`not approved: ${ended.out}`);
  return ended;
}

/** The decision in the record of the last call of a tool. */
export function lastDecision(home: CompanionHome, tool: string): unknown {
  const intent = home.records().findLast((record) => record.kind === 'intent' && record['gen_ai.tool.name'] === tool);
  return intent?.kind === 'intent' ? intent.decision : undefined;
}
