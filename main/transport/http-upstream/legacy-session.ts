/** What a server of the legacy era gave this client at its introduction, and what it takes to introduce it again. */
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject } from '../../../preload/contract/json.ts';
import { OWN_ID_PREFIX } from '../../relay/denial.ts';
import type { RequestMessage, ResponseMessage } from '../../relay/parse-message.ts';
import { scanJson, UNLIMITED } from '../../relay/scan-json.ts';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,1024}$/;

interface Granted {
  readonly id: string | undefined;
  readonly version: string | undefined;
  readonly serverName: unknown;
  /** The server answered the introduction. */
  readonly isOpen: boolean;
}

const NOTHING: Granted = { id: undefined, version: undefined, serverName: undefined, isOpen: false };

/** The client's own introduction, to be sent again under an id of ours. */
export interface Introduction {
  readonly initialize: Buffer;
  readonly initialized: Buffer | undefined;
}

export class LegacySession {
  private granted = NOTHING;
  private introduced: Introduction | undefined;
  private count = 0;

  /** Changes with each session. */
  get generation(): number {
    return this.count;
  }

  get id(): string | undefined {
    return this.granted.id;
  }

  /** The client introduced itself and the server answered. */
  get isOpen(): boolean {
    return this.granted.isOpen;
  }

  get introduction(): Introduction | undefined {
    return this.introduced;
  }

  /** Names and values in turn, for every request after the introduction. */
  headers(): string[] {
    return this.headersFor(this.granted.id);
  }

  /** The same for a session that may be an earlier one. */
  headersFor(id: string | undefined): string[] {
    const { version } = this.granted;
    const headers: string[] = [];
    if (id !== undefined) headers.push('Mcp-Session-Id', id);
    if (version !== undefined) headers.push('MCP-Protocol-Version', version);
    return headers;
  }

  /** An introduction begins; what was granted before counts no more. Returns it. */
  begin(initialize: Buffer): Granted {
    const before = this.granted;
    this.granted = NOTHING;
    this.introduced = { initialize, initialized: undefined };
    this.count++;
    return before;
  }

  /** The response to the introduction began. */
  accepted(headers: IncomingHttpHeaders): void {
    const id = headers['mcp-session-id'];
    if (typeof id === 'string' && VISIBLE_ASCII.test(id)) this.granted = { ...this.granted, id };
  }

  /** The answer to the introduction. */
  answered({ result, error }: ResponseMessage): void {
    if (error !== undefined || !isJsonObject(result)) {
      this.granted = NOTHING;
      return;
    }
    const version = result['protocolVersion'];
    const info = result['serverInfo'];
    this.granted = {
      ...this.granted,
      version: typeof version === 'string' && VISIBLE_ASCII.test(version) ? version : undefined,
      serverName: isJsonObject(info) ? info['name'] : undefined,
      isOpen: true,
    };
  }

  confirmed(initialized: Buffer): void {
    if (this.introduced !== undefined) this.introduced = { ...this.introduced, initialized };
  }

  /** Why the server that granted this is not the one that granted `before`. */
  differsFrom(before: Granted): string | undefined {
    if (this.granted.serverName !== before.serverName) return 'another server answers at its address now';
    return this.granted.version === before.version ? undefined : 'it speaks another version of the protocol now';
  }

  /** The new introduction failed. */
  restore(before: Granted, introduction: Introduction): void {
    this.granted = before;
    this.introduced = introduction;
    this.count--;
  }
}

/** The client's initialize under an id of ours; everything else keeps its bytes. */
export function asOwn(initialize: Buffer, number: number): { readonly body: Buffer; readonly message: Own } {
  const scan = scanJson(initialize, 0, initialize.length, UNLIMITED, false);
  const span = scan.kind === 'object' ? scan.members.find(({ key }) => key === 'id')?.value : undefined;
  if (span === undefined) throw new Error('an initialize without an id');
  const id = `${OWN_ID_PREFIX}again-${number}`;
  const body = Buffer.concat([
    initialize.subarray(0, span.start),
    Buffer.from(JSON.stringify(id)),
    initialize.subarray(span.end),
  ]);
  return { body, message: { idKey: `s${id}`, method: 'initialize' } };
}

type Own = Pick<RequestMessage, 'idKey' | 'method'>;
