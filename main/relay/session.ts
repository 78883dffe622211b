/**
 * One conversation between one client and one server: relays messages as the bytes that came in, and puts every gated one
 * through the gates first. It forwards, it does not terminate MCP: methods that it does not know pass.
 * Never forwards what it could not parse strictly, and never lets a call leave without an intent record. Holds no timers
 * and does no I/O: its owner feeds bytes and calls `tick`.
 */
import type { Decision } from '../../preload/contract/index.ts';
import { Batch } from './batch.ts';
import { CallAudit, NO_INPUT } from './call-audit.ts';
import { ClientSide } from './client-side.ts';
import { flattenLine } from './flatten-line.ts';
import { Flow } from './flow.ts';
import { ForwardedRequests, type GovernedEnds } from './forwarded-requests.ts';
import { GatedCalls } from './gated-calls.ts';
import { Handshake } from './handshake.ts';
import { HeldAnswers } from './held-answers.ts';
import { Inspection, Inspector } from './inspection.ts';
import { takeInventory } from './inventory.ts';
import { Lane, type LaneOptions } from './lane.ts';
import { createLister } from './list-upstream.ts';
import { OtherLists } from './other-lists.ts';
import { OwnRequests } from './own-requests.ts';
import type { Message, Parsed, Sender } from './parse-message.ts';
import { Pending } from './pending.ts';
import { ServerAnswers } from './server-answers.ts';
import { ServerSide } from './server-side.ts';
import type { Outgoing, SessionOptions } from './session-options.ts';
import type { Inventory } from './tenant-gate.ts';
import { TenantSide } from './tenant-side.ts';
import { ToolCatalogue } from './tool-catalogue.ts';

export class Session {
  private readonly options: SessionOptions;
  private readonly toServer = new Batch();
  private readonly toClient = new Batch();
  private readonly lanes: Readonly<Record<Sender, Lane>>;
  private readonly sides: { readonly client: ClientSide; readonly server: ServerSide };
  private readonly flow: Flow;
  private readonly own: OwnRequests;
  private readonly tenant: TenantSide | undefined;
  private readonly handshake: Handshake | undefined;
  private readonly audit: CallAudit;
  private readonly forwarded: ForwardedRequests;
  private readonly calls: GatedCalls;
  private readonly answers: HeldAnswers;
  private readonly delivery: ServerAnswers;
  private readonly inspections: Readonly<Record<Sender, Inspection>>;
  private readonly stopListening: () => void;
  private serverGone = false;
  private clientGone = false;
  private inputEnded = false;
  private serverInputEnded = false;

  constructor(options: SessionOptions) {
    this.options = options;
    this.flow = new Flow(options, (side) => this.lanes[side].resumed());
    this.audit = new CallAudit(options);
    const { audit } = this;
    const catalogue = new ToolCatalogue(options.limits, options.toolProblem, options.pins);
    const others = new OtherLists(options.limits, options.pins);
    const asked = new Pending<{ readonly deadlineAt: undefined }>();
    const { ready } = options;
    const handshake = ready === undefined ? undefined : new Handshake(ready);
    this.handshake = handshake;
    const toServer = (bytes: Buffer, message: Message): void =>
      this.toServer.add({ bytes, message, related: undefined });
    const out: Outgoing = {
      toServer:
        handshake === undefined
          ? toServer
          : (bytes, message) => {
              handshake.left(message);
              toServer(bytes, message);
            },
      withdraw: (line) => this.toServer.remove(line),
      toClient: (bytes, message, related) => this.toClient.add({ bytes, message, related }),
      reply: (bytes, idKey) => this.toClient.add({ bytes, message: { kind: 'response', idKey }, related: undefined }),
      withdrawReply: (bytes) => this.toClient.remove(bytes),
      replyToServer: (bytes, idKey) =>
        this.toServer.add({ bytes, message: { kind: 'response', idKey }, related: undefined }),
      flush: () => this.flush(),
    };
    const { limits, now, newId, policy } = options;
    this.own = new OwnRequests({
      limits,
      now,
      newId,
      send: (bytes, message) => {
        toServer(bytes, message);
        this.flush();
      },
    });
    const governed: GovernedEnds = {
      failed: (...failure) => this.tenant?.failed(...failure),
      ended: (...end) => this.tenant?.ended(...end),
    };
    this.forwarded = new ForwardedRequests(options, out, audit, options.tenant === undefined ? undefined : governed);
    const freed = (): void => this.endServerInputWhenFree();
    const shared = { options, out, audit, forwarded: this.forwarded };
    this.answers = new HeldAnswers(shared);
    const methodOf = (idKey: string): string | undefined => this.own.methodOf(idKey) ?? this.forwarded.methodOf(idKey);
    const inspector = new Inspector({
      sender: 'client',
      guard: options.guard,
      limits,
      parseLarge: options.parseLarge,
      methodOf,
      isIssued: (state) => this.forwarded.isIssued(state),
    });
    const tenant =
      options.tenant === undefined
        ? undefined
        : new TenantSide({
            ...shared,
            tenant: options.tenant,
            catalogue,
            freed,
            pressure: (side, on) => {
              if (!this.clientGone) this.flow.hold(side, 'tenant', on);
            },
          });
    this.tenant = tenant;
    this.calls = new GatedCalls({
      ...shared,
      catalogue,
      others,
      inspector,
      lister: createLister({ limits, catalogue, others, policy, own: this.own }),
      tenant: tenant?.calls,
      tenantHides: tenant === undefined ? undefined : (tool) => tenant.hides(tool),
      freed,
    });
    const isServerGone = (): boolean => this.serverGone;
    const { answers } = this;
    const client = new ClientSide({ ...shared, calls: this.calls, answers, tenant, asked, isServerGone });
    const answered = handshake === undefined ? undefined : (): void => handshake.answered();
    this.delivery = new ServerAnswers({ ...shared, catalogue, others, answers, tenant });
    const server = new ServerSide({
      ...shared,
      catalogue,
      others,
      delivery: this.delivery,
      own: this.own,
      tenant,
      answered,
      asked,
    });
    this.sides = { client, server };
    this.inspections = {
      client: this.inspection('client', methodOf),
      server: this.inspection('server', methodOf),
    };
    this.lanes = {
      client: this.lane('client', client, () => this.endServerInput()),
      server: this.lane('server', server, () => this.failAll()),
    };
    // What a person accepted or reset may be seen and used now, or no more.
    this.stopListening = options.pins.onChanged(() => this.handle(() => server.listsChanged()));
  }

