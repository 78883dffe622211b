/** What a segment file's name says: which chain it belongs to and the `seq` of its first record. */
export interface SegmentName {
  readonly file: string;
  readonly chainId: string;
  readonly firstSeq: number;
}

const NAME = /^([0-9a-f][0-9a-f-]{0,63})-([0-9]{12})\.jsonl$/;

/** A segment that did not fit is kept under this ending; its chain is never continued. */
export const CORRUPT_SUFFIX = '.corrupt';
const CORRUPT = /^([0-9a-f][0-9a-f-]{0,63})-[0-9]{12}\.jsonl(?:\.[0-9]+)?\.corrupt$/;

/** `<chain>-<first seq, 12 digits>.jsonl` (interfaces: Journal). */
export function segmentName(chainId: string, firstSeq: number): string {
  return `${chainId}-${String(firstSeq).padStart(12, '0')}.jsonl`;
}

/** The parts of a segment's name, or undefined for any other file. */
export function parseSegmentName(file: string): SegmentName | undefined {
  const match = NAME.exec(file);
  const [, chainId, seq] = match ?? [];
  if (chainId === undefined || seq === undefined) return undefined;
  return { file, chainId, firstSeq: Number(seq) };
}

/** The chain of a segment that was set aside, or undefined for any other file. */
export function corruptChain(file: string): string | undefined {
  return CORRUPT.exec(file)?.[1];
}

/** By chain, then by sequence: the order in which a chain is read. */
export function compareSegments(a: SegmentName, b: SegmentName): number {
  if (a.chainId !== b.chainId) return a.chainId < b.chainId ? -1 : 1;
  return a.firstSeq - b.firstSeq;
}
