/**
 * Device sign-ins under way: one for each tenant at a time, which everybody shares who wants to sign in there. It ends when
 * a person approved, when its code ends, or when all who began it gave up.
 */
import type { TenantSignIn, TenantView } from '../../preload/contract/index.ts';
import type { After } from '../secrets/backend.ts';
import type { LiveSecrets } from '../secrets/live-secrets.ts';
import { beginDeviceFlow } from './device-flow.ts';
import { signInCancelled, signInUnknown } from './tenant-failures.ts';
import type { TenantHttp } from './tenant-http.ts';

export interface SignInsOptions {
  /** Throws where nothing may be sent there. */
  readonly open: (host: string) => TenantHttp;
  readonly after: After;
  readonly live: Pick<LiveSecrets, 'add'>;
  readonly clock: () => Date;
  readonly newId: () => string;
  /** What a sign-in there takes the place of now. */
  readonly inPlace: (host: string) => string;
  /** Keeps the key; asks `isWanted` right before it counts. `before`: what was in its place when it began. */
  readonly keep: (
    host: string,
    key: string,
    about: { readonly by: string; readonly before: string; readonly isWanted: () => boolean },
  ) => Promise<TenantView>;
}

interface Flow {
  readonly view: TenantSignIn;
  readonly done: Promise<TenantView>;
  readonly cancel: () => void;
  waiting: number;
}

/** How many are remembered for whoever asks how they ended. */
const MAX_REMEMBERED = 32;

export class SignIns {
  private readonly options: SignInsOptions;
  private readonly underWay = new Map<string, Promise<Flow>>();
  private readonly byId = new Map<string, Flow>();

  constructor(options: SignInsOptions) {
    this.options = options;
  }

  /** Joins the one that is under way. Rejects with a TenantError. */
  async begin(host: string, by: string): Promise<TenantSignIn> {
    let flow = this.underWay.get(host);
    if (flow === undefined) {
      const begun = this.start(host, by);
      flow = begun;
      this.underWay.set(host, begun);
      const over = (): void => {
        if (this.underWay.get(host) === begun) this.underWay.delete(host);
      };
      begun.then(({ done }) => done.then(over, over), over);
    }
    const joined = await flow;
    joined.waiting += 1;
    return joined.view;
  }

  private async start(host: string, by: string): Promise<Flow> {
    const { open, after, live, clock, newId, keep, inPlace } = this.options;
    const before = inPlace(host);
    const http = open(host);
    let isWanted = true;
    try {
      const code = await beginDeviceFlow({ http, after, live });
      const { userCode, verificationUri, verificationUriComplete } = code;
      const done = code.key.then((key) => {
        if (!isWanted) throw signInCancelled();
        return keep(host, key, { by, before, isWanted: () => isWanted });
      });
      const close = (): void => http.close();
      done.then(close, close);
      const flow: Flow = {
        view: {
          id: newId(),
          host,
          userCode,
          verificationUri,
          verificationUriComplete,
          expiresAt: new Date(clock().getTime() + code.expiresMs).toISOString(),
        },
        done,
        cancel: () => {
          isWanted = false;
          code.cancel();
        },
        waiting: 0,
      };
      this.byId.set(flow.view.id, flow);
      for (const old of [...this.byId.keys()].slice(0, -MAX_REMEMBERED)) this.byId.delete(old);
      return flow;
    } catch (error) {
      http.close();
      throw error;
    }
  }

  /** How it ended, for whoever asks. */
  result(id: string): Promise<TenantView> {
    const flow = this.byId.get(id);
    return flow === undefined ? Promise.reject(signInUnknown()) : flow.done;
  }

  /** One who began it does not want it any more; the last one ends it. */
  giveUp(id: string): void {
    const flow = this.byId.get(id);
    if (flow === undefined) throw signInUnknown();
    flow.waiting -= 1;
    if (flow.waiting <= 0) this.end(flow);
  }

  private end(flow: Flow): void {
    flow.cancel();
    // Whoever signs in from now on begins anew.
    this.underWay.delete(flow.view.host);
  }

  /** Ends the one of a host, whoever waits for it. */
  async endOf(host: string): Promise<void> {
    const flow = await this.underWay.get(host)?.catch(() => undefined);
    if (flow !== undefined) this.end(flow);
  }

  close(): void {
    for (const flow of this.byId.values()) flow.cancel();
  }
}
