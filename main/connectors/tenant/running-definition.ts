/** What a session was started with, against what its tenant says of the connector meanwhile. */
import type { TenantConnector } from '../../backend/wire.ts';
import { subjectOf, wordOf, type ApplicationOf } from './tenant-subject.ts';

export interface RunningDefinition {
  /** As the tenant counts. */
  readonly version: number;
  /** The tenant says something else now: nothing new may be done in this session. */
  readonly hasChanged: boolean;
  /** The tenant was asked again. */
  noted(connector: TenantConnector): void;
}

export function createRunningDefinition(
  connector: TenantConnector,
  host: string,
  applicationOf: ApplicationOf,
): RunningDefinition {
  // One that could not be used now is another one.
  const wordNow = (of: TenantConnector): string | undefined => {
    try {
      return wordOf(subjectOf(of, host, applicationOf));
    } catch {
      return undefined;
    }
  };
  const agreed = wordNow(connector);
  let { version } = connector;
  let hasChanged = agreed === undefined;
  return {
    get version() {
      return version;
    },
    get hasChanged() {
      return hasChanged;
    },
    noted: (now) => {
      ({ version } = now);
      if (now.id !== connector.id || wordNow(now) !== agreed) hasChanged = true;
    },
  };
}
