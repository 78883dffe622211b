import type { OperationInput, OperationName } from '../../preload/contract/index.ts';

const definition = { command: 'server', args: [], env: {}, secrets: {} };

/** One input that fits, for every operation of the list. */
export const SAMPLES: { readonly [N in OperationName]: OperationInput<N> } = {
  'status.get': {},
  'host.handOver': {},
  'interface.link': {},
  'connectors.list': {},
  'connectors.get': { name: 'files' },
  'connectors.preview': { name: 'files', definition, default: 'ask', replace: false },
  'connectors.save': { name: 'files', definition, default: 'ask', replace: false, consentHash: 'x' },
  'connectors.definition': { name: 'files' },
  'connectors.remove': { name: 'files' },
  'connectors.enable': { name: 'files' },
  'connectors.disable': { name: 'files' },
  'connectors.test': { name: 'files' },
  'connectors.logs': { name: 'files', lines: 10 },
  'policy.list': {},
  'policy.add': { effect: 'allow', connector: 'files', tool: '*' },
  'policy.remove': { id: 'r1' },
  'secrets.list': {},
  'secrets.set': { name: 'token', value: 'v' },
  'secrets.remove': { name: 'token' },
  'secrets.keychain': {},
  'secrets.createVault': { passphrase: 'long enough' },
  'secrets.unlock': { passphrase: 'p' },
  'approvals.list': {},
  'approvals.approve': { id: 'a1' },
  'approvals.deny': { id: 'a1' },
  'logs.query': { limit: 10 },
  'clients.list': {},
  'clients.install': { client: 'cursor', connector: 'files', dryRun: true },
};
