/** Walks the chain from the program to each client's entry, and says of each link whether it holds and what to do. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { listClients } from '../../clients/operations.ts';
import { localClientEnvironment } from '../../host/client-environment.ts';
import { readHolder } from '../../host/host-lock.ts';
import { programPaths } from '../../host/program-paths.ts';
import { createLoginShellEnvironment } from '../../process/login-shell-environment.ts';
import { sessionEnvironment } from '../../process/session-environment.ts';
import { createKeychain } from '../../secrets/keychain.ts';
import { unseal } from '../../settings/seal.ts';
import { openOperationClient } from '../../transport/operation-client.ts';
import { folderProblem } from '../../transport/wire/owner-only.ts';
import { socketPlace } from '../../transport/wire/socket-path.ts';
import { VERSION } from '../../version.ts';
import { Status } from '../../../preload/contract/index.ts';
import { CommandEnd } from '../command-end.ts';
import type { CommandIo } from '../command-io.ts';
import { hang, json } from '../commands/render.ts';

interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'problem';
  readonly text: string;
  readonly next?: string;
}

const ok = (check: string, text: string): Finding => ({ check, state: 'ok', text });
const note = (check: string, text: string, next: string): Finding => ({ check, state: 'note', text, next });
const problem = (check: string, text: string, next: string): Finding => ({ check, state: 'problem', text, next });

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12)
    ? ok('node', `Node ${process.versions.node}`)
    : problem(
        'node',
        `Node ${process.versions.node} is too old.`,
        'Start it with "npm start", which brings its own Node.',
      );
}

function checkHome(home: string): Finding {
  const found = folderProblem(home);
  if (found === undefined) return ok('home', `${home} is yours alone`);
  return found.code === 'E_HOME_MISSING'
    ? note('home', `${home} does not exist yet.`, 'It is made when the companion starts first: "runlayer serve".')
    : problem('home', found.message, found.next);
}

async function checkCompanion(home: string): Promise<Finding[]> {
  if (!existsSync(join(home, 'companion.lock')))
    return [
      note(
        'companion',
        'It has never run here.',
        'Start it with "runlayer serve" or open the app; clients also start it by themselves.',
      ),
    ];
  const holder = readHolder(home);
  if (holder === undefined)
    return [
      note(
        'companion',
        'It is not running.',
        'Start it with "runlayer serve" or open the app; clients also start it by themselves.',
      ),
    ];
  const client = await openOperationClient(socketPlace(home).path).catch(() => undefined);
  if (client === undefined)
    return [
      problem(
        'companion',
        `Process ${holder.pid} holds the lock but does not answer on its socket.`,
        'Run "runlayer stop", then start it again.',
      ),
    ];
  try {
    const status = Status.safeParse(await client.call('status.get', {}));
    if (!status.success)
      return [
        problem(
          'companion',
          'It answers in a way that this version does not understand.',
          'Run "runlayer stop", then start it again.',
        ),
      ];
    const { companion } = status.data;
    const findings: Finding[] = [
      companion.version === VERSION
        ? ok('companion', `version ${companion.version}, process ${companion.pid}, ${companion.sessions} sessions`)
        : problem(
            'companion',
            `It is version ${companion.version}, this program ${VERSION}.`,
            'Run "runlayer stop", then start it again.',
          ),
      companion.audit.state === 'ok'
        ? ok('audit', `${companion.audit.seq + 1} records`)
        : problem(
            'audit',
            `It cannot be written: ${companion.audit.detail}. Every call is denied.`,
            'Free some disk space or check the folder "audit" in the home.',
          ),
    ];
    for (const warning of companion.warnings)
      findings.push(problem('companion', warning, 'See the log in the home folder, logs/companion.log.'));
    return findings;
  } catch (error) {
    return [
      problem(
        'companion',
        `It did not answer: ${error instanceof Error ? error.message : String(error)}.`,
        'Run "runlayer stop", then start it again.',
      ),
    ];
  } finally {
    client.close();
  }
}

function checkSettings(home: string): Finding {
  const path = join(home, 'settings.json');
  if (!existsSync(path)) return ok('settings', 'none yet');
  const read = unseal(readFileSync(path, 'utf8'));
  if (read.kind === 'good')
    return ok('settings', `${read.settings.connectors.length} connectors, ${read.settings.rules.length} rules`);
  return read.kind === 'newer'
    ? problem('settings', 'They were written by a newer companion.', 'Update this one.')
    : problem(
        'settings',
        `settings.json is not used: ${read.reason}.`,
        'The last good copy enforces. Any "runlayer policy" or "runlayer connectors" change writes a good file again.',
      );
}

async function checkKeychain(home: string): Promise<Finding> {
  if (existsSync(join(home, 'vault.jwe')))
    return ok('keychain', 'you chose the encrypted vault, vault.jwe in the home');
  const choice = await createKeychain({ installId: 'doctor' }).choose();
  return choice.kind === 'ready'
    ? ok('keychain', `${choice.store.id} can be written and read`)
    : note('keychain', choice.detail, 'Connectors without secrets work all the same.');
}

async function checkLoginShell(): Promise<Finding> {
  const user = userInfo();
  const env = sessionEnvironment(process.env, { username: user.username, homedir: homedir(), shell: user.shell });
  const { problem: reason } = await createLoginShellEnvironment({ shell: user.shell ?? '/bin/sh', env }).get();
  return reason === undefined
    ? ok('login shell', `${user.shell ?? '/bin/sh'} gave its environment`)
    : note('login shell', reason, 'Servers then get a plain PATH; name their commands by absolute paths.');
}

async function checkClients(home: string): Promise<Finding[]> {
  const environment = await localClientEnvironment({
    companionHome: home,
    program: programPaths(),
    installLauncher: false,
  });
  const views = await listClients(environment);
  const launcherThere = existsSync(environment.launcher);
  const findings: Finding[] = [
    launcherThere
      ? ok('launcher', environment.launcher)
      : note(
          'launcher',
          'No client was connected yet.',
          'Connect one with "runlayer setup install --client cursor --connector <name>".',
        ),
  ];
  for (const view of views) {
    if (view.state === 'invalid')
      findings.push(
        problem(
          view.id,
          view.problem ?? 'Its file cannot be read.',
          `Mend ${view.path}; nothing is written to it before.`,
        ),
      );
    else if (view.connectors.length > 0 && !launcherThere)
      findings.push(
        problem(
          view.id,
          `It starts ${environment.launcher}, which is gone.`,
          `Run "runlayer setup install --client ${view.id} --connector ${view.connectors[0] ?? ''}" again.`,
        ),
      );
    else if (view.connectors.length > 0)
      findings.push(ok(view.id, `starts ${view.connectors.join(', ')} through the companion`));
    if (view.unmanaged.length > 0)
      findings.push(
        note(
          view.id,
          `starts ${view.unmanaged.join(', ')} without the companion.`,
          'Add them as connectors to govern them.',
        ),
      );
  }
  return findings;
}

const MARK = { ok: 'ok  ', note: 'note', problem: 'FAIL' } as const;

export async function runDoctor(io: CommandIo, home: string, asJson: boolean): Promise<void> {
  const folder = checkHome(home);
  const usable = folder.state === 'ok';
  const findings = [
    checkNode(),
    folder,
    ...(usable ? [...(await checkCompanion(home)), checkSettings(home)] : []),
    await checkKeychain(home),
    await checkLoginShell(),
    ...(await checkClients(home)),
  ];
  const failed = findings.some((finding) => finding.state === 'problem');
  if (asJson) io.out(json({ ok: !failed, findings }));
  else {
    for (const finding of findings) {
      const first = `${MARK[finding.state]}  ${finding.check.padEnd(14)} `;
      io.out(hang(first, finding.text));
      if (finding.next !== undefined) io.out(hang(' '.repeat(first.length), finding.next));
    }
    io.out(failed ? '\nSomething needs you: see the lines marked FAIL.\n' : '\nNothing is broken.\n');
  }
  if (failed) throw new CommandEnd(1);
}
