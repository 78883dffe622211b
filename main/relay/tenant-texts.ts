/** What an agent is told where a tenant decided; our words, never the tenant's: these may say more than an agent should know. */
import type { DecisionCode } from '../../preload/contract/index.ts';

/** The call was not made. */
export const TENANT_TEXT: Partial<Record<DecisionCode, string>> = {
  tenant_deny: 'Blocked by Runlayer: the policy of your organisation does not allow this call.',
  tenant_unavailable:
    'Blocked by Runlayer: the policy of your organisation could not be asked, so the call was not made. Try again later, ' +
    'or ask the person to look at Runlayer.',
  tenant_unauthorized:
    'Blocked by Runlayer: nobody is signed in to the organisation that this connector belongs to, so the call was not ' +
    'made. Ask the person to sign in with Runlayer.',
  tenant_invalid:
    'Blocked by Runlayer: the policy of your organisation gave an answer that cannot be used, so the call was not made. ' +
    'Ask the person to look at Runlayer.',
};

const WHY: Partial<Record<DecisionCode, string>> = {
  tenant_deny: 'is kept back by the policy of your organisation',
  tenant_unavailable: 'is kept back, because the policy of your organisation could not be asked about it',
  tenant_unauthorized: 'is kept back, because nobody is signed in to the organisation that this connector belongs to',
};
const WHY_ELSE = 'is kept back, because it could not be checked by the policy of your organisation';

/** The call was made, which an agent must know: to call again would make it twice. */
export function withheldText(code: DecisionCode, ref: string): string {
  return `Blocked by Runlayer: the call was made, but its result ${WHY[code] ?? WHY_ELSE}. Do not simply call again. (ref ${ref})`;
}

/** The same where the server answered with an error. */
export function withheldError(connector: string, code: DecisionCode): string {
  return `The server of "${connector}" answered with an error, which ${WHY[code] ?? WHY_ELSE}.`;
}

const NOT_LISTED: Partial<Record<DecisionCode, string>> = {
  tenant_deny: 'the policy of your organisation does not allow it',
  tenant_unavailable: 'the policy of your organisation could not be asked. Try again later',
  tenant_unauthorized: 'nobody is signed in to the organisation that it belongs to. Sign in with Runlayer',
};
const NOT_LISTED_ELSE = 'the policy of your organisation gave no answer that can be used. Look at Runlayer';

/** A list of tools that the tenant did not let through, or could not be asked about. */
export function refusedListText(connector: string, code: DecisionCode): string {
  return `Blocked by Runlayer: the tools of "${connector}" are not listed, because ${NOT_LISTED[code] ?? NOT_LISTED_ELSE}.`;
}
