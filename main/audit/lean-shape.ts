import { Buffer } from 'node:buffer';
import type { ArgumentShape } from '../../preload/contract/audit.ts';

/** What is recorded instead of a value's shape while the outbox is nearly full: its size, nothing of what it holds. */
export function leanShape(value: unknown): ArgumentShape {
  if (value === undefined || value === null) return null;
  try {
    return { $bytes: Buffer.byteLength(JSON.stringify(value) ?? '') };
  } catch {
    // Too deep for JSON.stringify, or no JSON at all.
    return { $more: 1 };
  }
}
