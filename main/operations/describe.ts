/** What a person is asked when a program wants to weaken protection: the whole of it, escaped, nothing summarised away. */
import {
  CompanionError,
  isHttpDefinition,
  operations,
  type ConnectorDefinition,
  type ConsentRequest,
  type DefaultMode,
  type HttpDefinition,
  type OAuthClient,
  type OperationInput,
  type OperationName,
  type ProgramDefinition,
} from '../../preload/contract/index.ts';
import { displayArgv, displayText } from '../connectors/display.ts';
import { describeApproval } from './describe-approval.ts';
import { CANARY_DESCRIPTIONS } from './describe-canary.ts';
import { HUB_DESCRIPTIONS } from './describe-hub.ts';
import { PIN_DESCRIPTIONS } from './describe-pins.ts';
import { describeAccept, TENANT_DESCRIPTIONS } from './describe-tenant.ts';

export interface Question {
  readonly operation: OperationName;
  /** One sentence. */
  readonly title: string;
  readonly detail: string;
}

/** What is asked about each operation that weakens; for those whose words need no state they stand below. */
export type Descriptions = {
  readonly [N in OperationName]?: (input: OperationInput<N>) => Pick<Question, 'title' | 'detail'>;
};

function describeProgram(definition: ProgramDefinition, mode: DefaultMode): string[] {
  return [
    ...displayArgv([definition.command, ...definition.args]),
    '',
    `default: ${mode}`,
    ...Object.entries(definition.env).map(([key, value]) => `${key}=${displayText(value)}`),
    ...Object.entries(definition.secrets).map(([key, reference]) => `${key} from ${reference}`),
    ...(definition.cwd === undefined ? [] : [`folder: ${displayText(definition.cwd)}`]),
  ];
}

function describeClient(client: OAuthClient | undefined): string[] {
  if (client === undefined) return [];
  return [
    `client id: ${displayText(client.id)}`,
    ...(client.secret === undefined ? [] : [`its secret: ${displayText(client.secret)}`]),
  ];
}

function describeHttp(definition: HttpDefinition, mode: DefaultMode): string[] {
  return [
    displayText(definition.url),
    '',
    `default: ${mode}`,
    `transport: ${definition.transport}`,
    ...Object.entries(definition.headers).map(([name, value]) => displayText(`${name}: ${value}`)),
    ...Object.entries(definition.secrets).map(([name, reference]) => displayText(`${name}: ${reference}`)),
    ...(definition.oauth ? ['sign-in: OAuth, its tokens kept in the keychain'] : []),
    ...describeClient(definition.oauthClient),
  ];
}

/** The whole of what is run or reached, one thing a line. */
export function describeDefinition(definition: ConnectorDefinition, mode: DefaultMode): string[] {
  return isHttpDefinition(definition) ? describeHttp(definition, mode) : describeProgram(definition, mode);
}

const DESCRIPTIONS: Descriptions = {
  'connectors.enable': ({ name }) => ({ title: `Let AI clients start "${name}" again?`, detail: '' }),
  ...HUB_DESCRIPTIONS,
  ...TENANT_DESCRIPTIONS,
  ...CANARY_DESCRIPTIONS,
  ...PIN_DESCRIPTIONS,
  'approvals.resume': ({ client }) => ({
    title: `Ask about "${displayText(client)}" again?`,
    detail:
      'A person paused it: what it would ask for is denied. From now on its calls wait for you again, and what you remembered counts again.',
  }),
  'lockdown.off': () => ({
    title: 'Let calls through again?',
    detail: 'A person stopped every call. From now on they are decided by the rules again.',
  }),
};

/**
 * Throws a `CompanionError` where all of it cannot be shown, or is not there any more: then nobody is asked.
 * `approvalText` gives the whole call that waits under an approval's id; `shownConsent` what was shown of a tenant's connector under
 * a consent hash; `more` the words of those that look at the state.
 */
export function describeWeakening(
  name: OperationName,
  input: unknown,
  approvalText: (id: string) => string,
  shownConsent: (hash: string) => ConsentRequest | undefined = () => undefined,
  more: Descriptions = {},
): Question {
  if (name === 'tenant.accept') {
    const accepted = operations['tenant.accept'].input.parse(input);
    return { operation: name, ...describeAccept(accepted, shownConsent(accepted.consentHash)) };
  }
  if (name === 'approvals.approve') return { operation: name, ...describeApproval(input, approvalText) };
  // One entry of the map above, with what its own schema gave.
  // eslint-disable-next-line typescript/no-unsafe-type-assertion
  const describe = (more[name] ?? DESCRIPTIONS[name]) as
    ((value: unknown) => Pick<Question, 'title' | 'detail'>) | undefined;
  const described = describe?.(input) ?? { title: `Carry out ${name}?`, detail: displayText(JSON.stringify(input)) };
  return { operation: name, ...described };
}

/** Said where it was done. What was done without a question may be what could not be asked: that is no reason to refuse it. */
export function titleOf(name: OperationName, describe: () => Question): string {
  try {
    return describe().title;
  } catch (error) {
    if (error instanceof CompanionError) return `Carry out ${name}?`;
    throw error;
  }
}
