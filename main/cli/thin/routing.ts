/** Which command lines the companion carries out. All others (help, misspelt, local) need none, and start none. */

/** They do nothing without a subcommand; alone they show their help. */
const GROUPS: ReadonlySet<string> = new Set([
  'about',
  'connectors',
  'policy',
  'secrets',
  'hub',
  'tenant',
  'audit',
  'identity',
  'approvals',
  'guard',
  'pins',
  'lockdown',
  'app',
  'setup',
]);
const COMPANION_COMMANDS: ReadonlySet<string> = new Set([
  ...GROUPS,
  'run',
  'logs',
  'status',
  'open',
  'login',
  'logout',
]);
/** They must work when the companion does not. */
const LOCAL_SUBCOMMANDS: ReadonlySet<string> = new Set(['setup uninstall', 'setup undo', 'audit verify']);
/** The words before `--`: what stands behind it belongs to a server. */
export function ownWords(argv: readonly string[]): readonly string[] {
  const end = argv.indexOf('--');
  return end < 0 ? argv : argv.slice(0, end);
}

export function isForCompanion(argv: readonly string[]): boolean {
  const own = ownWords(argv);
  const [command = '', subcommand = ''] = own;
  if (!COMPANION_COMMANDS.has(command)) return false;
  if (own.includes('--help') || own.includes('-h')) return false;
  if (own.length === 1 && GROUPS.has(command)) return false;
  return !LOCAL_SUBCOMMANDS.has(`${command} ${subcommand}`);
}
