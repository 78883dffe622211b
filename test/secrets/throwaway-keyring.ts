/*
 * A real gnome-keyring on a D-Bus of its own in a temporary folder: never the person's keyring. Bus, daemon and prompter are
 * children of one shell that ends them all when its stdin closes, so that nothing survives, not even a killed test run.
 * The bus knows no activatable services, so that nothing else starts on it.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface Keyring {
  /** Lay it over a copy of the environment: a process with it uses this keyring and no other. Nothing else is changed. */
  readonly env: Record<string, string>;
  /** Locks the login keyring. Unlocking it again would need a prompt. */
  lock(): void;
  /** Ends bus and daemon and deletes their folder; may be called twice. */
  stop(): Promise<void>;
}

export interface KeyringOptions {
  /**
   * What answers when the keyring wants to be unlocked. `none` (default): nobody, so the keyring refuses at once. `silent`: a
   * prompter that never answers, like a prompt that nobody looks at.
   */
  readonly prompter?: 'none' | 'silent';
}

const TOOLS = ['dbus-daemon', 'dbus-run-session', 'gnome-keyring-daemon', 'gdbus'];

/** Why no keyring can be started here; undefined when it can. For `it.skipIf` and the test's title. */
export const keyringMissing: string | undefined = findMissing();

function findMissing(): string | undefined {
  if (process.platform !== 'linux') return 'gnome-keyring runs on Linux only';
  const missing = TOOLS.filter((tool) => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0);
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

/** `$1` is the folder. Each step of the start says so on stdout; "gone" is printed when one of the daemons ends early. */
const KEEPER = `
cd "$1" || exit 1
dbus-daemon --config-file=bus.conf --nofork --print-address=3 3>address >/dev/null 2>bus.log &
bus=$!
i=0
while [ ! -S bus ] && kill -0 $bus 2>/dev/null && [ $i -lt 500 ]; do i=$((i+1)); sleep 0.02; done
gnome-keyring-daemon --foreground --unlock --components=secrets <password >/dev/null 2>keyring.log &
keyring=$!
finish() {
  kill $keyring $bus 2>/dev/null
  [ -f prompter.pid ] && kill $(cat prompter.pid) 2>/dev/null
  wait
  cd /
  rm -rf "$1"
}
if gdbus wait --session --timeout 60 org.freedesktop.secrets >/dev/null 2>&1; then echo ready; else echo failed; fi
read _ || true
finish "$1"
`;

const busConfig = (folder: string, services: string): string => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${folder}/bus</listen>
  ${services}
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
  <limit name="service_start_timeout">600000</limit>
</busconfig>
`;

/** Starts an unlocked, empty keyring; rejects when the tools are missing (see {@link keyringMissing}) or it does not come up. */
export async function startKeyring({ prompter = 'none' }: KeyringOptions = {}): Promise<Keyring> {
  if (keyringMissing !== undefined) throw new Error(`no throw-away keyring: ${keyringMissing}`);
  const folder = mkdtempSync(join(tmpdir(), 'rl-keyring-'));
  const env = { DBUS_SESSION_BUS_ADDRESS: `unix:path=${folder}/bus` };
  const inherited: NodeJS.ProcessEnv = { ...process.env, ...env, HOME: join(folder, 'home') };
  for (const name of ['RUNTIME_DIR', 'DATA_HOME', 'CONFIG_HOME', 'CACHE_HOME']) {
    inherited[`XDG_${name}`] = join(folder, name.toLowerCase());
    mkdirSync(join(folder, name.toLowerCase()), { mode: 0o700 });
  }
  // With a display, a prompt of this keyring would appear on the person's screen.
  for (const name of ['DISPLAY', 'WAYLAND_DISPLAY', 'GNOME_KEYRING_CONTROL']) delete inherited[name];
  let services = '';
  if (prompter === 'silent') {
    services = `<servicedir>${folder}</servicedir>`;
    writeFileSync(
      join(folder, 'prompter.service'),
      `[D-BUS Service]\nName=org.gnome.keyring.SystemPrompter\nExec=/bin/sh -c "echo $$ > ${folder}/prompter.pid; exec sleep 600"\n`,
    );
  }
  writeFileSync(join(folder, 'bus.conf'), busConfig(folder, services));
  writeFileSync(join(folder, 'password'), 'throw-away\n', { mode: 0o600 });

  const keeper = spawn('sh', ['-c', KEEPER, 'keeper', folder], { env: inherited, stdio: ['pipe', 'pipe', 'inherit'] });
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= end(keeper, folder));

  const [answer]: unknown[] = await once(createInterface(keeper.stdout), 'line');
  if (answer !== 'ready') {
    await stop();
    throw new Error('the throw-away keyring did not come up');
  }
  return { env, stop, lock: () => lockLogin(inherited) };
}

/** Runs `body` with a keyring and ends it afterwards, whatever happened. */
export async function withKeyring<T>(body: (keyring: Keyring) => Promise<T>, options?: KeyringOptions): Promise<T> {
  const keyring = await startKeyring(options);
  try {
    return await body(keyring);
  } finally {
    await keyring.stop();
  }
}

async function end(keeper: ChildProcess, folder: string): Promise<void> {
  const closed = keeper.exitCode === null ? once(keeper, 'close') : undefined;
  keeper.stdin?.end();
  await closed;
  rmSync(folder, { recursive: true, force: true });
}

function lockLogin(env: NodeJS.ProcessEnv): void {
  const service = ['--dest', 'org.freedesktop.secrets', '--object-path', '/org/freedesktop/secrets'];
  const method = ['--method', 'org.freedesktop.Secret.Service.Lock'];
  const login = "[objectpath '/org/freedesktop/secrets/collection/login']";
  const done = spawnSync('gdbus', ['call', '--session', ...service, ...method, login], { env, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`could not lock the throw-away keyring: ${done.stderr}`);
}
