/**
 * What the members list: all of it for a client that lists, the names of one connector for a call that comes before. A
 * member that fails or is slow is left out and named, the others go on; who is late is announced once it is there.
 */
import type { Member } from './member.ts';
import { ListRoom } from './list-room.ts';
import type { AggregateOptions } from './options.ts';
import { problems, type Problem } from './problems.ts';
import type { Era } from './protocol.ts';
import { readTools, type ReadTool } from './read-tools.ts';
import { isShowable } from './showable.ts';
import { fullName, ToolNames } from './tool-names.ts';

export interface Listed {
  /** Source texts. */
  readonly definitions: (era: Era) => Buffer[];
  readonly unavailable: readonly { readonly connector: string; readonly reason: string }[];
}

export interface InventoryParts {
  readonly options: Pick<AggregateOptions, 'connectors' | 'limits' | 'schedule' | 'log'>;
  readonly member: (connector: string) => Member;
  /** A member that a list did without is there now. */
  readonly arrived: () => void;
}

interface Run {
  readonly changes: number;
  readonly listed: Promise<Listed>;
}

/** What one member has contributed to a list so far. */
interface Share {
  tools: ReadTool[];
  problem: Problem | undefined;
}

export class Inventory {
  readonly names = new ToolNames();
  private readonly parts: InventoryParts;
  private run: Run | undefined;
  /** What begins once the run is over, because it began before a change. */
  private next: Promise<Listed> | undefined;
  private changes = 0;
  private readonly learning = new Map<string, Promise<Problem | undefined>>();
  /** Connectors whose reading goes on although its list was answered without them. */
  private readonly late = new Set<string>();
  /** What was said of each connector that is left out. */
  private readonly said = new Map<string, string>();

  constructor(parts: InventoryParts) {
    this.parts = parts;
  }

  /** What was listed counts no more; of one connector, or of all. */
  forget(connector?: string): void {
    this.changes++;
    if (connector === undefined) this.names.forgetAll();
    else this.names.forget(connector);
  }

  /** All tools of all members. Clients that ask at the same time share the answer. Never rejects. */
  list(): Promise<Listed> {
    const { run } = this;
    if (run === undefined) return this.begin();
    if (run.changes === this.changes) return run.listed;
    this.next ??= run.listed.then(() => {
      this.next = undefined;
      return this.list();
    });
    return this.next;
  }

  private begin(): Promise<Listed> {
    const listed = this.listAll().finally(() => {
      this.run = undefined;
    });
    this.run = { changes: this.changes, listed };
    return listed;
  }

  /** Learns the names of one connector's tools. Never rejects. */
  learn(connector: string): Promise<Problem | undefined> {
    let running = this.learning.get(connector);
    if (running === undefined) {
      running = this.inTime(this.read(connector, () => undefined)).then((outcome) => {
        this.learning.delete(connector);
        return outcome === 'late' ? problems.notInTime(connector) : outcome;
      });
      this.learning.set(connector, running);
    }
    return running;
  }

  private async listAll(): Promise<Listed> {
    const connectors = [...this.parts.options.connectors()];
    const room = new ListRoom(this.parts.options.limits);
    const shares = new Map<string, Share>();
    await Promise.all(connectors.map((connector) => this.contribute(connector, shares, room)));
    const unavailable = connectors.flatMap((connector) => {
      const reason = shares.get(connector)?.problem?.text;
      this.note(connector, reason);
      return reason === undefined ? [] : [{ connector, reason }];
    });
    const tools = connectors.flatMap((connector) =>
      (shares.get(connector)?.tools ?? []).filter((tool) => {
        const name = fullName({ connector, tool: tool.name });
        return this.names.resolve(name, connectors)?.connector === connector;
      }),
    );
    return {
      definitions: (era) => tools.filter(({ value }) => isShowable(value, era)).map(({ definition }) => definition),
      unavailable,
    };
  }

  private async contribute(connector: string, shares: Map<string, Share>, room: ListRoom): Promise<void> {
    const share: Share = { tools: [], problem: undefined };
    shares.set(connector, share);
    const leaveOut = (left: string, problem: Problem): void => {
      room.remove(left);
      const its = shares.get(left);
      if (its !== undefined) Object.assign(its, { tools: [], problem });
    };
    if (this.late.has(connector)) return leaveOut(connector, problems.starting(connector));
    let isLate = false;
    const reading = this.read(connector, (tools) => {
      if (isLate) return undefined;
      share.tools.push(...tools);
      const bytes = tools.reduce((sum, { definition }) => sum + definition.length, 0);
      for (const left of room.add(connector, tools.length, bytes)) leaveOut(left, problems.tooMany(left));
      return share.problem;
    });
    const outcome = await this.inTime(reading);
    if (outcome !== 'late') {
      if (outcome !== undefined) leaveOut(connector, outcome);
      return;
    }
    isLate = true;
    this.late.add(connector);
    leaveOut(connector, problems.notInTime(connector));
    void reading.then((problem) => {
      this.late.delete(connector);
      if (problem === undefined) this.parts.arrived();
    });
  }

  private async read(
    connector: string,
    take: (tools: readonly ReadTool[]) => Problem | undefined,
  ): Promise<Problem | undefined> {
    const member = this.parts.member(connector);
    const ready = await member.ready();
    if (ready.kind === 'problem') return ready.problem;
    member.listen(ready.conversation);
    const names: string[] = [];
    const problem = await readTools(connector, ready.conversation, this.parts.options.limits, (tools) => {
      for (const { name } of tools) names.push(name);
      return take(tools);
    }).catch(() => problems.noList(connector));
    if (problem === undefined) this.names.learn(connector, names);
    else this.names.forget(connector);
    return problem;
  }

  private inTime<T>(work: Promise<T>): Promise<T | 'late'> {
    const { schedule, limits } = this.parts.options;
    return new Promise((resolve, reject) => {
      const cancel = schedule(limits.inventoryMs, () => resolve('late'));
      work.finally(cancel).then(resolve, reject);
    });
  }

  /** One line in the log for each connector that is left out, until something else is to be said of it. */
  private note(connector: string, reason: string | undefined): void {
    if (reason === this.said.get(connector)) return;
    if (reason === undefined) this.said.delete(connector);
    else {
      this.said.set(connector, reason);
      this.parts.options.log(`The tools of "${connector}" are left out of a list: ${reason}`);
    }
  }
}
