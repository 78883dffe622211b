/** What a person is asked about a tenant before protection is weakened. */
import type { ConsentRequest, OperationInput, OperationName, OwnTarget } from '../../preload/contract/index.ts';
import { displayText } from '../connectors/display.ts';
import { notShown } from './consent-changed.ts';

interface Words {
  readonly title: string;
  readonly detail: string;
}

type Descriptions = { readonly [N in OperationName]?: (input: OperationInput<N>) => Words };

/** Every text in it is escaped already. */
function runsLines(runs: OwnTarget): string[] {
  if (runs.kind === 'http') return [runs.url, '', `transport: ${runs.transport}`];
  return [...runs.argv, '', `program: ${runs.realPath}`, ...runs.env];
}

/** `request`: what was shown under the hash that is agreed to; where nobody looked at it here, nobody is asked. */
export function describeAccept(input: OperationInput<'tenant.accept'>, request: ConsentRequest | undefined): Words {
  if (request?.target.kind !== 'tenant') throw notShown();
  const { host, title, server, runs, application } = request.target;
  return {
    title: `Let AI clients use "${title}" of ${host}?`,
    detail: [
      ...runsLines(runs),
      `tenant: ${host}`,
      `id: ${server}`,
      `name here: ${input.name ?? request.connector}`,
      `default: ${input.default}`,
      ...(application === null ? [] : [`application: ${application}`]),
      ...request.risks.map(({ text, evidence }) => `! ${text} (${evidence})`),
    ].join('\n'),
  };
}

interface AboutHost {
  readonly host?: string | undefined;
}

const hostOf = ({ host }: AboutHost): string => (host === undefined ? 'your default tenant' : displayText(host));

/** The key is no part of it. */
export function signInAnew(input: AboutHost): Words {
  return {
    title: `Sign in anew to ${hostOf(input)}?`,
    detail: [
      'Whoever signs in now takes the place of the account that was signed in there.',
      'Its policy then decides about the connectors of this tenant, and what they are given.',
    ].join('\n'),
  };
}

/** To an address that nobody here named before. */
export function signInFirst(input: AboutHost): Words {
  return {
    title: `Sign in to ${hostOf(input)}?`,
    detail: [
      hostOf(input),
      '',
      'Nobody on this machine has signed in there before. The companion connects to this address and waits for you to approve a code.',
      'From then on this tenant decides about the connectors that it gives you. Say yes only if this is your organisation\u2019s address.',
    ].join('\n'),
  };
}

export const TENANT_DESCRIPTIONS: Descriptions = {
  'tenant.signIn': signInAnew,
  'tenant.useKey': signInAnew,
  'audit.setEndpoint': ({ endpoint }) =>
    endpoint === null
      ? {
          title: 'Deliver the audit trail to nobody any more?',
          detail: 'It stays on this machine, and what was not delivered yet is not sent.',
        }
      : {
          title: 'Deliver the audit trail of this machine to this address?',
          detail: [
            displayText(endpoint.url),
            '',
            'Every call is told there: who called which tool, when, and what was decided.',
            ...(endpoint.authorization === undefined ? [] : [`authorization: ${displayText(endpoint.authorization)}`]),
          ].join('\n'),
        },
};
