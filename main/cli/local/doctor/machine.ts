/** What this machine gives: Node, the home folder, the settings in it, a keychain, a login shell. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createLoginShellEnvironment } from '../../../process/login-shell-environment.ts';
import { sessionEnvironment } from '../../../process/session-environment.ts';
import { createKeychain } from '../../../secrets/keychain.ts';
import { managedPath, readManaged, type ManagedOptions } from '../../../settings/managed.ts';
import type { Settings } from '../../../settings/schema.ts';
import { unseal } from '../../../settings/seal.ts';
import { folderProblem } from '../../../transport/wire/owner-only.ts';
import { socketPlace } from '../../../transport/wire/socket-path.ts';
import { note, ok, problem, type Finding } from './finding.ts';

export function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 12)
    ? ok('node', `Node ${process.versions.node}`)
    : problem(
        'node',
        `Node ${process.versions.node} is too old.`,
        'Start it with "npm start", which brings its own Node.',
      );
}

export function checkHome(home: string): Finding {
  const found = folderProblem(home);
  if (found === undefined) return ok('home', `${home} is yours alone`);
  return found.code === 'E_HOME_MISSING'
    ? note('home', `${home} does not exist yet.`, 'It is made when the companion starts first: "runlayer serve".')
    : problem('home', found.message, found.next);
}

/** A path that is too long for a socket has a stand-in elsewhere, in a folder of its own. */
export function checkSocket(home: string): Finding {
  const { path, directory } = socketPlace(home);
  const found = directory === home ? undefined : folderProblem(directory);
  return found === undefined || found.code === 'E_HOME_MISSING'
    ? ok('socket', path)
    : problem('socket', found.message, found.next);
}

/** The settings too, where they can be used: which tenants there are stands in them. */
export function checkSettings(home: string): { readonly finding: Finding; readonly settings: Settings | undefined } {
  const path = join(home, 'settings.json');
  if (!existsSync(path)) return { finding: ok('settings', 'none yet'), settings: undefined };
  const read = unseal(readFileSync(path, 'utf8'));
  if (read.kind === 'good') {
    const { settings } = read;
    const { connectors, rules } = settings;
    return { finding: ok('settings', `${connectors.length} connectors, ${rules.length} rules`), settings };
  }
  const finding =
    read.kind === 'newer'
      ? problem('settings', 'They were written by a newer companion.', 'Update this one.')
      : problem(
          'settings',
          `settings.json is not used: ${read.reason}.`,
          'The last good copy enforces. Any "runlayer policy" or "runlayer connectors" change writes a good file again.',
        );
  return { finding, settings: undefined };
}

/** Nothing where this platform has none. What the environment says counts in the companion alone, which tells it itself. */
export function checkManaged(options: Pick<ManagedOptions, 'path' | 'isAdministrators'> = {}): Finding[] {
  const check = 'managed';
  const path = 'path' in options ? options.path : managedPath();
  if (path === undefined) return [];
  const { settings, problem: reason } = readManaged({ ...options, path, env: {} });
  if (reason !== undefined) return [problem(check, reason, 'Until then this machine is as strict as without them.')];
  if (!existsSync(path)) return [ok(check, 'no settings of an administrator')];
  const { enforcementFailureMode, allowInsecureTransport, vouchedHosts, defaultHost } = settings;
  const words = [
    `calls are ${enforcementFailureMode === 'open' ? 'let through' : 'denied'} while their tenant is away`,
    ...(vouchedHosts.length === 0 ? [] : [`no consent is asked for connectors of ${vouchedHosts.join(', ')}`]),
    ...(defaultHost === undefined ? [] : [`default tenant ${defaultHost}`]),
    ...(allowInsecureTransport ? ['plain http to this machine is allowed'] : []),
  ];
  return [ok(check, `${path}: ${words.join('; ')}`)];
}

export async function checkKeychain(home: string): Promise<Finding> {
  if (existsSync(join(home, 'vault.jwe')))
    return ok('keychain', 'you chose the encrypted vault, vault.jwe in the home');
  const choice = await createKeychain({ installId: 'doctor' }).choose();
  return choice.kind === 'ready'
    ? ok('keychain', `${choice.store.id} can be written and read`)
    : note('keychain', choice.detail, 'Connectors without secrets work all the same.');
}

export async function checkLoginShell(): Promise<Finding> {
  const user = userInfo();
  const env = sessionEnvironment(process.env, { username: user.username, homedir: homedir(), shell: user.shell });
  const { problem: reason } = await createLoginShellEnvironment({ shell: user.shell ?? '/bin/sh', env }).get();
  return reason === undefined
    ? ok('login shell', `${user.shell ?? '/bin/sh'} gave its environment`)
    : note('login shell', reason, 'Servers then get a plain PATH; name their commands by absolute paths.');
}
