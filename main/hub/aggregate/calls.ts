/**
 * The tools/call requests of the client: finds out whose tool it is, hands the call to that member's own session, where
 * all gates are, and brings its answer back. Decides nothing: a name that belongs to nobody but begins as a connector does
 * is refused, and recorded, by that one's session; any other is answered as unknown.
 */
import { isModern, unknownTool } from '../../relay/denial.ts';
import { parseMessage, type Parsed, type RequestMessage } from '../../relay/parse-message.ts';
import { answerForClient, failure, progressForClient } from './call-answer.ts';
import { callForMember, cancelForMember, type CallRoute } from './call-request.ts';
import type { ClientOutput } from './client-output.ts';
import type { Inventory } from './inventory.ts';
import type { Conversation, Member } from './member.ts';
import type { AggregateOptions } from './options.ts';
import { problems } from './problems.ts';
import type { Route } from './tool-names.ts';

export interface CallsParts {
  readonly options: Pick<AggregateOptions, 'connectors' | 'limits' | 'version' | 'parseLarge'>;
  readonly output: ClientOutput;
  readonly inventory: Inventory;
  readonly member: (connector: string) => Member;
  readonly nextId: () => number;
}

interface OpenCall {
  readonly message: RequestMessage;
  readonly line: Buffer;
  readonly name: string;
  /** Once the member has it: takes it back, with what the client said. */
  withdraw: ((line: Buffer) => void) | undefined;
}

export class Calls {
  private readonly parts: CallsParts;
  private readonly open = new Map<string, OpenCall>();

  constructor(parts: CallsParts) {
    this.parts = parts;
  }

  get size(): number {
    return this.open.size;
  }

  has(idKey: string): boolean {
    return this.open.has(idKey);
  }

  handle(message: RequestMessage, line: Buffer): void {
    const { output, options, inventory, member } = this.parts;
    const { name } = message.params;
    if (typeof name !== 'string') {
      output.refuse(message, { code: -32_602, message: 'tools/call needs the name of a tool.' });
      return;
    }
    const call: OpenCall = { message, line, name, withdraw: undefined };
    this.open.set(message.idKey, call);
    const route = inventory.names.resolve(name, options.connectors());
    const conversation = route === undefined ? undefined : member(route.connector).conversation;
    const placed =
      route === undefined || conversation === undefined ? this.find(call) : this.forward(call, route, conversation);
    placed?.catch(() => this.answer(call, failure(message.id, problems.unreadable(route?.connector ?? name))));
  }

  /** The client takes a call back; true when it was one. `line` is how it said so. */
  cancel(idKey: string, line: Buffer): boolean {
    const call = this.open.get(idKey);
    this.open.delete(idKey);
    call?.withdraw?.(line);
    return call !== undefined;
  }

  /** Nobody waits for answers any more. */
  close(): void {
    this.open.clear();
  }

  private isOpen(call: OpenCall): boolean {
    return this.open.get(call.message.idKey) === call;
  }

  private answer(call: OpenCall, bytes: Buffer): void {
    if (!this.isOpen(call)) return;
    this.open.delete(call.message.idKey);
    this.parts.output.answer(call.message, bytes);
  }

  /** Whose tool it is, where that is not known yet or nobody serves it at the moment. */
  private async find(call: OpenCall): Promise<void> {
    const { options, inventory, member } = this.parts;
    const { names } = inventory;
    const { id } = call.message;
    const unknown = names.candidates(call.name, options.connectors()).filter((connector) => !names.isKnown(connector));
    const outcomes = await Promise.all(unknown.map((connector) => inventory.learn(connector)));
    if (!this.isOpen(call)) return;
    const connectors = options.connectors();
    let route = names.resolve(call.name, connectors);
    if (route === undefined) {
      const problem = outcomes.find((outcome) => outcome !== undefined);
      if (problem !== undefined) return this.answer(call, failure(id, problem));
      route = names.refuser(call.name, connectors);
      if (route === undefined) return this.answer(call, unknownTool(id, call.name));
    }
    const ready = await member(route.connector).ready();
    if (ready.kind === 'problem') this.answer(call, failure(id, ready.problem));
    else await this.forward(call, route, ready.conversation);
  }

  private forward(
    call: OpenCall,
    { connector, tool }: Route,
    { link, agreed }: Conversation,
  ): Promise<void> | undefined {
    const { message } = call;
    const { options } = this.parts;
    const number = this.parts.nextId();
    const clientEra = isModern(message.params) ? 'modern' : 'legacy';
    const route: CallRoute = { connector, tool, number, clientEra, memberEra: agreed.era };
    const text = callForMember(message, call.line, route, options.version);
    if (text === undefined) {
      this.answer(call, failure(message.id, problems.unreadable(connector)));
      return undefined;
    }
    const send = (parsed: Parsed): void => {
      // Taken back meanwhile.
      if (!this.isOpen(call)) return;
      if (parsed.kind !== 'request') {
        this.parts.output.refuse(message, { code: -32_600, message: 'Not forwarded: the call cannot be passed on.' });
        this.open.delete(message.idKey);
        return;
      }
      call.withdraw = (line) => link.cancel(parsed.idKey, cancelForMember(line, number));
      link.request(
        parsed.idKey,
        parsed,
        text.line,
        {
          answered: (bytes) => this.answer(call, answerForClient(bytes, { id: message.id, name: call.name }, route)),
          failed: (problem) => this.answer(call, failure(message.id, problem)),
          progress: (_progress, bytes) => this.progress(call, text.token, bytes),
        },
        message.params,
      );
    };
    const { limits, parseLarge } = options;
    if (parseLarge !== undefined && text.line.length > limits.inlineParseBytes)
      return parseLarge(text.line, 'client').then(send);
    send(parseMessage(text.line, 'client', limits));
    return undefined;
  }

  private progress(call: OpenCall, token: string | undefined, received: Buffer): void {
    const bytes = token === undefined ? undefined : progressForClient(received, token);
    if (bytes === undefined) return;
    const message = parseMessage(bytes, 'server', this.parts.options.limits);
    if (message.kind === 'notification') this.parts.output.send({ bytes, message, related: call.message.idKey });
  }
}
