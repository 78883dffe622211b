/** The tools of a connector as they are known, without starting it; and the one rule by which a person switches one off. */
import {
  CompanionError,
  type Connector,
  type ConnectorTool,
  type Decision,
  type JsonObject,
  type NewRule,
  type PinState,
  type PinView,
  type Rule,
} from '../../preload/contract/index.ts';
import type { Pins } from '../connectors/pins/pins-host.ts';
import { unknownConnector } from '../connectors/startable-connector.ts';
import type { ScanResult } from '../guard/scan-job.ts';
import { hidesTool, type Policy } from '../policy/decide.ts';
import { toolFacts } from '../policy/read-only.ts';
import { keepsBack } from '../relay/kept-back.ts';
import type { SettingsStore } from '../settings/settings-store.ts';
import type { Handlers, WeakeningByInput } from './dispatch.ts';
import { toolClaims } from './tool-claims.ts';

/** The note by which the rule of a switch is found again. */
export const SWITCHED_OFF = 'switched off on the page of the connector';
/** Larger ones are not read by a person. */
const MAX_SCHEMA_CHARACTERS = 32 * 1024;

export interface ToolParts {
  readonly settings: Pick<SettingsStore, 'read'>;
  readonly pins: Pick<Pins, 'list' | 'definitionOf'>;
  readonly policyOf: (connector: string) => Policy;
  /** What the guard says of a definition. */
  readonly scan: (connector: string, source: Uint8Array) => ScanResult | Promise<ScanResult>;
  readonly addRule: Handlers['policy.add'];
  readonly removeRule: Handlers['policy.remove'];
}

export function switchRule(
  rules: readonly Rule[],
  { connector, tool }: { readonly connector: string; readonly tool: string },
): Rule | undefined {
  return rules.find(
    (rule) =>
      rule.note === SWITCHED_OFF &&
      rule.effect === 'deny' &&
      rule.connector === connector &&
      rule.tool === tool &&
      rule.client === undefined &&
      rule.when === undefined,
  );
}

const HELD: Readonly<Record<PinState, string | null>> = {
  pinned: null,
  changed: 'It is not what was agreed to: look at what changed.',
  new: 'Nobody agreed to it yet: look at it first.',
};

function guardReason(found: ScanResult): string {
  const what = [...new Set(found.findings.map(({ category, rule }) => `${category} (${rule})`))].join(', ');
  return `The guard keeps it back for what its description holds: ${what}.`;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function schemaText(definition: JsonObject): string {
  const { inputSchema } = definition;
  if (inputSchema === undefined) return '';
  const schema = JSON.stringify(inputSchema, undefined, 2);
  return schema.length > MAX_SCHEMA_CHARACTERS ? '' : schema;
}

type ToolHandlers = Pick<Handlers, 'connectors.tools' | 'connectors.setTool'>;

export function toolHandlers(parts: ToolParts): ToolHandlers {
  const { settings, pins } = parts;
  const find = (name: string): Connector => {
    const connector = settings.read().connectors.find((candidate) => candidate.name === name);
    if (connector === undefined) throw unknownConnector(name);
    return connector;
  };
  const viewTool = async (pin: PinView, policy: Policy): Promise<ConnectorTool> => {
    const { connector, name, state, seen } = pin;
    const definition = pins.definitionOf(connector, name) ?? {};
    const decision: Decision = policy.decideTool(toolFacts(name, definition));
    const found = await parts.scan(connector, Buffer.from(JSON.stringify(definition)));
    const byPolicy = hidesTool(decision) ? decision.reason : null;
    return {
      name,
      title: text(definition['title']),
      description: text(definition['description']) ?? '',
      claims: toolClaims(definition),
      decision,
      pin: state,
      ...(seen === undefined ? {} : { seen }),
      hidden: HELD[state] ?? (keepsBack(found) ? guardReason(found) : byPolicy),
      isOff: switchRule(settings.read().rules, { connector, tool: name }) !== undefined,
      inputSchema: schemaText(definition),
    };
  };
  return {
    'connectors.tools': ({ name }) => {
      find(name);
      const policy = parts.policyOf(name);
      const known = pins.list({ connector: name }).filter(({ kind }) => kind === 'tool');
      return Promise.all(known.map((pin) => viewTool(pin, policy)));
    },
    'connectors.setTool': async ({ name, tool, on }, context) => {
      find(name);
      const own = switchRule(settings.read().rules, { connector: name, tool });
      if (on) {
        if (own !== undefined) await parts.removeRule({ id: own.id }, context);
        return { isOff: false };
      }
      if (own !== undefined) return { isOff: true };
      const rule: NewRule = { effect: 'deny', connector: name, tool, note: SWITCHED_OFF };
      const added = await parts.addRule(rule, context);
      if (added.note !== SWITCHED_OFF) {
        throw new CompanionError(
          'E_RULE_EXISTS',
          `A rule of yours denies "${tool}" already.`,
          'Remove that rule on the policy page to let the switch decide.',
          { exitCode: 2 },
        );
      }
      return { isOff: true };
    },
  };
}

/** Switching on weakens where there is a switch to take away. */
export function toolWeakeningTests(settings: Pick<SettingsStore, 'read'>): WeakeningByInput {
  return {
    'connectors.setTool': ({ name, tool, on }) =>
      on && switchRule(settings.read().rules, { connector: name, tool }) !== undefined,
  };
}
