import { z } from 'zod';
import { BringInPreview, ClientChange, ClientView, FoundServer, WritableClientId } from './client.ts';
import { ConnectorName, ConnectorView } from './connector.ts';
import { everyone, none, operation, people, type OperationShape } from './operation.ts';
import { DefaultMode } from './policy.ts';

/** Name of a server in a client's file: anything that the file may hold. */
const EntryName = z.string().max(1024);

const Connect = z.strictObject({
  client: WritableClientId,
  connectors: z.array(ConnectorName).min(1).max(64),
  /** The one connector is started by this entry, in the place of what it starts now. */
  inPlaceOf: EntryName.optional(),
});

const BringIn = z.strictObject({
  client: WritableClientId,
  entry: EntryName,
  name: ConnectorName,
  default: DefaultMode,
  /** Variables or headers whose values move to the keychain. */
  moveSecrets: z.array(z.string().max(256)).max(256),
});

/** What is done to the configuration of AI clients (main/clients), and with the servers that stand there. */
export const clientOperations = {
  'clients.list': operation(none, z.array(ClientView), everyone),
  /** What `clients.connect` would write; writes nothing. */
  'clients.preview': operation(Connect, ClientChange, people),
  /**
   * Lets a client start connectors through the companion, in one change. It lets nothing through by itself: each connector
   * was agreed to, and rules decide about its calls.
   */
  'clients.connect': operation(Connect, ClientChange, people),
  /** Takes our entries out, those of one connector or all; brings nothing back. An entry that is missing is forgotten. */
  'clients.disconnect': operation(
    z.strictObject({ client: WritableClientId, connector: ConnectorName.optional(), dryRun: z.boolean() }),
    ClientChange,
    people,
  ),
  /** What `clients.undo` would do; `hash` where it brings a server back that starts without the companion. */
  'clients.undoPreview': operation(
    z.strictObject({ client: WritableClientId }),
    z.strictObject({ change: ClientChange, consentHash: z.string().optional() }),
    people,
  ),
  /** Takes our last change back. Refused where it brings back what was not agreed to under `consentHash`. */
  'clients.undo': operation(
    z.strictObject({ client: WritableClientId, consentHash: z.string().max(64).optional() }),
    ClientChange,
    people,
    'depends',
  ),
  /** Servers that clients start without the companion. */
  'clients.found': operation(none, z.array(FoundServer), people),
  'clients.bringInPreview': operation(BringIn, BringInPreview, people),
  /**
   * Makes a connector of a server in a client's file, moves what is secret to the keychain and lets the client start it
   * through the companion; all of it or nothing. Refused when anything is not what `consentHash` was given for.
   */
  'clients.bringIn': operation(
    BringIn.extend({ consentHash: z.string().max(64) }),
    z.strictObject({ connector: ConnectorView, change: ClientChange, secrets: z.array(z.string()) }),
    people,
    'always',
  ),
  'firstRun.state': operation(none, z.strictObject({ done: z.boolean() }), everyone),
  /** The first steps were taken, or left out; they are not offered any more. */
  'firstRun.finish': operation(none, none, people),
} as const satisfies Record<string, OperationShape>;
