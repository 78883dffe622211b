/**
 * One session of one connector, from its client's side: sends requests with our ids and takes each answer once. Answers
 * to what was not asked, and all that the aggregate has no use for, are dropped; what the member asks is refused. When
 * the session is over, whoever still waits is told.
 */
import type { JsonObject } from '../../../preload/contract/json.ts';
import type { WireLimits } from '../../relay/limits.ts';
import { parseMessage, type NotificationMessage, type Parsed, type RequestMessage } from '../../relay/parse-message.ts';
import type { Outbound } from '../../relay/session-options.ts';
import type { ServedClient, ServedSession } from '../../transport/downstream.ts';
import { SessionInput } from '../../transport/http-endpoint/session-input.ts';
import { problems, type Problem } from './problems.ts';
import { TOOLS_CHANGED } from './protocol.ts';

/** Who waits for the answer to a request. */
export interface Waiting {
  /** The answer as the member sent it, with our id. */
  readonly answered: (bytes: Buffer) => void;
  readonly failed: (problem: Problem) => void;
  readonly progress?: (message: NotificationMessage, bytes: Buffer) => void;
}

export interface MemberLinkOptions {
  readonly connector: string;
  readonly open: (client: ServedClient) => Promise<ServedSession>;
  /** Who the client is, by the params of its own request. */
  readonly claimed: ServedClient['claimed'];
  /** Bytes that wait for the client, and whether it takes more. */
  readonly client: { readonly backlog: number; readonly isReady: boolean };
  readonly limits: WireLimits;
  readonly toolsChanged: () => void;
}

const METHOD_NOT_FOUND = -32_601;

export class MemberLink {
  /** Resolves when the session and whatever it started is gone. Never rejects. */
  readonly gone: Promise<void>;
  private readonly options: MemberLinkOptions;
  private readonly input: SessionInput;
  private readonly waiting = new Map<string, Waiting>();
  /** Params as they leave, with those that the client sent: who called is said there. */
  private readonly origins = new WeakMap<JsonObject, JsonObject>();
  private over: Problem | undefined;
  private openProblem: Problem | undefined;

  constructor(options: MemberLinkOptions) {
    this.options = options;
    const { limits, client } = options;
    this.input = new SessionInput(limits.maxBacklogBytes);
    const peer = this.input.peer(
      (messages) => this.deliver(messages),
      () => client.backlog,
    );
    const claimed: ServedClient['claimed'] = (params) =>
      options.claimed(params === undefined ? undefined : this.origins.get(params));
    this.gone = this.run({ peer, claimed }).catch(() => {});
  }

  /** Why there is no session at all. */
  get refusal(): Problem | undefined {
    return this.openProblem;
  }

  get awaitsInput(): boolean {
    return this.input.awaitsInput;
  }

  get isOver(): boolean {
    return this.over !== undefined;
  }

  private async run(client: ServedClient): Promise<void> {
    const ended = problems.ended(this.options.connector);
    let served: ServedSession;
    try {
      served = await this.options.open(client);
    } catch (error) {
      this.openProblem = problems.refused(error);
      this.end(this.openProblem);
      return;
    }
    try {
      // Closed meanwhile, it is given up at once.
      this.input.open(served);
      await served.done;
    } finally {
      this.end(ended);
    }
  }

  /** False when it does not take more. What cannot be handed over ends this session, not those of other connectors. */
  private push(parsed: Parsed, line: Buffer): boolean {
    try {
      return this.input.push(parsed, line);
    } catch {
      this.end(problems.ended(this.options.connector));
      return true;
    }
  }

  /** `origin`: the params of the client's request that this one is for. Whoever waits is told of what goes wrong. */
  request(key: string, parsed: RequestMessage, line: Buffer, waiting: Waiting, origin?: JsonObject): void {
    if (this.over !== undefined) {
      waiting.failed(this.over);
      return;
    }
    if (origin !== undefined) this.origins.set(parsed.params, origin);
    this.waiting.set(key, waiting);
    if (this.push(parsed, line)) return;
    this.waiting.delete(key);
    waiting.failed(problems.slow(this.options.connector));
  }

  notify(line: Buffer): void {
    const parsed = parseMessage(line, 'client', this.options.limits);
    if (parsed.kind === 'notification') this.push(parsed, line);
  }

  /** Nobody waits for this answer any more; `line` tells the member so. */
  cancel(key: string, line: Buffer | undefined): void {
    const isWaiting = this.waiting.delete(key);
    if (isWaiting && !this.input.withdraw(key) && line !== undefined) this.notify(line);
  }

  drained(): void {
    this.input.drained();
  }

  /** Gives the session up. */
  close(problem: Problem): void {
    this.end(problem);
  }

  private end(problem: Problem): void {
    if (this.over !== undefined) return;
    this.over = problem;
    this.input.close();
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const { failed } of all) failed(problem);
  }

  private deliver(messages: readonly Outbound[]): boolean {
    try {
      for (const outbound of messages) if (this.over === undefined) this.take(outbound);
    } catch {
      // What cannot be handled ends this session, not those of the other connectors.
      this.end(problems.unreadable(this.options.connector));
    }
    return this.options.client.isReady;
  }

  private take({ message, bytes }: Outbound): void {
    switch (message.kind) {
      case 'response': {
        const sent = message.idKey === undefined ? undefined : this.waiting.get(message.idKey);
        if (message.idKey === undefined || sent === undefined) return;
        this.waiting.delete(message.idKey);
        try {
          sent.answered(bytes);
        } catch {
          sent.failed(problems.unreadable(this.options.connector));
        }
        return;
      }
      case 'request':
        this.refuse(message);
        return;
      case 'notification':
        if (message.method === TOOLS_CHANGED) this.options.toolsChanged();
        else if (message.method === 'notifications/progress') this.progress(message, bytes);
    }
  }

  private progress(message: NotificationMessage, bytes: Buffer): void {
    const { progressToken } = message.params;
    if (typeof progressToken === 'number') this.waiting.get(`n${progressToken}`)?.progress?.(message, bytes);
  }

  /** A client has to answer a ping; there is nothing else that we could be asked. */
  private refuse(question: RequestMessage): void {
    const { id, idKey } = question;
    if (question.method !== 'ping') {
      this.input.refuseQuestion(question, METHOD_NOT_FOUND, 'This client can be asked nothing.');
      return;
    }
    const parsed: Parsed = { kind: 'response', id, idKey, result: {}, error: undefined };
    const line = Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":{}}\n`);
    // Not from within the delivery of something else.
    queueMicrotask(() => this.push(parsed, line));
  }
}
