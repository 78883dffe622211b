/** The companion's own log: structured, one child logger per room, redacted at the sink so that no caller can forget it. */
import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';

const MAX_BYTES = 8 * 1024 * 1024;

export type { Logger };

export interface LogSink {
  readonly logger: Logger;
  close(): void;
}

/** Writes `<home>/logs/companion.log` (0600), keeping one earlier file. */
export function openLog(home: string, redact: (text: string) => string): LogSink {
  const directory = join(home, 'logs');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, 'companion.log');
  let fd = openSync(path, 'a', 0o600);
  let bytes = fstatSync(fd).size;
  let open = true;
  const rotate = (): void => {
    renameSync(path, `${path}.1`);
    closeSync(fd);
    fd = openSync(path, 'a', 0o600);
    bytes = 0;
  };
  const destination = {
    write: (line: string): void => {
      if (!open) return;
      try {
        if (bytes > MAX_BYTES) rotate();
        bytes += writeSync(fd, redact(line));
      } catch {
        // A full disk must not stop the companion; the audit trail has its own rule about that.
      }
    },
  };
  return {
    logger: pino({ level: 'info', base: { pid: process.pid } }, destination),
    close: () => {
      if (!open) return;
      open = false;
      closeSync(fd);
    },
  };
}
