/** Who is signed in where, and what a sign-in takes the place of. A person says yes to that when it begins; what came after is not what the yes was to. */
import { isTenantDefinition, type Tenant } from '../../preload/contract/index.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import { otherInPlace } from './tenant-failures.ts';

export interface InPlace {
  /** The sign-in there, or the connectors that were accepted under an earlier one; '' for nothing. */
  of(host: string): string;
  /** Another text whenever the stored key is another account's; '' where nobody is signed in. */
  account(host: string): string;
  /** Throws E_SIGN_IN_CHANGED where it is something else than `before`. */
  refuseOther(host: string, before: string): void;
}

export function createInPlace(settings: Pick<SettingsStore, 'read'>): InPlace {
  const rowOf = (host: string): Tenant | undefined => settings.read().tenants.find((tenant) => tenant.host === host);
  const of = (host: string): string => {
    const signedIn = rowOf(host);
    if (signedIn !== undefined) return `signed in ${signedIn.signedInAt}`;
    const { connectors } = settings.read();
    const isUsed = connectors.some(({ definition }) => isTenantDefinition(definition) && definition.tenant === host);
    return isUsed ? 'connectors' : '';
  };
  return {
    of,
    account: (host) => {
      const signedIn = rowOf(host);
      if (signedIn === undefined) return '';
      const { account, signedInAt } = signedIn;
      // A name can be two people's, and an organisation's key has none.
      return account?.includes('@') === true ? `as ${account}` : `since ${signedInAt}`;
    },
    refuseOther: (host, before) => {
      const now = of(host);
      if (now !== '' && now !== before) throw otherInPlace(host);
    },
  };
}
