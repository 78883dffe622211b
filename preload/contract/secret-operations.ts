/** Operations about secrets; part of the one list in operations.ts. A value or passphrase goes in; nothing answers one. */
import { z } from 'zod';
import { SecretName } from './connector.ts';
import { everyone, none, operation, people, type OperationShape } from './operation.ts';
import { KeychainState, SecretView } from './secret.ts';

export const secretOperations = {
  'secrets.list': operation(none, z.array(SecretView), everyone),
  /** From the interface, a name that is stored or referred to already weakens: what uses it acts as somebody else from then on. */
  'secrets.set': operation(
    z.strictObject({ name: SecretName, value: z.string().min(1).max(65_536) }),
    SecretView,
    people,
    'depends',
  ),
  /** From the interface, one that is in use weakens: what uses it stops, and the value cannot be had back. */
  'secrets.remove': operation(z.strictObject({ name: SecretName }), none, people, 'depends'),
  'secrets.keychain': operation(none, KeychainState, everyone),
  /** From the interface it weakens: every new secret is kept there from then on, under a passphrase that the page knew. */
  'secrets.createVault': operation(
    z.strictObject({ passphrase: z.string().min(8).max(1024) }),
    KeychainState,
    people,
    'depends',
  ),
  /** After a few wrong passphrases each further try has to wait: E_VAULT_WAIT. */
  'secrets.unlock': operation(z.strictObject({ passphrase: z.string().min(1).max(1024) }), KeychainState, people),
} as const satisfies Record<string, OperationShape>;
