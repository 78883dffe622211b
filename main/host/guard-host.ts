/**
 * The guard as sessions see it: the actions that the settings name at that moment, and a memory of definitions that were looked
 * at, because every session of a server lists the same ones. Decides nothing itself.
 */
import { createHash } from 'node:crypto';
import type { GuardSettings, ScanKind } from '../../preload/contract/index.ts';
import { resolveActions } from '../guard/actions.ts';
import type { GuardActions, ScanResult } from '../guard/scan-job.ts';
import type { GuardGate } from '../relay/guard-gate.ts';
import type { Scanner } from '../scanner/scanner.ts';

/** Of all servers together; the oldest is let go of. */
const MAX_DEFINITIONS = 20_000;

export interface GuardHost {
  gate(connector: string, session: string): GuardGate;
  /** Secrets or canaries that are looked for exactly are others now. */
  knownChanged(): void;
}

export function createGuardHost(options: {
  readonly scanner: Pick<Scanner, 'scan' | 'knownChanged'>;
  readonly settings: () => GuardSettings;
}): GuardHost {
  const { scanner, settings } = options;
  let resolvedFor: GuardSettings | undefined;
  let resolved = new Map<string, GuardActions>();
  /** By the bytes of a definition and what is done about what is found. */
  const definitions = new Map<string, ScanResult>();

  const actionsOf = (connector: string, kind: ScanKind): GuardActions => {
    const now = settings();
    if (now !== resolvedFor) {
      resolvedFor = now;
      resolved = new Map();
    }
    const key = `${kind} ${connector}`;
    let actions = resolved.get(key);
    if (actions === undefined) {
      actions = resolveActions(now, connector, kind);
      resolved.set(key, actions);
    }
    return actions;
  };

  const remember = (key: string, result: ScanResult): void => {
    // What was not looked at whole is looked at again.
    if (result.findings.some(({ category }) => category === 'unscannable')) return;
    definitions.set(key, result);
    const [oldest] = definitions.keys();
    if (definitions.size > MAX_DEFINITIONS && oldest !== undefined) definitions.delete(oldest);
  };

  const definition = (session: string, source: Uint8Array, actions: GuardActions): ScanResult | Promise<ScanResult> => {
    const key = createHash('sha256').update(source).update(JSON.stringify(actions)).digest('base64');
    const known = definitions.get(key);
    if (known !== undefined) return known;
    const found = scanner.scan(session, { kind: 'tool-definition', format: 'json', source, actions });
    if (!(found instanceof Promise)) {
      remember(key, found);
      return found;
    }
    return found.then((result) => {
      remember(key, result);
      return result;
    });
  };

  return {
    gate: (connector, session) => ({
      scan: (kind, source) => {
        const actions = actionsOf(connector, kind);
        if (kind === 'tool-definition') return definition(session, source, actions);
        return scanner.scan(session, { kind, format: 'json', source, actions });
      },
    }),
    knownChanged: () => {
      definitions.clear();
      scanner.knownChanged();
    },
  };
}
