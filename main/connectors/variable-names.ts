/**
 * Which environment variables a client may not hand to a server. Three classes, because they are treated differently
 * (child-environment.ts): ours, those that load code or configuration into any program, and those that aim a program
 * (where it is found, what it downloads, whom it talks to and trusts). Each list says what its entries do.
 */

const starts = (prefixes: readonly string[]): RegExp => new RegExp(`^(?:${prefixes.join('|')})`);
const exactly = (names: readonly string[]): ReadonlySet<string> => new Set(names);

/** Settings of the companion and of Electron; RUNLAYER_* of a client must not reach a `runlayer` that a server starts. */
const OURS = starts(['RUNLAYER_', 'ELECTRON_']);

const LOADER_PREFIXES = starts([
  'LD_', // dynamic linker: LD_PRELOAD, LD_LIBRARY_PATH, LD_AUDIT
  'DYLD_', // the same on macOS
  '__XPC_DYLD_', // the same, handed on through launchd
  'BASH_FUNC_', // functions that bash defines at its start, also over the names of programs
  'COMPLUS_', // .NET runtime: profilers, collectors, JITs as libraries
  'CORECLR_',
  'COR_',
  'DOTNET_', // the same runtime by its new name, start-up hooks
  'ERL_', // Erlang/Elixir: ERL_FLAGS, ERL_AFLAGS -eval
  'LUA_', // LUA_INIT runs, LUA_PATH loads
]);

const LOADERS = exactly([
  // Node
  'NODE_OPTIONS',
  'NODE_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_COMPILE_CACHE', // compiled code that is run instead of the source
  // Python: module paths, a module or callable that is run, a per-user site directory, bytecode from elsewhere
  'PYTHONPATH',
  'PYTHONSTARTUP',
  'PYTHONHOME',
  'PYTHONUSERBASE',
  'PYTHONBREAKPOINT',
  'PYTHONEXECUTABLE',
  'PYTHONPYCACHEPREFIX',
  'PYTHONWARNINGS',
  'PYTHONINSPECT',
  // Perl, Ruby, PHP, R
  'PERL5OPT',
  'PERL5LIB',
  'PERL5DB',
  'PERLLIB',
  'RUBYOPT',
  'RUBYLIB',
  'PHPRC',
  'PHP_INI_SCAN_DIR',
  'R_PROFILE',
  'R_PROFILE_USER',
  // JVM
  'JAVA_TOOL_OPTIONS',
  '_JAVA_OPTIONS',
  'JDK_JAVA_OPTIONS',
  'CLASSPATH',
  'JAVA_OPTS', // start scripts hand these on
  'MAVEN_OPTS',
  'GRADLE_OPTS',
  // Shells: files read at start, options, commands run between commands
  'BASH_ENV',
  'ENV',
  'SHELLOPTS',
  'BASHOPTS',
  'PS4',
  'PROMPT_COMMAND',
  'ZDOTDIR',
  'FPATH',
  'IFS',
  // C library: what glibc itself takes from no caller of a setuid program (TMPDIR excepted: too many need it)
  'GCONV_PATH',
  'GETCONF_DIR',
  'GLIBC_TUNABLES',
  'HOSTALIASES',
  'LOCALDOMAIN',
  'LOCPATH',
  'MALLOC_TRACE',
  'NIS_PATH',
  'NLSPATH',
  'RESOLV_HOST_CONF',
  'RES_OPTIONS',
  'TZDIR',
  // TLS: libraries that OpenSSL loads, and a file that every session key is written to
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
  'SSLKEYLOGFILE',
  // Desktop libraries
  'GIO_EXTRA_MODULES',
  'GIO_MODULE_DIR',
  'GTK_MODULES',
  'GTK_PATH',
  'QT_PLUGIN_PATH',
  // PowerShell
  'PSMODULEPATH',
]);

