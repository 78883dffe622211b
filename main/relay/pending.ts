/** Requests that wait for an answer in one direction. One-shot: an id answers once; late, forged and foreign ids find nothing. */
export class Pending<T extends { readonly deadlineAt: number | undefined }> {
  private readonly byKey = new Map<string, T>();

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
    if (entry !== undefined) this.byKey.delete(idKey);
    return entry;
  }

  takeAll(): T[] {
    const all = [...this.byKey.values()];
    this.byKey.clear();
    return all;
  }

  /** Takes every entry whose deadline is past. */
  takeOverdue(now: number): [idKey: string, entry: T][] {
    const overdue: [string, T][] = [];
    for (const [key, entry] of this.byKey) {
      if (entry.deadlineAt !== undefined && entry.deadlineAt <= now) {
        this.byKey.delete(key);
        overdue.push([key, entry]);
      }
    }
    return overdue;
  }
}
