/** What can be asked about connectors: what there is, what is agreed to, how it does, what its tools are. */
import { z } from 'zod';
import { CatalogueView } from './catalogue.ts';
import { ConnectorHealth } from './connector-health.ts';
import { ConnectorTool, HandCall } from './connector-tool.ts';
import { ConnectorDefinition, ConnectorName, ConnectorView, ConsentRequest, SecretName } from './connector.ts';
import { cliOnly, everyone, none, operation, people, type OperationShape } from './operation.ts';
import { DefaultMode } from './policy.ts';

const ConnectorTestResult = z.strictObject({
  ok: z.boolean(),
  server: z.string(),
  protocolVersion: z.string(),
  tools: z.array(z.strictObject({ name: z.string(), effect: z.string(), code: z.string() })),
  durationMs: z.number(),
});

const named = z.strictObject({ name: ConnectorName });

const Subject = z.strictObject({
  name: ConnectorName,
  definition: ConnectorDefinition,
  default: DefaultMode,
  replace: z.boolean(),
  /** With `replace`: variables, or headers, whose stored value stays; the definition names them with an empty value. */
  keep: z.array(z.string().max(128)).max(512).optional(),
});

const ToolName = z.string().min(1).max(128);

export const connectorOperations = {
  'connectors.list': operation(none, z.array(ConnectorView), everyone),
  'connectors.get': operation(named, ConnectorView, everyone),
  /** What a person would be asked to agree to; stores nothing, starts nothing, reaches nothing. */
  'connectors.preview': operation(Subject, ConsentRequest, people),
  /** Stores the definition with consent to exactly `consentHash`; refused if the definition hashes to anything else. */
  'connectors.save': operation(
    Subject.extend({
      consentHash: z.string(),
      /** Starts or reaches it once afterwards; `connectors.health` tells how that went. */
      check: z.boolean().optional(),
    }),
    ConnectorView,
    people,
    'always',
  ),
  /** The stored definition, for editing. Values of env are in it (they are not secrets), so it stays on the socket. */
  'connectors.definition': operation(
    named,
    z.strictObject({ definition: ConnectorDefinition, default: DefaultMode }),
    cliOnly,
  ),
  /** The same for the interface: values of variables and headers are left empty, and `keep` names them. */
  'connectors.editable': operation(
    named,
    z.strictObject({ definition: ConnectorDefinition, default: DefaultMode, keep: z.array(z.string()) }),
    people,
  ),
  /** Weakens where an administrator vouches for its tenant: the next run brings it back, switched on. */
  'connectors.remove': operation(named, none, people, 'depends'),
  'connectors.enable': operation(named, ConnectorView, people, 'always'),
  'connectors.disable': operation(named, ConnectorView, everyone),
  /** Weakens where the interface asks: it starts a program. */
  'connectors.test': operation(named, ConnectorTestResult, people, 'depends'),
  /**
   * Starts or reaches it once as a client would, through the same gates, and lists its tools: what it offers is pinned then.
   * Answers when that is over; whether it went well is in the answer. Weakens where the interface asks.
   */
  'connectors.check': operation(named, ConnectorHealth, people, 'depends'),
  'connectors.health': operation(named, ConnectorHealth, everyone),
  /** Begins a sign-in; a person finishes it in a browser on this machine within five minutes. */
  'connectors.signIn': operation(named, z.strictObject({ id: z.string(), authorizationUrl: z.string() }), people),
  /** Answers when the sign-in is over. */
  'connectors.signInResult': operation(
    z.strictObject({ id: z.string() }),
    z.strictObject({ connector: z.string(), scope: z.string().nullable(), endsAt: z.string().nullable() }),
    people,
  ),
  'connectors.signOut': operation(named, z.strictObject({ wasSignedIn: z.boolean(), revoked: z.boolean() }), people),
  /** Last lines of the server's stderr and of what it printed outside the protocol; redacted. */
  'connectors.logs': operation(
    z.strictObject({ name: ConnectorName, lines: z.number().int().min(1).max(5000) }),
    z.strictObject({ lines: z.array(z.string()) }),
    everyone,
  ),

  'connectors.catalogue': operation(none, z.array(CatalogueView), everyone),
  /**
   * What a person would agree to by installing an entry of the catalogue; nothing is stored, started or reached. The definition
   * is made of the catalogue that ships with the companion, the parameters, and names of secrets.
   */
  'connectors.draft': operation(
    z.strictObject({
      entry: ConnectorName,
      name: ConnectorName,
      default: DefaultMode,
      parameters: z.record(z.string().max(32), z.array(z.string().max(4096)).max(64)),
      /** By the variable or header that an entry names: under which name the secret is, or will be, stored. */
      secrets: z.record(z.string().max(128), SecretName),
    }),
    z.strictObject({
      request: ConsentRequest,
      /** The file that the yes is written to. */
      settingsFile: z.string(),
    }),
    people,
  ),
  /** A yes to exactly what `connectors.draft` showed; stores it and starts or reaches it once, as `connectors.health` tells. */
  'connectors.install': operation(
    z.strictObject({ name: ConnectorName, default: DefaultMode, consentHash: z.string() }),
    ConnectorView,
    people,
    'always',
  ),

  /** As they were seen last; nothing is started. Those that are held back first. */
  'connectors.tools': operation(named, z.array(ConnectorTool), everyone),
  /** Off adds a deny rule of exactly this tool; on removes exactly that rule, and no other. */
  'connectors.setTool': operation(
    z.strictObject({ name: ConnectorName, tool: ToolName, on: z.boolean() }),
    z.strictObject({ isOff: z.boolean() }),
    people,
    'depends',
  ),
  /** One call by a person, through the gates of any client and into the journal. Weakens where the interface asks. */
  'connectors.callTool': operation(
    z.strictObject({ name: ConnectorName, tool: ToolName, arguments: z.string().max(65_536) }),
    HandCall,
    people,
    'depends',
  ),
} as const satisfies Record<string, OperationShape>;