  private inspection(sender: Sender, methodOf: (idKey: string) => string | undefined): Inspection {
    const { guard, limits, parseLarge, fatal } = this.options;
    return new Inspection({
      sender,
      guard,
      limits,
      parseLarge,
      methodOf,
      isIssued: (state) => this.forwarded.isIssued(state),
      message: (inspected, related) => {
        if (sender === 'client') this.sides.client.message(inspected);
        else this.sides.server.message(inspected, related);
      },
      busyChanged: (busy) => this.flow.hold(sender, 'guard', busy),
      flush: () => this.handle(() => {}),
      broken: (error) => fatal(error instanceof Error ? error.message : 'the relay failed'),
    });
  }

  private lane(sender: Sender, side: Pick<LaneOptions, 'discarded'>, ended: () => void): Lane {
    const { limits, now, parseLarge, fatal } = this.options;
    return new Lane({
      sender,
      limits,
      now,
      parseLarge,
      message: (parsed, line) => this.inspections[sender].push(parsed, line),
      discarded: (why, probed) => side.discarded(why, probed),
      flush: () => this.handle(() => {}),
      busyChanged: (busy) => this.flow.hold(sender, 'parsing', busy),
      ended: () => this.inspections[sender].afterwards(ended),
      broken: (error) => fatal(error instanceof Error ? error.message : 'the relay failed'),
    });
  }

  fromClient(chunk: Buffer): void {
    this.lanes.client.push(chunk);
  }

  fromServer(chunk: Buffer): void {
    this.lanes.server.push(chunk);
  }

  /**
   * One whole message of the client, for transports that carry messages: `line` ends with a newline. Those inside it are
   * taken out in place. Large ones were parsed elsewhere.
   */
  messageFromClient(parsed: Parsed, line: Buffer): void {
    this.handle(() => {
      if (parsed.kind !== 'invalid') flattenLine(line);
      this.inspections.client.push(parsed, line);
    });
  }

  /** The same of the server; `related` is the key of the request on whose response stream it came. */
  messageFromServer(parsed: Parsed, line: Buffer, related?: string): void {
    this.handle(() => {
      if (parsed.kind !== 'invalid') flattenLine(line);
      this.inspections.server.push(parsed, line, related);
    });
  }

  /** The server will not answer this request of ours or of the client; `reason` goes to whoever asked. */
  requestFailed(idKey: string, reason: string): void {
    this.handle(() => this.sides.server.requestFailed(idKey, reason));
  }

  /** The server began anew, unknown to the client: what it said of its tools before decides nothing any more. */
  serverRenewed(): void {
    // What the server said before waits to be looked at, and must not be learned after it.
    this.inspections.server.afterwards(() => this.handle(() => this.sides.server.renewed()));
  }

  /** Whatever goes wrong with one message ends this session, never the companion that serves the others. */
  private handle(work: () => void): void {
    try {
      work();
      this.flush();
    } catch (error) {
      this.options.fatal(error instanceof Error ? error.message : 'the relay failed');
    }
  }

  /** The client sends no more; what it sent goes on. */
  clientEnded(): void {
    this.lanes.client.end();
  }

