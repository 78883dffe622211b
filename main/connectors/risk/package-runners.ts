/** How each package runner is told what to fetch, and from where. */

export type Ecosystem = 'npm' | 'python' | 'go' | 'nix';

export interface Runner {
  readonly ecosystem: Ecosystem;
  readonly withValue: readonly string[];
  /** Options whose value is what is fetched; where given, the first operand is only a program's name. */
  readonly packages: readonly string[];
  /** Fetched besides the package that is run. */
  readonly extras?: readonly string[];
  /** Options that name another place to fetch from. */
  readonly sources?: readonly string[];
  readonly code?: readonly string[];
  /** Flags with which nothing is fetched. */
  readonly offline?: readonly string[];
  /** `uv run script.py`: the operand is a file or a program, not a package. */
  readonly operandIsLocal?: boolean;
  readonly cwd?: readonly string[];
}

const NPM: Runner = {
  ecosystem: 'npm',
  packages: ['-p', '--package'],
  withValue: [
    '-w',
    '--workspace',
    '--cache',
    '--userconfig',
    '--prefix',
    '--loglevel',
    '-n',
    '--node-arg',
    '--node-options',
    '--shell',
    '--script-shell',
    '-C',
    '--dir',
    '--cwd',
  ],
  sources: ['--registry'],
  code: ['-c', '--call'],
  offline: ['--no-install', '--no', '--offline'],
};

const UV: Runner = {
  ecosystem: 'python',
  packages: ['--from'],
  extras: ['--with', '-w', '--with-editable', '--with-requirements'],
  withValue: [
    '-p',
    '--python',
    '--directory',
    '--project',
    '--cache-dir',
    '--config-file',
    '--env-file',
    '--refresh-package',
    '--reinstall-package',
    '-P',
    '--upgrade-package',
    '--resolution',
    '--prerelease',
    '--exclude-newer',
    '--link-mode',
    '--index-strategy',
    '--keyring-provider',
    '-C',
    '--config-setting',
    '--extra',
    '--group',
    '--only-group',
    '--color',
    '-b',
    '--build-constraints',
    '-c',
    '--constraints',
    '--overrides',
    '--python-platform',
    '--package',
    '--allow-insecure-host',
    '--torch-backend',
  ],
  sources: ['-i', '--index-url', '--default-index', '--index', '--extra-index-url', '-f', '--find-links'],
  cwd: ['--directory'],
};

const PIPX: Runner = {
  ecosystem: 'python',
  packages: ['--spec'],
  extras: ['--with'],
  withValue: ['--python', '--pip-args', '--fetch-python', '--backend'],
  sources: ['-i', '--index-url'],
};

const GO: Runner = {
  ecosystem: 'go',
  packages: [],
  withValue: ['-C', '-mod', '-modfile', '-tags', '-exec', '-ldflags', '-gcflags', '-o'],
};
const NIX: Runner = {
  ecosystem: 'nix',
  packages: [],
  withValue: ['--option', '--override-input', '--profile', '-c', '--command'],
};

const UV_RUN: Runner = {
  ...UV,
  operandIsLocal: true,
  packages: [],
  extras: [...(UV.extras ?? [])],
  withValue: [...UV.withValue, '-m', '--module', '-s', '--script'],
};

/** [program, subcommand path, runner]; the longest that fits wins. */
export const RUNNERS: readonly (readonly [string, readonly string[], Runner])[] = [
  ['npx', [], NPM],
  ['npm', ['exec'], NPM],
  ['npm', ['x'], NPM],
  ['pnpx', [], NPM],
  ['pnpm', ['dlx'], NPM],
  ['yarn', ['dlx'], NPM],
  ['bunx', [], { ...NPM, code: [] }],
  ['bun', ['x'], { ...NPM, code: [] }],
  ['uvx', [], UV],
  ['uv', ['tool', 'run'], UV],
  ['uv', ['x'], UV],
  ['uv', ['run'], UV_RUN],
  ['pipx', ['run'], PIPX],
  ['go', ['run'], GO],
  ['nix', ['run'], NIX],
  ['nix', ['shell'], NIX],
];
