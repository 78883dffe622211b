import { operations, type OperationName } from '../../preload/contract/operations.ts';

function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** Whose documents ask over HTTP or IPC: the interface, or the approval window. */
export type PageCaller = 'ui' | 'window';

/** @returns the operation of that name, if the contract lets this kind of document ask for it. */
export function interfaceOperation(name: string, asked: PageCaller = 'ui'): OperationName | undefined {
  if (!isOperationName(name)) return undefined;
  return operations[name].callers.some((caller) => caller === asked) ? name : undefined;
}