const AIM_PREFIXES = starts([
  'NPM_CONFIG_', // registries, scripts' shell, user and global npmrc
  'PNPM_',
  'YARN_',
  'BUN_',
  'DENO_',
  'COREPACK_',
  'PIP_',
  'PIPX_',
  'UV_',
  'POETRY_',
  'CONDA_',
  'MAMBA_',
  'CARGO_',
  'RUSTUP_',
  'GEM_',
  'BUNDLE_',
  'BUNDLER_',
  'GIT_', // GIT_SSH_COMMAND and GIT_CONFIG_* run commands when `uvx --from git+…` fetches
  'NVM_', // version managers: which interpreter a shim starts
  'VOLTA_',
  'FNM_',
  'ASDF_',
  'MISE_',
  'PYENV_',
  'RBENV_',
  'NODENV_',
  'SDKMAN_',
  'DOCKER_', // DOCKER_HOST sends the container and its `-e SECRET` to another machine
  'CONTAINER_',
  'PODMAN_',
  'CONTAINERS_',
  'XDG_', // configuration and data directories
  'PG', // libpq: PGHOST, PGHOSTADDR, PGSERVICEFILE say who is sent PGPASSWORD
  'MYSQL_',
  'REDIS_',
  'ODBC',
  'AWS_ENDPOINT_URL', // and _S3, _STS, …
  'KRB5_',
  'GRPC_',
  'PUPPETEER_', // which browser is run, and from where
  'PLAYWRIGHT_',
  'CHROME_',
  'ESBUILD_',
]);

const AIMS = exactly([
  'PATH',
  'PATHEXT',
  'COMSPEC',
  'SYSTEMROOT',
  'WINDIR',
  'SHELL',
  'BROWSER',
  'EDITOR',
  'VISUAL',
  'PAGER',
  // Homes: ~/.npmrc, ~/.config/pip, ~/.gitconfig, ~/.netrc choose registries, helpers and credentials
  'HOME',
  'USER',
  'LOGNAME',
  'USERPROFILE',
  'USERNAME',
  'HOMEDRIVE',
  'HOMEPATH',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'CURL_HOME',
  'NETRC',
  'KUBECONFIG',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'CLOUDSDK_CONFIG',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'VIRTUAL_ENV',
  'GOPROXY',
  'GOFLAGS',
  'GOPATH',
  'GOROOT',
  'GONOSUMDB',
  'GOINSECURE',
  'JAVA_HOME',
  'NO_PROXY',
  // Whom TLS trusts
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'AWS_CA_BUNDLE',
  'NIX_SSL_CERT_FILE',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'PYTHONHTTPSVERIFY',
]);

/** `GITHUB_API_URL`, `OPENAI_BASE_URL`, `SLACK_HOST`, `HTTPS_PROXY`: where the server sends its secret. */
const AIM_SUFFIX =
  /(?:^|_)(?:URLS?|URI|BASE|ENDPOINTS?|HOSTS?|HOSTNAME|DOMAIN|ORIGIN|SERVERS?|GATEWAY|ADDR|ADDRESS|PORT|PROXY|REGISTRY|MIRROR|INDEX|DSN)$/;

/** Kept by name from the login shell for every connector: where a company's certificates and runtimes are. */
const FROM_LOGIN = exactly(['NODE_EXTRA_CA_CERTS', 'DOTNET_ROOT', 'DOTNET_ROOT_X64', 'DOTNET_ROOT_ARM64']);

export type VariableClass = 'ours' | 'loader' | 'aim' | 'plain';

/**
 * The class of a variable's name. Registry and proxy variables count in either case on every system, because their
 * readers do so (`npm_config_registry`, `https_proxy`); the others only where the system itself folds case.
 */
export function classOf(name: string, platform: NodeJS.Platform): VariableClass {
  const upper = name.toUpperCase();
  const own = platform === 'win32' ? upper : name;
  if (OURS.test(own)) return 'ours';
  // .NET reads COMPlus_ and DOTNET_ names in any case.
  if (LOADERS.has(own) || LOADER_PREFIXES.test(own) || own.startsWith('COMPlus_')) return 'loader';
  if (AIMS.has(own) || AIM_PREFIXES.test(upper) || AIM_SUFFIX.test(upper)) return 'aim';
  return 'plain';
}

export function isTakenFromLogin(name: string, platform: NodeJS.Platform): boolean {
  return FROM_LOGIN.has(platform === 'win32' ? name.toUpperCase() : name);
}
