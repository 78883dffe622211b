import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { createDelivery, type Delivery, type DeliveryOptions } from '../../../main/audit/delivery/delivery.ts';
import type { Answer } from '../../../main/audit/delivery/judge.ts';
import type { Sender } from '../../../main/audit/delivery/send.ts';
import { LiveSecrets } from '../../../main/secrets/live-secrets.ts';
import type { NewAuditRecord } from '../../../preload/contract/audit.ts';
import type { AuditEndpoint } from '../../../preload/contract/delivery.ts';
import { startTenant, type TenantOptions } from '../../backend/start-tenant.ts';
import { tempHome } from '../disk/temp.ts';
import { callId, countingIds, event } from '../records.ts';

export const INGEST = '/api/v1/audit/ingest';
export const TOKEN = 'ingest-token-of-the-reference-tenant';

/** What delivery waits for by itself; the others are its debounce, its time limits and the end of a close. */
const NOT_A_REST = new Set([0, 1000, 2000, 30_000]);
const START = Date.parse('2026-01-02T03:00:00.000Z');

interface Timer {
  readonly at: number;
  readonly ms: number;
  readonly run: () => void;
}

/** Deliveries from real files to a real HTTP server; time goes on only when a test says so. */
export function deliveryRig() {
  const files = tempHome();
  const open: (() => Promise<void>)[] = [];
  afterEach(async () => {
    // Servers first: what waits for an answer of theirs ends with them.
    for (const close of open.splice(0)) await close();
  });

  async function tenantOf(options: TenantOptions = {}) {
    const tenant = await startTenant(options);
    open.push(() => tenant.stop());
    return tenant;
  }

  async function setUp(scene: { readonly tenant?: TenantOptions; readonly segmentBytes?: number } = {}) {
    const home = files.folder();
    const auditDirectory = join(home, 'audit');
    const tenant = await tenantOf(scene.tenant);
    const { segmentBytes } = scene;
    // The chain is named after the first; the records have those from 1 on.
    const newId = countingIds(0);
    const journal = await files.journal(auditDirectory, {
      newId,
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
    });
    const live = new LiveSecrets();
    const secrets = new Map([['audit', { value: TOKEN, updatedAt: '2026-01-01T00:00:00.000Z' }]]);
    const timers = new Set<Timer>();
    const warnings: string[] = [];
    const recorded: NewAuditRecord[] = [];
    const resting: ((ms: number) => void)[] = [];
    let now = START;
    let isLocked = false;
    let endpoint: AuditEndpoint | null = {
      url: `${tenant.url}${INGEST}`,
      authorization: 'Bearer keychain:audit',
    };

    const options = (): DeliveryOptions => ({
      home,
      auditDirectory,
      endpoint: () => endpoint,
      installId: 'install-1',
      head: () => journal.head,
      flush: () => journal.flush(),
      vault: {
        list: () =>
          [...secrets].map(([name, { updatedAt }]) => ({ name, backend: 'vault', redactable: true, updatedAt })),
        resolve: (reference) => {
          const secret = secrets.get(reference.slice('keychain:'.length));
          if (isLocked) return Promise.reject(new Error('The vault is locked.'));
          return secret === undefined ? Promise.reject(new Error('no such secret')) : Promise.resolve(secret.value);
        },
        peekState: () => ({ backend: 'vault', state: isLocked ? 'locked' : 'ready', detail: '' }),
      },
      live,
      clock: () => new Date(now),
      schedule: (ms, then) => {
        const timer = { at: now + ms, ms, run: then };
        timers.add(timer);
        if (!NOT_A_REST.has(ms)) for (const rested of resting.splice(0)) rested(ms);
        return () => void timers.delete(timer);
      },
      random: () => 0.6,
      record: (entry) => {
        recorded.push(entry);
        journal.append(entry);
      },
      warn: (text) => warnings.push(text),
      onState: () => undefined,
    });
    const start = (over: Partial<DeliveryOptions> = {}): Delivery => {
      const delivery = createDelivery({ ...options(), ...over });
      open.push(() => delivery.close());
      return delivery;
    };
    const outbox = join(home, 'outbox.json');
    const parkedFile = join(home, 'audit-parked.jsonl');

    return {
      home,
      auditDirectory,
      tenant,
      journal,
      live,
      secrets,
      warnings,
      recorded,
      start,
      outbox,
      parkedFile,
      lockVault: (next: boolean) => void (isLocked = next),
      setEndpoint: (next: AuditEndpoint | null) => void (endpoint = next),
      /** Milliseconds after which the timers that wait now would fire, soonest first. */
      waits: () => [...timers].map(({ at }) => at - now).toSorted((a, b) => a - b),
      /** Lets time go on to the next timer. */
      fire(): void {
        const [next] = [...timers].toSorted((a, b) => a.at - b.at);
        if (next === undefined) throw new Error('nothing is waited for');
        timers.delete(next);
        now = Math.max(now, next.at);
        next.run();
      },
      /** How long delivery wants to wait, once it has done what it can. */
      rest: () => new Promise<number>((resolve) => void resting.push(resolve)),
      /** Lets time go on to the next timer, and delivery do what it can then. */
      async turn(): Promise<number> {
        const rested = this.rest();
        this.fire();
        return rested;
      },
      write(count: number): void {
        for (let n = 0; n < count; n += 1) journal.append(event({ n }));
      },
      /** Ids of the events that the endpoint holds, as it got them. */
      arrived: () => tenant.admin.auditEvents().map(({ id }) => id),
      parkedLines: () => (existsSync(parkedFile) ? readFileSync(parkedFile, 'utf8').split('\n').slice(0, -1) : []),
      position: () => JSON.parse(readFileSync(outbox, 'utf8')) as { chains: { seq: number }[] },
    };
  }
  return { files, setUp, tenantOf };
}

/** Ids that the journal of a test gives, from the first. */
export const idsUpTo = (count: number, from = 1): string[] =>
  Array.from({ length: count }, (_none, index) => callId(from + index));

/** Overwrites bytes in the middle of a file, its size kept. */
export function damage(path: string, at: number, text: string): void {
  const bytes = readFileSync(path);
  bytes.write(text, at);
  writeFileSync(path, bytes);
}

export const sizeOf = (path: string): number => statSync(path).size;
export const tear = (path: string): void => appendFileSync(path, '{"hash":"00');

/** Answers when the test says so, and does not hear that it was given up. */
export function lateSender() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<Answer>();
  const sender: Sender = {
    send: () => {
      asked.resolve();
      return answer.promise;
    },
    close: () => undefined,
  };
  return {
    sender,
    asked: asked.promise,
    takes: () => answer.resolve({ kind: 'answered', status: 202, retryAfter: undefined, isPage: false }),
  };
}
