/**
 * Lists of tools of a tenant's connector: the tenant is asked before one is read, and makes one of its own of it. Of the
 * tenant's list only those tools reach the client that the server named in this very answer; what the tenant leaves out is
 * answered as a tool that never was, until it is listed again.
 */
import type { Decision, DecisionCode } from '../../preload/contract/index.ts';
import { isJsonObject, type JsonObject } from '../../preload/contract/json.ts';
import { errorReply, METHOD_REFUSED, SERVER_FAILED } from './denial.ts';
import type { ForwardedRequests } from './forwarded-requests.ts';
import type { RequestMessage, ResponseMessage } from './parse-message.ts';
import { nameOf, replacedList, type ReplacedList } from './replaced-list.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { TenantDesk } from './tenant-desk.ts';
import type { GovernedRequest, JsonSource, PreVerdict, TenantGate } from './tenant-gate.ts';
import { refusedListText } from './tenant-texts.ts';

const REQUEST: GovernedRequest = { method: 'tools/list', params: undefined };

interface HeldList {
  readonly message: RequestMessage;
  readonly controller: AbortController;
}

export interface TenantListsParts {
  readonly options: SessionOptions;
  readonly tenant: TenantGate;
  readonly desk: TenantDesk;
  readonly out: Outgoing;
  readonly forwarded: ForwardedRequests;
  /** A held list stopped waiting. */
  readonly freed: () => void;
}

export class TenantLists {
  private readonly parts: TenantListsParts;
  private readonly held = new Map<string, HeldList>();
  /** Names that the tenant left out. The oldest are let go of: a call of one is still asked about. */
  private readonly leftOut = new Set<string>();

  constructor(parts: TenantListsParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.held.size;
  }

  has(idKey: string): boolean {
    return this.held.has(idKey);
  }

  /** Why the tenant keeps this tool from the client. */
  hides(tool: string): Decision | undefined {
    if (!this.leftOut.has(tool)) return undefined;
    const reason = `${this.parts.tenant.host} left this tool out of its list.`;
    return { effect: 'deny', decidedBy: 'tenant', code: 'tenant_hidden', reason };
  }

  request(message: RequestMessage, line: Buffer): void {
    const { options, desk, tenant, out, freed } = this.parts;
    const controller = new AbortController();
    const { signal } = controller;
    const mine: HeldList = { message, controller };
    this.held.set(message.idKey, mine);
    const free = (): void => {
      if (this.held.get(message.idKey) === mine) this.held.delete(message.idKey);
    };
    desk
      .ask('client', line.length, signal, () => tenant.pre(REQUEST, signal))
      .then((verdict) => {
        if (signal.aborted) return;
        free();
        this.goOn(message, line, verdict);
      })
      .catch(() => {
        if (signal.aborted) return;
        free();
        this.refuse(message, 'engine_error');
      })
      .finally(() => {
        out.flush();
        freed();
      })
      .catch((error: unknown) => options.fatal(error instanceof Error ? error.message : 'a held list failed'));
  }

  private goOn(message: RequestMessage, line: Buffer, verdict: PreVerdict): void {
    const { forwarded } = this.parts;
    switch (verdict.kind) {
      case 'deny':
        this.refuse(message, verdict.code);
        return;
      case 'open':
        forwarded.forward(message, line, undefined);
        return;
      case 'allow':
        // A list has no arguments, and no tenant answers with one before it saw the server's.
        if (verdict.arguments !== undefined || verdict.result !== undefined) this.refuse(message, 'tenant_invalid');
        else {
          const { correlation } = verdict;
          forwarded.forward(message, line, undefined, { request: REQUEST, correlation, modern: false });
        }
    }
  }

  private refuse({ id, idKey }: RequestMessage, code: DecisionCode): void {
    const { out, options } = this.parts;
    out.reply(errorReply(id, METHOD_REFUSED, refusedListText(options.connector, code)), idKey);
  }

  /** The client takes its question back; true when the server never heard of it. */
  withdraw(idKey: string): boolean {
    const held = this.held.get(idKey);
    this.held.delete(idKey);
    held?.controller.abort('withdrawn');
    return held !== undefined;
  }

  /** Nothing that waits here goes on; `answer`: whoever asked is told. */
  end(answer: boolean): void {
    const { out, options } = this.parts;
    for (const { message, controller } of this.held.values()) {
      controller.abort('ended');
      const text = `The server of "${options.connector}" has ended. Start the connector again.`;
      if (answer) out.reply(errorReply(message.id, SERVER_FAILED, text), message.idKey);
    }
    this.held.clear();
  }

  /** The server's answer with the tenant's list in the place of its own, or undefined; see `replaced-list.ts`. */
  replaced(line: Buffer, result: JsonObject, list: JsonSource): ReplacedList | undefined {
    const { options } = this.parts;
    const made = replacedList(line, result, list, options.limits);
    for (let i = 0; i < (made?.foreign ?? 0); i++)
      options.dropped('server', 'a tool of the tenant that the server does not list');
    return made;
  }

  /** Call once the tenant's list is what the client gets. */
  delivered(tools: readonly unknown[], made: ResponseMessage): void {
    const list: unknown = isJsonObject(made.result) ? made.result['tools'] : undefined;
    const shown = new Set(Array.isArray(list) ? list.map(nameOf) : []);
    for (const tool of tools) {
      const name = nameOf(tool);
      if (name === undefined) continue;
      this.leftOut.delete(name);
      if (shown.has(name)) continue;
      this.leftOut.add(name);
      const [oldest] = this.leftOut;
      if (this.leftOut.size > this.parts.options.limits.maxTools && oldest !== undefined) this.leftOut.delete(oldest);
    }
  }
}
