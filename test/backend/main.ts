/**
 * `npm run tenant`: the reference tenant as a program, with the seeded organisation; its options are in `options.ts`. One plain
 * line on stderr where it cannot start: exit 2 for a command line that means nothing, 1 for anything else. Ends on Ctrl-C and
 * on SIGTERM.
 */
import { FIRST_PERSON, ORGANISATION } from './organisation.ts';
import { HELP, Misuse, readOptions, type ProgramOptions } from './options.ts';
import { startTenant, type RunningTenant } from './start-tenant.ts';

function fail(text: string, exitCode: number): never {
  process.stderr.write(`${text}\n`);
  process.exit(exitCode);
}

function options(): ProgramOptions {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (error instanceof Misuse) return fail(error.message, 2);
    throw error;
  }
}

async function start({ port, database, empty }: ProgramOptions): Promise<RunningTenant> {
  try {
    return await startTenant({
      port,
      ...(database === undefined ? {} : { database }),
      seed: !empty,
      keepsBodies: false,
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') return fail(`Port ${port} is taken. Name another one with --port, or 0 for any.`, 1);
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return fail(`The tenant could not be started: ${line}`, 1);
  }
}

const wanted = options();
if (wanted.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
const tenant = await start(wanted);
for (const { route, fault, timing } of wanted.faults) tenant.faults.add(route, fault, timing);

const key = tenant.admin.createUserKey();
const { token } = tenant.settings.ingest;
const connectors = tenant.admin.connectors();
if (wanted.json) {
  console.log(JSON.stringify({ url: tenant.url, pid: process.pid, userKey: key, ingestToken: token, connectors }));
} else {
  console.log(`${ORGANISATION.name}, a reference tenant, at ${tenant.url}

Start the companion (plain http on this machine needs the switch):
  RUNLAYER_ALLOW_INSECURE_TRANSPORT=1 runlayer serve
Then, in another terminal, sign in:
  runlayer login --host ${tenant.url}
The code is answered at ${tenant.url}/device
For automation, a key of ${FIRST_PERSON.name}:
  ${key}

Deliver the audit trail to it; the first command asks for ${token}:
  runlayer secrets set ingest-token
  runlayer audit endpoint set ${tenant.url}/api/v1/audit/ingest \\
    --authorization 'Bearer keychain:ingest-token'

Connectors:`);
  for (const { id, alias, name, transport_type: transport } of connectors) {
    console.log(`  ${id}  ${alias.padEnd(16)} ${transport.padEnd(15)} ${name}`);
  }
  console.log('\nCtrl-C ends it.');
}

const end = (): void => void tenant.stop().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);
