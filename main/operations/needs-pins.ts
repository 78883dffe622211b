import type { OperationName } from '../../preload/contract/index.ts';

const NAMES: ReadonlySet<OperationName> = new Set<OperationName>([
  'pins.list',
  'pins.diff',
  'pins.accept',
  'pins.reset',
  'connectors.tools',
  'policy.names',
  'policy.explain',
  'policy.replay',
  'policy.suggest',
  'policy.apply',
  'policy.preview',
  'policy.previewImport',
  'policy.fromCall',
  'policy.fromApproval',
]);

/** Those that speak of what was agreed to. No other one may wait for it, least of all what stops everything. */
export function needsPins(name: OperationName): boolean {
  return NAMES.has(name);
}
