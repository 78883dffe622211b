import {
  close,
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  open,
  openSync,
  writeSync,
} from 'node:fs';
import { promisify } from 'node:util';

/** The few calls by which segments reach the disk; a test replaces them to make each one fail. */
export interface SegmentIo {
  /** Creates a new file or opens an existing one, for appending; returns its descriptor. */
  open(path: string, mode: 'create' | 'continue'): number;
  /** Number of bytes that were written, which may be fewer. */
  write(fd: number, bytes: Uint8Array): number;
  truncate(fd: number, size: number): void;
  stat(fd: number): { readonly size: number; readonly links: number };
  sync(fd: number): Promise<void>;
  syncDirectory(path: string): Promise<void>;
  close(fd: number): void;
}

const openAsync = promisify(open);
const closeAsync = promisify(close);
const fsyncAsync = promisify(fsync);

/** O_APPEND: two writers could interleave lines but never overwrite one. O_NOFOLLOW: a planted link is refused. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);

export const realIo: SegmentIo = {
  open: (path, mode) =>
    openSync(path, mode === 'create' ? APPEND | constants.O_CREAT | constants.O_EXCL : APPEND, 0o600),
  write: (fd, bytes) => writeSync(fd, bytes),
  truncate: (fd, size) => ftruncateSync(fd, size),
  stat: (fd) => {
    const { size, nlink } = fstatSync(fd);
    return { size, links: nlink };
  },
  sync: promisify(fdatasync),
  async syncDirectory(path) {
    // Windows has no handle on a directory to sync; NTFS journals its entries.
    if (process.platform === 'win32') return;
    const fd = await openAsync(path, constants.O_RDONLY);
    try {
      await fsyncAsync(fd);
    } finally {
      await closeAsync(fd);
    }
  },
  close: (fd) => closeSync(fd),
};
