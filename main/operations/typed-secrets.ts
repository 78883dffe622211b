/** Secrets whose value came through the interface: what a person should see where they agree to who gets it. */
import { secretNameOf, type ConnectorDefinition, type Risk, type SecretEntry } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';

/** One for each that this connector gets. A page could have chosen such a value before anybody asked for it. */
export function typedSecretRisks(
  { secrets }: Pick<ConnectorDefinition, 'secrets'>,
  stored: readonly SecretEntry[],
): Risk[] {
  const typed = new Map(stored.flatMap((entry) => (entry.typedIn === 'interface' ? [[entry.name, entry]] : [])));
  const names = new Set(Object.values(secrets).map(secretNameOf));
  return [...names].flatMap((name): Risk[] => {
    const entry = typed.get(name);
    return entry === undefined
      ? []
      : [
          {
            code: 'typed_secret',
            evidence: displayText(name),
            text: `The value of this secret was set in the interface at ${entry.updatedAt}. Agree only if you typed it there yourself.`,
          },
        ];
  });
}
