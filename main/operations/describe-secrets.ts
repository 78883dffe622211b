/** What a person is asked about secrets: names and where they go, never a value and never a passphrase. */
import type { SecretUse } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';
import type { SecretVault } from '../secrets/vault.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Descriptions } from './describe.ts';
import { usesOf } from './secret-uses.ts';

const WHERE: Readonly<Record<SecretUse['by'], (name: string, as: string) => string>> = {
  connector: (name, as) => `connector "${name}" gets it as ${as}`,
  binding: (id, as) => `hub binding ${id} sends it as ${as}`,
  audit_endpoint: (_name, as) => `the audit endpoint is sent it as ${as}`,
  companion: () => 'the companion itself uses it',
};

export function secretDescriptions({
  settings,
  vault,
}: {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly vault: Pick<SecretVault, 'list'>;
}): Descriptions {
  const places = (name: string): string[] =>
    usesOf(name, settings.read()).map((use) => displayText(WHERE[use.by](use.name, use.as)));
  return {
    'secrets.set': ({ name }) => {
      const before = vault.list().find((entry) => entry.name === name);
      const where = places(name);
      return {
        title: before === undefined ? `Store a value for the secret "${name}"?` : `Replace the value of "${name}"?`,
        detail: [
          ...(where.length === 0 ? ['Nothing uses it now.'] : where),
          '',
          ...(before === undefined
            ? ['It is referred to already, so it is used at once.']
            : [`The value stored at ${before.updatedAt} is overwritten and cannot be had back.`]),
          ...(where.length === 0 ? [] : ['Whoever chose the new value decides as whom these act from now on.']),
        ].join('\n'),
      };
    },
    'secrets.remove': ({ name }) => ({
      title: `Delete the secret "${name}", which is in use?`,
      detail: [...places(name), '', 'What uses it stops working. The value cannot be had back.'].join('\n'),
    }),
    'secrets.createVault': () => ({
      title: 'Keep new secrets in an encrypted file instead of the keychain?',
      detail: [
        'From now on every new secret is stored in vault.jwe in the companion\u2019s folder.',
        'Whoever has this file and the passphrase that was just typed can read them.',
        'Say yes only if it was you who typed it.',
      ].join('\n'),
    }),
  };
}
