import type { OperationName } from '../../preload/contract/index.ts';

/**
 * What an operation lets a script in the page do.
 * - `reads`: nothing changes, and no secret is in the answer.
 * - `tightens`: less goes through afterwards, or something waiting is refused.
 * - `harmless`: something is written or begun that lets nothing more through, starts no program of the caller's choice and reaches
 *   no address of its choice.
 * - `held`: waits for a person's yes in the approval window; where it depends, whenever it would weaken.
 */
export type UiClass = 'reads' | 'tightens' | 'harmless' | 'held';

/** Every operation that the interface may ask for. A new one stands here before it is opened to it. */
export const UI_OPERATIONS: Readonly<Partial<Record<OperationName, UiClass>>> = {
  'status.get': 'reads',
  'connectors.list': 'reads',
  'connectors.get': 'reads',
  'connectors.logs': 'reads',
  'connectors.disable': 'tightens',
  'policy.list': 'reads',
  'policy.chains': 'reads',
  'policy.export': 'reads',
  'policy.lint': 'reads',
  'policy.explain': 'reads',
  'policy.replay': 'reads',
  'policy.suggest': 'reads',
  'policy.undoes': 'reads',
  'policy.addChain': 'tightens',
  'policy.removeChain': 'held',
  'guard.settings': 'reads',
  'guard.canaries': 'reads',
  'pins.list': 'reads',
  'pins.diff': 'reads',
  'grants.list': 'reads',
  'grants.revoke': 'tightens',
  'lockdown.on': 'tightens',
  'lockdown.off': 'held',
  'secrets.list': 'reads',
  'secrets.keychain': 'reads',
  'hub.configs.list': 'reads',
  'hub.configs.get': 'reads',
  'hub.binds': 'reads',
  'hub.endpoint': 'reads',
  'hub.revoke': 'tightens',
  'hub.listen.remove': 'tightens',
  'hub.origins.refuse': 'tightens',
  'tenant.list': 'reads',
  'tenant.status': 'reads',
  'tenant.servers': 'reads',
  'tenant.approvals': 'reads',
  'audit.delivery': 'reads',
  'approvals.list': 'reads',
  'approvals.deny': 'tightens',
  'held.list': 'reads',
  'held.refuse': 'tightens',
  'review.open': 'harmless',
  'review.leave': 'harmless',
  'logs.query': 'reads',
  'activity.search': 'reads',
  'activity.histogram': 'reads',
  'activity.values': 'reads',
  'activity.call': 'reads',
  'activity.task': 'reads',
  // A new file of a fixed name, in a folder that the companion chooses; so many an hour.
  'activity.export': 'harmless',
  'jobs.list': 'reads',
  'jobs.get': 'reads',
  'jobs.cancel': 'harmless',
  'clients.list': 'reads',
  'clients.preview': 'reads',
  // An entry that starts a connector somebody agreed to, through the companion; rules decide about its calls.
  'clients.connect': 'harmless',
  // Takes out our own entries and brings nothing back.
  'clients.disconnect': 'tightens',
  'clients.undoPreview': 'reads',
  'clients.undo': 'held',
  // Values of variables and headers stay in the companion.
  'clients.found': 'reads',
  'clients.bringInPreview': 'reads',
  'clients.bringIn': 'held',
  'firstRun.state': 'reads',
  'firstRun.finish': 'harmless',
  'preferences.get': 'reads',
  'preferences.set': 'harmless',
  'updates.get': 'reads',
};
