import type { WireLimits } from './limits.ts';

/** Lets a server notify in bursts, but not drown its client. */
export class NotificationBucket {
  private tokens: number;
  private at: number;
  private readonly limits: WireLimits;

  constructor(limits: WireLimits, now: number) {
    this.limits = limits;
    this.tokens = limits.notificationBurst;
    this.at = now;
  }

  /** `now` in monotonic milliseconds. */
  take(now: number): boolean {
    const earned = ((now - this.at) / 1000) * this.limits.notificationsPerSecond;
    this.tokens = Math.min(this.limits.notificationBurst, this.tokens + earned);
    this.at = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
