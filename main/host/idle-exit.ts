/** Ends a host that a thin client started once nothing has used it for a while. */
export interface IdleExit {
  /** Call whenever a session, command or page came or went. */
  touch(): void;
  close(): void;
}

export function createIdleExit(options: {
  readonly idleMs: number;
  readonly isBusy: () => boolean;
  readonly exit: () => void;
}): IdleExit {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const touch = (): void => {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (options.isBusy()) touch();
      else options.exit();
    }, options.idleMs);
    timer.unref();
  };
  touch();
  return {
    touch,
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
