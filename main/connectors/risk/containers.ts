import { programName, readOptions, type Finding, type ReadOption } from './arguments.ts';

/** docker, podman and nerdctl: what a container is given of this computer. */

const ENGINES = new Set(['docker', 'podman', 'nerdctl', 'finch']);

/** Options of `run` without a value; every other one takes one. */
const FLAGS = new Set([
  '-d', '--detach', '-i', '--interactive', '-t', '--tty', '-P', '--publish-all', '-q', '--quiet', '--rm', '--rmi', '--init',
  '--privileged', '--read-only', '--no-healthcheck', '--sig-proxy', '--oom-kill-disable', '--disable-content-trust',
  '--replace', '--tls-verify', '--no-hosts', '--no-hostname', '--env-host', '--http-proxy', '--help', '--use-api-socket',
]); // prettier-ignore

const GLOBAL_VALUES = new Set([
  '-H',
  '--host',
  '-c',
  '--context',
  '--config',
  '-l',
  '--log-level',
  '--tlscacert',
  '--tlscert',
  '--tlskey',
  '--connection',
  '--url',
  '--root',
  '--namespace',
  '-n',
  '--address',
  '-a',
]);

const RUN_VALUES: ReadonlySet<string> = new Set(['-v', '-e', '-p', '-u', '-w', '-h', '-l', '-m', '-a', '-c']);

const HOST_NAMESPACES = new Set(['--network', '--net', '--pid', '--ipc', '--uts', '--userns', '--cgroupns']);

const SENSITIVE = [
  /^\/$/,
  /^(?:~|\$HOME|\$\{HOME\}|%USERPROFILE%|\$env:USERPROFILE)$/i,
  /^\/(?:home|Users|root|var\/home|mnt\/[a-z])(?:\/[^/]+)?$/i,
  /^[A-Za-z]:(?:\/(?:Users(?:\/[^/]+)?)?)?$/i,
  /^\/(?:etc|proc|sys|dev|boot|usr|var|run|var\/run|var\/lib|lib|opt|private|System|Library)$/,
  /(?:^|\/)(?:docker|podman|containerd|crio|buildkitd|com\.docker\.docker|libvirt-sock|dbus\/system_bus)[\w.-]*\.?(?:sock|socket)$/i,
  /(?:^|\/)\/?(?:pipe\/)?docker_engine$/i,
  /(?:^|\/)\.(?:ssh|aws|gnupg|kube|docker|config|azure|gcloud|netrc|npmrc|password-store|runlayer|mozilla)(?:\/|$)/,
  /(?:^|\/)(?:\.config\/gcloud|Library\/Keychains|\.local\/share\/keyrings)(?:\/|$)/,
];

export function isContainerEngine(name: string): boolean {
  return ENGINES.has(name);
}

export interface ContainerReading {
  readonly findings: readonly Finding[];
  /** What runs inside the container, behind the image. */
  readonly inner: readonly string[];
}

/** Undefined when it is not `docker run` (or create, exec) of one of the engines. */
export function readContainer(argv: readonly string[]): ContainerReading | undefined {
  if (!ENGINES.has(programName(argv[0] ?? ''))) return undefined;
  const global = readOptions(argv.slice(1), { withValue: GLOBAL_VALUES, clusters: true });
  const words = global.rest[0] === 'container' ? global.rest.slice(1) : global.rest;
  const findings: Finding[] = global.options.flatMap(elsewhere);
  if (!['run', 'create', 'exec'].includes(words[0] ?? '')) return { findings, inner: [] };

  const args = words.slice(1);
  const longs = args.filter((argument) => /^--[^=]+$/.test(argument) && !FLAGS.has(argument));
  const read = readOptions(args, { withValue: new Set([...RUN_VALUES, ...longs]), clusters: true });
  for (const option of read.options) findings.push(...privileged(option), ...mounted(option));
  return { findings, inner: read.rest.slice(1) };
}

function elsewhere(option: ReadOption): Finding[] {
  const isRemoteHost =
    ['-H', '--host', '--url'].includes(option.name) && /^(?:tcp|ssh|https?):/i.test(option.value ?? '');
  if (!isRemoteHost) return [];
  return [
    {
      code: 'remote_source',
      evidence: option.evidence,
      text: 'The container runs on another computer, and what it is given (secrets too) goes there.',
    },
  ];
}

function privileged({ name, value, evidence }: ReadOption): Finding[] {
  const lower = value?.toLowerCase();
  const finding = (text: string): Finding[] => [{ code: 'container_privileged', evidence, text }];
  if (name === '--privileged' && lower !== 'false') {
    return finding('A privileged container can do everything that the administrator of this computer can.');
  }
  if (HOST_NAMESPACES.has(name) && lower === 'host') {
    return finding(
      name.startsWith('--net')
        ? 'The container shares this computer’s network: it reaches every local service, also those meant for you alone.'
        : 'The container is not kept apart from the processes and users of this computer.',
    );
  }
  if (
    name === '--cap-add' &&
    /^(?:cap_)?(?:all|sys_admin|sys_ptrace|sys_module|sys_rawio|dac_read_search|dac_override|net_admin|bpf)$/.test(
      lower ?? '',
    )
  ) {
    return finding('The container gets a right of the administrator, with which it can leave its walls.');
  }
  if (name === '--security-opt' && /(?:unconfined|label[:=]disable)/.test(lower ?? '')) {
    return finding('A protection that keeps the container inside its walls is switched off.');
  }
  if (name === '--device') return finding('The container gets direct access to a device of this computer.');
  if (name === '--use-api-socket')
    return finding('The container may give orders to the container engine, which is as good as being administrator.');
  return [];
}

function mounted({ name, value = '', evidence }: ReadOption): Finding[] {
  const source =
    name === '-v' || name === '--volume' ? volumeSource(value) : name === '--mount' ? mountSource(value) : undefined;
  if (source === undefined || !SENSITIVE.some((pattern) => pattern.test(normalised(source)))) return [];
  return [
    {
      code: 'container_mount',
      evidence,
      text: /sock|docker_engine/i.test(source)
        ? 'The container may give orders to the container engine, which is as good as being administrator.'
        : 'The container gets a whole home, a system directory or a place where secrets are kept. Give it only the folder it needs.',
    },
  ];
}

/** `C:\x:/y` has a colon of its own. */
function volumeSource(value: string): string | undefined {
  const match = /^((?:[A-Za-z]:[/\\])?[^:]*):/.exec(value);
  return match?.[1];
}

function mountSource(value: string): string | undefined {
  return value
    .split(',')
    .map((part) => /^"?(?:source|src)=(.*?)"?$/i.exec(part.trim())?.[1])
    .find((source) => source !== undefined);
}

/** One spelling: forward slashes, no doubled ones, `.` and `..` worked out, none at the end. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  const isRooted = /^[/\\]/.test(path);
  return `${isRooted ? '/' : ''}${parts.join('/')}`;
}