  /** The server's output ended; whoever still waits is told. */
  serverEnded(): void {
    this.lanes.server.end();
  }

  clientDrained(): void {
    this.flow.hold('client', 'backlog', false);
    this.flow.hold('server', 'peer_slow', false);
  }

  serverDrained(): void {
    this.flow.hold('server', 'backlog', false);
    this.flow.hold('client', 'peer_slow', false);
  }

  /** Call about once a second: deadlines, unfinished lines. */
  tick(): void {
    const now = this.options.now();
    this.forwarded.failOverdue(now);
    this.own.tick(now);
    this.calls.tick(now);
    this.tenant?.tick(now);
    this.audit.endOverdue(now);
    this.checkPartial('client', now);
    this.checkPartial('server', now);
    this.flush();
  }

  /** The session is over: every open call gets its outcome; nothing is sent any more. */
  close(reason: 'client_gone' | 'server_gone' | 'stopped'): void {
    this.clientGone = true;
    this.serverGone = true;
    this.stopListening();
    this.calls.endWaiting('closed');
    this.own.close();
    const outcome = reason === 'server_gone' ? 'failed' : 'cancelled';
    for (const entry of this.answers.close()) {
      this.forwarded.endGoverned(entry, reason);
      this.audit.outcome(entry.call, outcome, 0, reason);
    }
    this.tenant?.close(outcome, reason);
    this.forwarded.recordAll(outcome, reason);
    this.audit.endAwaited(outcome, reason === 'server_gone' ? reason : NO_INPUT);
    this.audit.commit();
  }

  /** What the client still waits for; a large message of its own that is being parsed counts. */
  get openCalls(): number {
    const { forwarded, calls, answers, tenant, lanes, inspections } = this;
    const unread = inspections.client.size + (lanes.client.isWorking ? 1 : 0);
    return forwarded.size + calls.size + answers.size + (tenant?.size ?? 0) + unread;
  }

  /**
   * Nothing that is recorded goes on: what waits here is refused, what the server works at is taken back from it, what it
   * answered is withheld. Answers how many.
   */
  lockDown(): number {
    const decision: Decision = {
      effect: 'deny',
      decidedBy: 'engine',
      code: 'lockdown',
      reason: 'A person stopped all calls.',
    };
    let ended = 0;
    this.handle(() => {
      ended = this.calls.size + this.answers.size;
      this.calls.lockDown(decision);
      this.answers.withholdAll(decision);
      ended += this.tenant?.lockDown(decision) ?? 0;
      for (const entry of this.forwarded.takeCalls()) {
        this.delivery.takeBack(entry, decision);
        ended++;
      }
    });
    return ended;
  }

  /** A tenant is being asked something that the client waits for. */
  get waitsForTenant(): boolean {
    return this.tenant?.isAsking === true;
  }

  /** Asks the server what it offers; call once {@link SessionOptions.ready} said so. Reaches no client. */
  takeInventory(): Promise<Inventory> {
    return takeInventory(this.own, this.handshake?.meta, this.options.limits);
  }

  /** A call that was answered is not over: its server asked for input that the client may still bring. */
  get awaitsInput(): boolean {
    return this.audit.awaitsInput;
  }

  private flush(): void {
    const { client, server } = this.options;
    // Written before anything leaves: intents before their calls, outcomes before they are delivered.
    this.audit.commit();
    if (this.clientGone) {
      this.toServer.clear();
      this.toClient.clear();
      return;
    }
    if (!this.toServer.isEmpty && !this.toServer.sendTo(server)) this.flow.slow('server', 'client');
    if (!this.toClient.isEmpty && !this.toClient.sendTo(client)) this.flow.slow('client', 'server');
    this.handshake?.announce();
  }

  private checkPartial(side: Sender, now: number): void {
    if (this.flow.isHeld(side)) return;
    const state = this.lanes[side].check(now);
    if (state === 'gave_up') this.options.dropped(side, 'a line that was not finished in time');
    else if (state === 'stuck') this.options.fatal(`the ${side} sends a line without an end`);
  }

  /** The client's input ended: nobody is left to wait for a person's answer. */
  private endServerInput(): void {
    this.inputEnded = true;
    this.calls.endWaiting('input_ended', 'person');
    this.flush();
    this.endServerInputWhenFree();
  }

  /** The server's input ends once nothing that the client sent before still waits here. */
  private endServerInputWhenFree(): void {
    const waiting = this.calls.size + (this.tenant?.waitingLists ?? 0);
    if (!this.inputEnded || waiting > 0 || this.serverInputEnded) return;
    this.serverInputEnded = true;
    this.options.server.end();
  }

  private failAll(): void {
    this.serverGone = true;
    this.calls.endWaiting('server_ended');
    this.tenant?.serverEnded();
    this.own.close();
    this.forwarded.failAll('it closed its output');
    this.audit.endAwaited('failed', 'server_ended');
    this.flush();
  }
}
