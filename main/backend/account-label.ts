/** Who a key belongs to, as its tenant says: shown, and compared where somebody signs in anew to the same tenant. */
import { displayText } from '../connectors/display.ts';
import type { After } from '../secrets/backend.ts';
import { TenantError, type TenantApi, type TenantFailureKind } from './tenant-api.ts';

const MAX_CHARACTERS = 320;

/** Of these, a key may be right though nobody can say whose it is: an organisation's has no person. */
const NO_PERSON: ReadonlySet<TenantFailureKind> = new Set(['refused', 'gone', 'rejected']);

/** Neither the key nor its tenant is wrong: asked again after a moment, it may say whose the key is. */
const AGAIN: ReadonlySet<TenantFailureKind> = new Set(['unreachable', 'failed']);
export const AGAIN_MS = 1000;

const kindOf = (error: unknown): TenantFailureKind | undefined =>
  error instanceof TenantError ? error.kind : undefined;

function isPassing(error: unknown): boolean {
  const kind = kindOf(error);
  return kind !== undefined && AGAIN.has(kind);
}

async function askedLabel(api: Pick<TenantApi, 'me'>, redact: (text: string) => string): Promise<string | undefined> {
  const user = await api.me();
  const label = [user.email, user.name, user.id].find((text) => typeof text === 'string' && text !== '') ?? undefined;
  return label === undefined ? undefined : displayText(redact(label)).slice(0, MAX_CHARACTERS).toWellFormed();
}

export interface AccountQuestion {
  readonly api: Pick<TenantApi, 'me'>;
  readonly redact: (text: string) => string;
  /** It was given out a moment ago. */
  readonly isNew: boolean;
  readonly after: After;
}

/**
 * Rejects with the TenantError where the key does not work. A new one works unless it is refused: the tenant may fail to say
 * whose it is. Nobody can tell then whether it is who was signed in before, so the tenant is asked once more.
 */
export async function accountLabel({ api, redact, isNew, after }: AccountQuestion): Promise<string | undefined> {
  const ask = (): Promise<string | undefined> => askedLabel(api, redact);
  try {
    return await ask().catch(async (error: unknown) => {
      if (!isNew || !isPassing(error)) throw error;
      await new Promise<void>((resolve) => void after(AGAIN_MS, resolve));
      return ask();
    });
  } catch (error) {
    const kind = kindOf(error);
    const isGood = kind !== undefined && (isNew ? kind !== 'unauthorized' : NO_PERSON.has(kind));
    if (isGood) return undefined;
    throw error;
  }
}
