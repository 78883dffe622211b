/**
 * `npm run tenant`: the reference tenant as a program, with the seeded organisation. Options: `--port <n>` (4800; 0: any free
 * one), `--database <file>` (in memory without it), `--empty` (nothing seeded), `--json` (one line for programs instead of
 * words), `--fault <JSON>` (repeatable: `{"route","fault","times"?,"every"?,"after"?}`). Ends on Ctrl-C and on SIGTERM.
 */
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { FAULT_KINDS, type Fault } from './faults.ts';
import { FIRST_PERSON, ORGANISATION } from './organisation.ts';
import { startTenant } from './start-tenant.ts';

const FaultLine = z.strictObject({
  route: z.string(),
  fault: z.looseObject({ kind: z.enum(FAULT_KINDS) }),
  times: z.number().int().optional(),
  every: z.number().int().optional(),
  after: z.number().int().optional(),
});

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4800' },
    database: { type: 'string' },
    empty: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    fault: { type: 'string', multiple: true, default: [] },
  },
});

const tenant = await startTenant({
  port: Number(values.port),
  ...(values.database === undefined ? {} : { database: values.database }),
  seed: !values.empty,
  keepsBodies: false,
});
for (const line of values.fault) {
  const { route, fault, times, every, after } = FaultLine.parse(JSON.parse(line));
  tenant.faults.add(route, fault as unknown as Fault, {
    ...(times === undefined ? {} : { times }),
    ...(every === undefined ? {} : { every }),
    ...(after === undefined ? {} : { after }),
  });
}

const key = tenant.admin.createUserKey();
const { token } = tenant.settings.ingest;
const connectors = tenant.admin.connectors();
if (values.json) {
  console.log(JSON.stringify({ url: tenant.url, pid: process.pid, userKey: key, ingestToken: token, connectors }));
} else {
  console.log(`${ORGANISATION.name}, a reference tenant, at ${tenant.url}

Sign in (plain http on this machine needs the switch):
  RUNLAYER_ALLOW_INSECURE_TRANSPORT=1 runlayer login --host ${tenant.url}
The code is answered at ${tenant.url}/device
For automation, a key of ${FIRST_PERSON.name}: ${key}
Audit endpoint: ${tenant.url}/api/v1/audit/ingest with "Authorization: Bearer ${token}"

Connectors:`);
  for (const { id, alias, name, transport_type: transport } of connectors) {
    console.log(`  ${id}  ${alias.padEnd(16)} ${transport.padEnd(15)} ${name}`);
  }
  console.log('\nCtrl-C ends it.');
}

const end = (): void => void tenant.stop().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
