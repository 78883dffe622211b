/** What a person is asked when a call that waits is to be approved: the whole call, and how long the yes counts. */
import { operations, type GrantScope } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';

const TITLES: Readonly<Record<GrantScope, string>> = {
  once: 'Let exactly this call through?',
  session: 'Let this call through, and others like it until its session ends?',
  hour: 'Let this call through, and others like it for an hour?',
};

/** `approvalText` gives the whole call that waits under an id. */
export function describeApproval(
  input: unknown,
  approvalText: (id: string) => string,
): { readonly title: string; readonly detail: string } {
  const { id, scope, when } = operations['approvals.approve'].input.parse(input);
  const text = approvalText(id);
  if (scope === 'once') return { title: TITLES.once, detail: text };
  const likeIt =
    when === undefined
      ? 'Like it is every call of this tool by this client, whatever its arguments.'
      : `Like it is a call of this tool by this client whose arguments fit ${displayText(JSON.stringify(when))}.`;
  return {
    title: TITLES[scope],
    detail: `${likeIt}\nIts rules are looked at again each time; a denial stays one.\n\n${text}`,
  };
}
