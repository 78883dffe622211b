/** Tells a tenant that wants to know what a server offers: once for each session, and once more where the connector's version moved. */
import { TenantError, type TenantApi } from '../../backend/tenant-api.ts';
import type { TenantConnector } from '../../backend/wire.ts';
import type { Inventory } from '../../relay/tenant-gate.ts';
import type { RunningDefinition } from './running-definition.ts';
import { failureOf } from './verdicts.ts';

export interface CapabilitySyncParts {
  readonly api: Pick<TenantApi, 'host' | 'capabilities'>;
  readonly id: string;
  readonly definition: RunningDefinition;
  /** Asks the tenant again; what it says is noted. */
  readonly readAgain: () => Promise<TenantConnector>;
  readonly now: () => number;
  readonly log: (text: string) => void;
  readonly synced: (counts: { readonly tools: number; readonly resources: number; readonly prompts: number }) => void;
  /** What runs is not what the tenant means any more. */
  readonly stop: () => void;
}

const isConflict = (error: unknown): boolean => error instanceof TenantError && error.kind === 'conflict';

/** Never rejects. */
export async function syncCapabilities(inventory: Inventory, parts: CapabilitySyncParts): Promise<void> {
  const { api, id, definition, log } = parts;
  const send = (): Promise<void> =>
    api.capabilities(id, definition.version, { ...inventory, syncedAt: new Date(parts.now()).toISOString() });
  try {
    try {
      await send();
    } catch (error) {
      if (!isConflict(error)) throw error;
      await parts.readAgain();
      if (definition.hasChanged) {
        log(`[tenant] the connector was changed at ${api.host} while it ran; the session ends`);
        parts.stop();
        return;
      }
      await send();
    }
    const { tools, resources, prompts } = inventory;
    parts.synced({ tools: tools.length, resources: resources.length, prompts: prompts.length });
  } catch (error) {
    log(`[tenant] what the server offers was not taken: ${failureOf(error, api.host).reason}`);
  }
}
