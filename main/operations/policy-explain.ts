/** What would be decided about a call, and why: what a person asks before they trust the rules. Nothing is called or changed. */
import { CompanionError, type OperationInput, type OperationOutput } from '../../preload/contract/index.ts';
import type { JsonObject } from '../../preload/contract/json.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import { explain, type ExplainSubject } from '../policy/explain.ts';
import type { ProtectedPaths } from '../policy/protected-paths.ts';
import { toolFacts } from '../policy/read-only.ts';
import type { Settings } from '../settings/schema.ts';
import { strictJson } from './strict-json.ts';

export interface ExplainParts {
  readonly settings: { read(): Settings };
  readonly protectedPaths: ProtectedPaths | undefined;
  readonly definitionOf: (connector: string, tool: string) => JsonObject | undefined;
  /** What else decides at a call (pins, the guard, a tenant), one sentence each. */
  readonly also: (connector: string, subject: ExplainSubject) => readonly string[];
}

type Input = OperationInput<'policy.explain'>;

function argumentsOf(text: string): unknown {
  const value = strictJson(text, 'The arguments');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new CompanionError('E_INPUT', 'The arguments are no JSON object.', 'Give an object, such as {"path":"/x"}.', {
    exitCode: 2,
  });
}

const UNKNOWN_DEFINITION =
  'The definition of this tool is not known here yet, so it was not taken for read-only; run the connector once to know it.';

export function explainHandler(parts: ExplainParts): (input: Input) => OperationOutput<'policy.explain'> {
  const { settings, protectedPaths, definitionOf, also } = parts;
  return ({ connector, subject: given, client }) => {
    const { connectors, hub, rules, chains, lockdown } = settings.read();
    const found = connectors.find(({ name }) => name === connector);
    const config = hub.configs.find(({ name, target }) => name === connector && 'endpoint' in target);
    const endpoint = config !== undefined && 'endpoint' in config.target ? config.target : undefined;
    if (found === undefined && endpoint === undefined) throw unknownConnector(connector);
    const isOff = found?.enabled === false;
    const definition = 'tool' in given ? definitionOf(connector, given.tool) : undefined;
    const subject: ExplainSubject =
      'tool' in given
        ? {
            kind: 'tool',
            isKnown: definition !== undefined,
            tool:
              definition === undefined
                ? { name: given.tool, claimsReadOnly: false, schemaWords: [] }
                : toolFacts(given.tool, definition),
            arguments: argumentsOf(given.arguments),
          }
        : 'resource' in given
          ? { kind: 'resource', uri: given.resource }
          : { kind: 'prompt', name: given.prompt, arguments: argumentsOf(given.arguments) };
    const explanation = explain(
      {
        connector,
        default: isOff ? 'deny' : (found?.default ?? endpoint?.default ?? 'deny'),
        rules: isOff ? [] : rules,
        chains: isOff ? [] : chains,
        protectedPaths,
      },
      subject,
      { client: { name: client, isProven: false }, taints: [] },
    );
    return {
      ...explanation,
      also: [
        ...(lockdown === null ? [] : ['Everything is stopped: every call is refused until "runlayer lockdown off".']),
        ...(isOff ? ['The connector is switched off: nothing of it is called.'] : []),
        ...('tool' in given && definition === undefined ? [UNKNOWN_DEFINITION] : []),
        ...explanation.also,
        ...also(connector, subject),
      ],
    };
  };
}
