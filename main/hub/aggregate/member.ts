/**
 * One connector as the aggregate uses it: opened when it is first needed, opened again after its session ended. Knows
 * which era its server speaks; a server that takes the question for its era badly is opened anew and not asked again.
 */
import type { JsonObject } from '../../../preload/contract/json.ts';
import { agree, type Agreement } from './handshake.ts';
import { MemberLink } from './member-link.ts';
import type { AggregateOptions } from './options.ts';
import { ask, tell, type Answer } from './own-requests.ts';
import { problems, type Problem } from './problems.ts';
import { NEWEST_LEGACY, ownEnvelope } from './protocol.ts';

export interface MemberParts {
  readonly options: Pick<AggregateOptions, 'client' | 'openMember' | 'limits' | 'schedule' | 'version'>;
  readonly client: { readonly backlog: number; readonly isReady: boolean };
  /** An id that no request to a member had before. */
  readonly nextId: () => number;
  /** The legacy revision that the client speaks; undefined for a modern client. */
  readonly legacyVersion: () => string | undefined;
  readonly toolsChanged: (connector: string) => void;
  /** A session began; its end is awaited before the aggregate is done. */
  readonly began: (link: MemberLink) => void;
}

/** A conversation that both sides agreed on. */
export interface Conversation {
  readonly link: MemberLink;
  readonly agreed: Agreement;
  /** A request of our own; says of itself what the era asks for. */
  readonly ask: (method: string, params: JsonObject) => Promise<Answer>;
}

export type Ready =
  | { readonly kind: 'ready'; readonly conversation: Conversation }
  | { readonly kind: 'problem'; readonly problem: Problem };

/** From the first opening to the end of the conversation that it led to. */
interface Attempt {
  readonly done: Promise<Ready>;
  readonly end: (problem: Problem) => void;
  isOver: boolean;
  link: MemberLink | undefined;
  conversation: Conversation | undefined;
}

export class Member {
  readonly connector: string;
  private readonly parts: MemberParts;
  private attempt: Attempt | undefined;
  private takesNoProbe = false;
  /** The session that tells us of changes. */
  private listeningOn: MemberLink | undefined;

  constructor(connector: string, parts: MemberParts) {
    this.connector = connector;
    this.parts = parts;
  }

  /** Where there is one at this moment. */
  get conversation(): Conversation | undefined {
    const conversation = this.attempt?.conversation;
    return conversation?.link.isOver === false ? conversation : undefined;
  }

  /** Opens the connector where it is not open. Never rejects. */
  ready(): Promise<Ready> {
    const { attempt } = this;
    const isOpening = attempt !== undefined && !attempt.isOver && attempt.conversation === undefined;
    const isUsable = isOpening || this.conversation !== undefined;
    return (isUsable && attempt !== undefined ? attempt : this.begin()).done;
  }

  /** Modern servers tell of changes only who asks them to. */
  listen({ link, agreed, ask: request }: Conversation): void {
    if (agreed.era !== 'modern' || !agreed.tellsChanges || this.listeningOn === link) return;
    this.listeningOn = link;
    void request('subscriptions/listen', { notifications: { toolsListChanged: true } }).then(() => {
      if (this.listeningOn === link) this.listeningOn = undefined;
    });
  }

  drained(): void {
    this.attempt?.link?.drained();
  }

  close(problem: Problem): void {
    this.attempt?.end(problem);
  }

  private begin(): Attempt {
    const { schedule, limits } = this.parts.options;
    const { promise, resolve } = Promise.withResolvers<Ready>();
    const attempt: Attempt = {
      done: promise,
      end: (problem) => {
        cancel();
        attempt.isOver = true;
        attempt.link?.close(problem);
        resolve({ kind: 'problem', problem });
      },
      isOver: false,
      link: undefined,
      conversation: undefined,
    };
    this.attempt = attempt;
    const cancel = schedule(limits.initializeMs, () => attempt.end(problems.notInTime(this.connector)));
    this.converse(attempt)
      .then((outcome) => {
        cancel();
        if (!('link' in outcome)) return attempt.end(outcome);
        attempt.conversation = outcome;
        this.listen(outcome);
        resolve({ kind: 'ready', conversation: outcome });
      })
      .catch(() => attempt.end(problems.noHandshake(this.connector)));
    return attempt;
  }

  private async converse(attempt: Attempt): Promise<Conversation | Problem> {
    const probe = !this.takesNoProbe;
    const first = await this.tryOnce(attempt, probe);
    if (first !== undefined) return first;
    const refused = problems.noHandshake(this.connector);
    if (!probe) return refused;
    // Some servers end, or are of no use any more, after a question from before their handshake.
    attempt.link?.close(refused);
    await attempt.link?.gone;
    return attempt.isOver ? refused : ((await this.tryOnce(attempt, false)) ?? refused);
  }

  /** Undefined when the server did not take to the conversation. */
  private async tryOnce(attempt: Attempt, probe: boolean): Promise<Conversation | Problem | undefined> {
    const link = this.open();
    attempt.link = link;
    const { options, nextId, legacyVersion } = this.parts;
    const { limits, schedule, version } = options;
    const agreed = await agree({
      ask: (method, params) => ask(link, limits, nextId(), method, params),
      tell: (method) => tell(link, method),
      schedule,
      probe,
      legacyVersion: legacyVersion() ?? NEWEST_LEGACY,
      version,
    });
    this.takesNoProbe = agreed?.era === 'legacy';
    if (agreed === undefined) return link.refusal;
    const meta = agreed.era === 'modern' ? { _meta: ownEnvelope(version) } : {};
    return {
      link,
      agreed,
      ask: (method, params) => ask(link, limits, nextId(), method, { ...params, ...meta }),
    };
  }

  private open(): MemberLink {
    const { options, client, toolsChanged, began } = this.parts;
    const link = new MemberLink({
      connector: this.connector,
      open: (served) => options.openMember(this.connector, served),
      claimed: options.client.claimed,
      client,
      limits: options.limits,
      toolsChanged: () => toolsChanged(this.connector),
    });
    began(link);
    return link;
  }
}
