/** JSON Pointers (RFC 6901) over own properties: what a prototype offers is not there. */
import { isIncomplete, NotKept } from './recorded-value.ts';

/** The parts of a pointer, unescaped; undefined for what is none. */
export function pointerParts(pointer: string): readonly string[] | undefined {
  if (pointer === '') return [];
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) return undefined;
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const INDEX = /^(?:0|[1-9]\d{0,15})$/;

/** The value there, or undefined where there is none. */
export function valueAt(root: unknown, parts: readonly string[]): unknown {
  let value = root;
  for (const part of parts) {
    if (typeof value !== 'object' || value === null) return undefined;
    if (value instanceof NotKept) return value.kind === 'text' ? undefined : new NotKept('perhaps');
    const found = Array.isArray(value) ? INDEX.test(part) && Object.hasOwn(value, part) : Object.hasOwn(value, part);
    if (!found) return isIncomplete(value) ? new NotKept('perhaps') : undefined;
    const next: unknown = Reflect.get(value, part);
    value = next;
  }
  return value;
}
