/** What a person is asked when a call that waits is to be approved: the whole call, and how long the yes counts. */
import { operations, type GrantScope } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';

const HOW_LONG: Readonly<Record<Exclude<GrantScope, 'once'>, string>> = {
  session: 'until its session ends',
  hour: 'for an hour',
};

/** `fits`: which arguments the other calls must have, in words; undefined where any will do. */
export function approvalQuestion(scope: GrantScope, fits: string | undefined): string {
  if (scope === 'once') return 'Let exactly this call through?';
  const which = fits === undefined ? ', with any arguments?' : ` whose arguments fit ${fits}?`;
  return `Let this call through, and ${HOW_LONG[scope]} every other call of this tool by this client${which}`;
}

/** `approvalText` gives the whole call that waits under an id. */
export function describeApproval(
  input: unknown,
  approvalText: (id: string) => string,
): { readonly title: string; readonly detail: string } {
  const { id, scope, when } = operations['approvals.approve'].input.parse(input);
  const text = approvalText(id);
  const title = approvalQuestion(scope, when === undefined ? undefined : 'the condition below');
  if (scope === 'once') return { title, detail: text };
  const condition = when === undefined ? '' : `The condition: arguments fit ${displayText(JSON.stringify(when))}.\n`;
  return { title, detail: `${condition}Its rules are looked at again each time; a denial stays one.\n\n${text}` };
}
