/** Owns how often a person hears of blocked calls: at once of the first, then at most every half minute, of all together. */
import type { CompanionEvent } from '../../preload/contract/events.ts';
import { blockedNotice, type Notice } from './notices.ts';
import { stoppedCall, type StoppedCall } from './stopped-call.ts';

export const QUIET_MS = 30_000;
/** So many ids are known as told; an older call that ends again is told again. */
const MAX_TOLD = 1000;

/** A person did this, or is asked about it still: no news. */
const NO_NEWS = new Set(['approval_denied', 'approval_pending', 'approval_quit', 'lockdown']);

export interface BlockedNotices {
  onEvent(event: CompanionEvent): void;
  close(): void;
}

export function createBlockedNotices(options: {
  readonly show: (notice: Notice) => void;
  /** @returns takes it back. */
  readonly after: (ms: number, then: () => void) => () => void;
}): BlockedNotices {
  const told = new Set<string>();
  let gathered: StoppedCall[] = [];
  let takeBack: (() => void) | undefined;

  const tell = (): void => {
    options.show(blockedNotice(gathered));
    gathered = [];
    takeBack = options.after(QUIET_MS, () => {
      takeBack = undefined;
      if (gathered.length > 0) tell();
    });
  };
  return {
    onEvent(event) {
      if (event.type !== 'log' || NO_NEWS.has(event.entry.code ?? '')) return;
      const call = stoppedCall(event.entry);
      // The refusal and the end of a call are two events.
      if (call?.kind !== 'blocked' || told.has(call.id)) return;
      told.add(call.id);
      for (const old of [...told].slice(0, -MAX_TOLD)) told.delete(old);
      gathered.push(call);
      if (takeBack === undefined) tell();
    },
    close: () => takeBack?.(),
  };
}
