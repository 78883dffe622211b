/** An aggregate with a scripted client. Time is the test's own; nothing but the event loop moves anything. */
import { setImmediate as turn } from 'node:timers/promises';
import { CompanionError, type Claimed, type JsonObject } from '../../../preload/contract/index.ts';
import { openAggregate } from '../../../main/hub/aggregate/aggregate.ts';
import type { AggregateOptions } from '../../../main/hub/aggregate/options.ts';
import type { Policy } from '../../../main/policy/decide.ts';
import { DEFAULT_LIMITS, type WireLimits } from '../../../main/relay/limits.ts';
import { idKeyOf, parseMessage } from '../../../main/relay/parse-message.ts';
import { memberText } from '../../../main/relay/scan-json.ts';
import type { MessagePeer, Outbound } from '../../../main/relay/session-options.ts';
import type { ServedClient, ServedSession } from '../../../main/transport/downstream.ts';
import { FakeMember, RealMember, type FakeSession, type Script } from './fake-sessions.ts';
import { modern, textOf, type Said } from './messages.ts';

/** What reached the client, checked for what every transport relies on. */
export interface Received {
  readonly text: string;
  readonly json: Said;
  readonly related: string | undefined;
}

class FakeClient implements MessagePeer {
  readonly received: Received[] = [];
  readonly flow: ('pause' | 'resume')[] = [];
  ready = true;
  waiting = 0;

  deliver(messages: readonly Outbound[]): boolean {
    for (const { bytes, message, related } of messages) {
      const text = bytes.toString('utf8');
      if (text.indexOf('\n') !== text.length - 1) throw new Error(`not one line: ${text.slice(0, 80)}`);
      const id = memberText(bytes, ['id']);
      const idKey = id === undefined || id === 'null' ? undefined : idKeyOf(id);
      if (message.kind === 'response' && message.idKey !== idKey) throw new Error(`wrong route: ${text}`);
      if (message.kind === 'notification' && JSON.stringify(message.params) !== JSON.stringify(paramsIn(text)))
        throw new Error(`params differ from the text: ${text}`);
      this.received.push({ text: text.slice(0, -1), json: JSON.parse(text) as Said, related });
    }
    return this.ready;
  }
  backlog(): number {
    return this.waiting;
  }
  pause(): void {
    this.flow.push('pause');
  }
  resume(): void {
    this.flow.push('resume');
  }
  end(): void {}

  take(): Received[] {
    return this.received.splice(0);
  }
}

function paramsIn(text: string): unknown {
  return (JSON.parse(text) as Said).params ?? {};
}

type Opened = (client: ServedClient, connector: string) => FakeSession | Promise<FakeSession>;

export interface Rig {
  readonly session: ServedSession;
  readonly client: FakeClient;
  /** Sessions per connector in the order of their opening. */
  readonly opened: ReadonlyMap<string, readonly FakeSession[]>;
  readonly logs: string[];
  /** How each connector is opened; a connector that is not here is switched off. */
  readonly connectors: Map<string, Opened>;
  readonly scheduled: number;
  /** The newest session of a connector. */
  member(connector: string): FakeSession;
  send(message: object | string): void;
  /** Sends and waits; what came back. */
  ask(message: object | string): Promise<Received[]>;
  /** Names in the answer to a tools/list. */
  list(): Promise<string[]>;
  settle(): Promise<void>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  changed(): void;
  /** Somebody waits for {@link changed}. */
  readonly isListening: boolean;
}

export function real(script: Script, policy?: Policy): Opened {
  return (client, connector) => new RealMember(connector, client, script, policy);
}

export function fake(script: Script): Opened {
  return (client) => new FakeMember(client, script);
}

export function refusing(message: string, next: string): Opened {
  return () => Promise.reject(new CompanionError('E_TEST', message, next));
}

export interface RigOptions {
  readonly era?: 'legacy' | 'modern';
  readonly limits?: Partial<WireLimits>;
  readonly claimed?: (params?: JsonObject) => Claimed;
  readonly options?: Partial<AggregateOptions>;
}

export function rig(connectors: Readonly<Record<string, Opened>>, options: RigOptions = {}): Rig {
  const { era = 'legacy' } = options;
  const client = new FakeClient();
  const opened = new Map<string, FakeSession[]>();
  const open = new Map(Object.entries(connectors));
  const logs: string[] = [];
  let now = 0;
  let scheduled: { readonly at: number; readonly run: () => void }[] = [];
  let notify: (() => void) | undefined;
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 20; i++) await turn();
  };
  const session = openAggregate({
    id: 'aggregate-1',
    client: { peer: client, claimed: options.claimed ?? (() => ({ client: 'test' })) },
    connectors: () => [...open.keys()],
    openMember: async (connector, served) => {
      const how = open.get(connector);
      if (how === undefined) throw new Error('opened what is switched off');
      const member = await how(served, connector);
      opened.set(connector, [...(opened.get(connector) ?? []), member]);
      return member;
    },
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    schedule: (ms, then) => {
      const entry = { at: now + ms, run: then };
      scheduled.push(entry);
      return () => {
        scheduled = scheduled.filter((other) => other !== entry);
      };
    },
    version: '1.2.3',
    changed: (listener) => {
      notify = listener;
      return () => {
        notify = undefined;
      };
    },
    log: (text) => logs.push(text),
    ...options.options,
  });
  const send = (message: object | string): void => {
    const line = Buffer.from(`${textOf(message)}\n`);
    session.messageFromClient(parseMessage(line, 'client', DEFAULT_LIMITS), line);
  };
  const ask = async (message: object | string): Promise<Received[]> => {
    send(message);
    await settle();
    return client.take();
  };
  return {
    session,
    client,
    opened,
    logs,
    connectors: open,
    get scheduled() {
      return scheduled.length;
    },
    member: (connector) => {
      const member = opened.get(connector)?.at(-1);
      if (member === undefined) throw new Error(`${connector} was not opened`);
      return member;
    },
    send,
    ask,
    list: async () => {
      const [answer] = await ask({ id: 'list', method: 'tools/list', ...(era === 'modern' ? modern() : {}) });
      return (answer?.json.result?.tools ?? []).map(({ name }) => name);
    },
    settle,
    pass: async (ms) => {
      await settle();
      const end = now + ms;
      for (;;) {
        const next = scheduled.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        scheduled = scheduled.filter((other) => other !== next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = end;
    },
    changed: () => notify?.(),
    get isListening() {
      return notify !== undefined;
    },
  };
}

/** The newest session of a connector that was opened with {@link real}. */
export function realMember(r: Rig, connector: string): RealMember {
  const member = r.member(connector);
  if (!(member instanceof RealMember)) throw new Error(`${connector} is no real session`);
  return member;
}
