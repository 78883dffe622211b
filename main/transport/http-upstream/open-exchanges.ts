/** The exchanges of one upstream that are under way. A request is known by its key, and there is one of each. */
import { Exchange, type Posting } from './exchange.ts';
import type { Link } from './link.ts';
import type { Outbox } from './outbox.ts';

export class OpenExchanges {
  private readonly link: Link;
  private readonly outbox: () => Outbox;
  private readonly open = new Set<Exchange>();
  private readonly requests = new Map<string, Exchange>();

  constructor(link: Link, outbox: () => Outbox) {
    this.link = link;
    this.outbox = outbox;
  }

  /** `idKey`: of the request that it carries, also where the answer comes another way. */
  post(posting: Omit<Posting, 'closed'>, idKey = posting.idKey): Exchange {
    this.outbox().opened();
    const exchange: Exchange = new Exchange(this.link, {
      ...posting,
      closed: () => {
        this.outbox().closed();
        this.open.delete(exchange);
        if (idKey !== undefined && this.requests.get(idKey) === exchange) this.requests.delete(idKey);
      },
    });
    this.open.add(exchange);
    if (idKey !== undefined) {
      this.requests.get(idKey)?.abort();
      this.requests.set(idKey, exchange);
    }
    return exchange;
  }

  request(idKey: string): Exchange | undefined {
    return this.requests.get(idKey);
  }

  abortRequests(): void {
    for (const exchange of this.requests.values()) exchange.abort();
  }

  abortAll(): void {
    for (const exchange of this.open) exchange.abort();
  }

  /** Resolves when those that are open now were answered, taken, failed or given up. */
  async settled(): Promise<void> {
    await Promise.all([...this.open].map((exchange) => exchange.settled));
  }
}
