/**
 * What the fixture server `offering.mjs` offers and answers, in a file outside of the person's home that a journey rewrites
 * while the server runs; and what reached that server.
 */
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fixtureServer, node } from './companion-home.ts';

export interface Offer {
  readonly version?: string;
  readonly instructions?: string | undefined;
  readonly tools?: readonly object[];
  readonly prompts?: readonly object[];
  readonly resourceTemplates?: readonly object[];
  readonly resources?: readonly object[];
  /** By method and name: the lines that are sent, with `__ID__` for the id of the request and `__TOKEN__` for its progress token. */
  readonly answers?: Readonly<Record<string, readonly string[]>>;
}

const inputSchema = { type: 'object', properties: { text: { type: 'string' } } };

export function tool(name: string, description = `Does ${name}.`, more: object = {}): object {
  return { name, description, inputSchema, annotations: { readOnlyHint: true }, ...more };
}

/** A line that answers with `result`, which is JSON source text. */
export function answer(result: string): string {
  return `{"jsonrpc":"2.0","id":__ID__,"result":${result}}`;
}

/** The source text of a result with one text. */
export function textResult(text: string): string {
  return JSON.stringify({ content: [{ type: 'text', text }] });
}

export class Offering {
  readonly folder = mkdtempSync(join(tmpdir(), 'rlo-'));
  readonly file = join(this.folder, 'offer.json');
  private current: Offer = {};

  constructor(offer: Offer) {
    this.set(offer);
  }

  get command(): readonly string[] {
    return [node, fixtureServer('offering.mjs'), this.file];
  }

  get now(): Offer {
    return this.current;
  }

  /** In one step: the server never reads half of it. */
  set(offer: Offer): void {
    this.current = offer;
    writeFileSync(`${this.file}.next`, JSON.stringify(offer));
    renameSync(`${this.file}.next`, this.file);
  }

  change(change: Partial<Offer>): void {
    this.set({ ...this.current, ...change });
  }

  /** From now on a call of `key` ("tools/call leak") is answered with these lines. */
  answers(key: string, ...lines: string[]): void {
    this.change({ answers: { ...this.current.answers, [key]: lines } });
  }

  /** Everything that reached any of its servers. */
  received(): string {
    const path = `${this.file}.received`;
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  }

  /** Requests of `method` that reached a server. */
  requests(method: string): { readonly params?: Readonly<Record<string, unknown>> }[] {
    return this.received()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { method?: string; params?: Record<string, unknown> })
      .filter((message) => message.method === method);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
