/** Requests that wait for an answer in one direction. One-shot: an id answers once; late, forged and foreign ids find nothing. */
export class Pending<T extends { readonly deadlineAt: number | undefined }> {
  private readonly byKey = new Map<string, T>();
  private readonly removed: (entry: T) => void;

  /** `removed` is told about each entry that leaves. */
  constructor(removed: (entry: T) => void = () => undefined) {
    this.removed = removed;
  }

  get size(): number {
    return this.byKey.size;
  }

  has(idKey: string): boolean {
    return this.byKey.has(idKey);
  }

  get(idKey: string): T | undefined {
    return this.byKey.get(idKey);
  }

  add(idKey: string, entry: T): void {
    this.byKey.set(idKey, entry);
  }

  take(idKey: string): T | undefined {
    const entry = this.byKey.get(idKey);
    if (entry === undefined) return undefined;
    this.byKey.delete(idKey);
    this.removed(entry);
    return entry;
  }

  takeAll(): T[] {
    const all = [...this.byKey.values()];
    this.byKey.clear();
    for (const entry of all) this.removed(entry);
    return all;
  }

  takeWhere(isTaken: (entry: T) => boolean): T[] {
    const taken: T[] = [];
    for (const [key, entry] of this.byKey) {
      if (!isTaken(entry)) continue;
      this.byKey.delete(key);
      this.removed(entry);
      taken.push(entry);
    }
    return taken;
  }

  /** Takes every entry whose deadline is past. */
  takeOverdue(now: number): [idKey: string, entry: T][] {
    const overdue: [string, T][] = [];
    for (const [key, entry] of this.byKey) {
      if (entry.deadlineAt !== undefined && entry.deadlineAt <= now) {
        this.byKey.delete(key);
        this.removed(entry);
        overdue.push([key, entry]);
      }
    }
    return overdue;
  }
}
