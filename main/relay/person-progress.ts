/**
 * Progress notifications for calls that wait for a person, where the client gave a token: it then waits longer than the
 * minute after which clients give up on a call that is silent.
 */
import type { HeldCall } from './held-calls.ts';
import type { NotificationMessage } from './parse-message.ts';
import { memberText } from './scan-json.ts';
import type { Outgoing } from './session-options.ts';

const EVERY_MS = 10_000;
/** So small that whatever the server reports later is more: progress may only grow. */
const STEP = 0.000_001;
const METHOD = 'notifications/progress';
const MESSAGE = 'Waiting for a person to approve this call in Runlayer.';

interface Told {
  at: number;
  steps: number;
}

export class PersonProgress {
  private readonly out: Pick<Outgoing, 'toClient'>;
  private readonly now: () => number;
  private readonly told = new WeakMap<HeldCall, Told>();

  constructor(out: Pick<Outgoing, 'toClient'>, now: () => number) {
    this.out = out;
    this.now = now;
  }

  tick(now: number, held: readonly HeldCall[]): void {
    for (const call of held) {
      if (call.waitsFor !== 'person') continue;
      const told = this.told.get(call) ?? { at: this.now(), steps: 0 };
      this.told.set(call, told);
      if (now - told.at < EVERY_MS) continue;
      told.at = now;
      told.steps += 1;
      this.tell(call, told.steps);
    }
  }

  private tell({ candidate }: HeldCall, steps: number): void {
    const token = memberText(candidate.line, ['params', '_meta', 'progressToken']);
    if (token === undefined || !/^(?:"|-?\d)/.test(token)) return;
    // The token by its source text: it is the client's, and must come back as it was.
    const params = `{"progressToken":${token},"progress":${STEP * steps},"message":${JSON.stringify(MESSAGE)}}`;
    const line = Buffer.from(`{"jsonrpc":"2.0","method":"${METHOD}","params":${params}}\n`);
    const message: NotificationMessage = { kind: 'notification', method: METHOD, params: {} };
    this.out.toClient(line, message, candidate.message.idKey);
  }
}
