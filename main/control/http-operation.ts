import { operations, type OperationName } from '../../preload/contract/operations.ts';

function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** @returns the operation of that name, if the contract lets the interface (page or window) ask for it. */
export function interfaceOperation(name: string): OperationName | undefined {
  if (!isOperationName(name)) return undefined;
  return operations[name].callers.some((caller) => caller === 'ui') ? name : undefined;
}
