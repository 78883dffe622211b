/** Who a key belongs to, as its tenant says: shown, and compared where somebody signs in anew to the same tenant. */
import { displayText } from '../connectors/display.ts';
import { TenantError, type TenantApi, type TenantFailureKind } from './tenant-api.ts';

const MAX_CHARACTERS = 320;

/** Of these, a key may be right though nobody can say whose it is: an organisation's has no person. */
const NO_PERSON: ReadonlySet<TenantFailureKind> = new Set(['refused', 'gone', 'rejected']);

/**
 * Rejects with the TenantError where the key does not work. One that was given out a moment ago works unless it is refused:
 * the tenant may fail to say whose it is.
 */
export async function accountLabel(
  api: Pick<TenantApi, 'me'>,
  redact: (text: string) => string,
  isNew: boolean,
): Promise<string | undefined> {
  try {
    const user = await api.me();
    const label = [user.email, user.name, user.id].find((text) => typeof text === 'string' && text !== '') ?? undefined;
    return label === undefined ? undefined : displayText(redact(label)).slice(0, MAX_CHARACTERS).toWellFormed();
  } catch (error) {
    const kind = error instanceof TenantError ? error.kind : undefined;
    const isGood = kind !== undefined && (isNew ? kind !== 'unauthorized' : NO_PERSON.has(kind));
    if (isGood) return undefined;
    throw error;
  }
}
