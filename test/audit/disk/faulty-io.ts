import { realIo } from '../../../main/audit/disk/segment-io.ts';
import type { SegmentIo } from '../../../main/audit/disk/segment-io.ts';
import { systemError } from '../memory-store.ts';

/** The real disk, whose calls fail while their fault is set; a number is how many bytes a write takes before it stops. */
export interface FaultyIo extends SegmentIo {
  readonly faults: {
    open?: string;
    write?: string | number;
    truncate?: string;
    sync?: string;
    syncDirectory?: string;
    /** A sync waits for this. */
    hold?: Promise<void>;
  };
  readonly calls: string[];
  /** Descriptors that were opened and not closed; closing another one throws. */
  readonly openFiles: Set<number>;
}

export function faultyIo(): FaultyIo {
  const faults: FaultyIo['faults'] = {};
  const calls: string[] = [];
  const openFiles = new Set<number>();
  const fail = (call: 'open' | 'truncate' | 'sync' | 'syncDirectory'): void => {
    calls.push(call);
    const code = faults[call];
    if (code !== undefined) throw systemError(code);
  };
  return {
    faults,
    calls,
    openFiles,
    open(path, mode) {
      fail('open');
      const fd = realIo.open(path, mode);
      openFiles.add(fd);
      return fd;
    },
    write(fd, bytes) {
      calls.push('write');
      if (typeof faults.write === 'string') throw systemError(faults.write);
      return realIo.write(fd, faults.write === undefined ? bytes : bytes.subarray(0, faults.write));
    },
    truncate(fd, size) {
      fail('truncate');
      realIo.truncate(fd, size);
    },
    stat: (fd) => realIo.stat(fd),
    async sync(fd) {
      fail('sync');
      await faults.hold;
      await realIo.sync(fd);
    },
    async syncDirectory(path) {
      fail('syncDirectory');
      await realIo.syncDirectory(path);
    },
    close(fd) {
      if (!openFiles.delete(fd)) throw new Error(`descriptor ${fd} is not open`);
      realIo.close(fd);
    },
  };
}
