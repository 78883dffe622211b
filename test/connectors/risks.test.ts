import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assessRisks } from '../../main/connectors/risks.ts';
import { Risk, type ProgramDefinition } from '../../preload/contract/connector.ts';

type Code = Risk['code'];
interface Extra {
  env?: Record<string, string>;
  cwd?: string;
  realPath?: string;
  writableByOthers?: boolean;
}

function definition(argv: readonly string[], extra: Extra = {}): ProgramDefinition {
  const [command = '', ...args] = argv;
  return {
    command,
    args,
    env: extra.env ?? {},
    secrets: {},
    ...(extra.cwd === undefined ? {} : { cwd: extra.cwd }),
  };
}

function assess(argv: readonly string[], extra: Extra = {}): Risk[] {
  return assessRisks(definition(argv, extra), {
    realPath: extra.realPath ?? (argv[0] ?? '').replace(/^(?!\/)/, '/usr/bin/'),
    writableByOthers: extra.writableByOthers ?? false,
  });
}

/** Words are split at spaces, so that a row reads like a command line; an array is taken as it is. */
const risky: readonly (readonly [string | readonly string[], readonly Code[], Extra?])[] = [
  // elevated
  ['sudo /opt/server', ['elevated']],
  ['/usr/bin/sudo -u admin -E /opt/server', ['elevated']],
  ['sudo -u admin node -e x', ['elevated', 'inline_code']],
  ['sudo FOO=1 npx thing', ['elevated', 'unpinned_package']],
  ['doas -u root server', ['elevated']],
  ['pkexec --user root server', ['elevated']],
  [
    ['su', '-', 'root', '-c', 'server --x'],
    ['elevated', 'inline_code'],
  ],
  ['env A=1 sudo server', ['elevated']],
  ['my-server', ['elevated'], { realPath: '/usr/bin/sudo' }],
  // inline code
  [['sh', '-c', 'server'], ['inline_code']],
  [['bash', '-lc', 'server'], ['inline_code']],
  [['bash', '-ec', 'server'], ['inline_code']],
  [['bash', '-o', 'pipefail', '-c', 'server'], ['inline_code']],
  [['bash', '--norc', '-c', 'server'], ['inline_code']],
  [['/bin/zsh', '-ilc', 'server'], ['inline_code']],
  [['fish', '--command=server'], ['inline_code']],
  [
    ['bash', '-c', 'sudo server'],
    ['inline_code', 'elevated'],
  ],
  [
    ['bash', '-lc', 'cd /x && exec npx -y thing@latest'],
    ['inline_code', 'unpinned_package'],
  ],
  [
    ['sh', '-c', "sh -c 'npx thing'"],
    ['inline_code', 'inline_code', 'unpinned_package'],
  ],
  [['node', '-e', 'x()'], ['inline_code']],
  [['node', '--eval', 'x()'], ['inline_code']],
  [['node', '--eval=x()'], ['inline_code']],
  [['node', '-p', 'x()'], ['inline_code']],
  [['node', '-pe', 'x()'], ['inline_code']],
  [['node', '--print=x()'], ['inline_code']],
  [['node', '--import', 'data:text/javascript,x()', '/s.js'], ['inline_code']],
  [['bun', '-e', 'x()'], ['inline_code']],
  [['deno', 'eval', 'x()'], ['inline_code']],
  [['python', '-c', 'x()'], ['inline_code']],
  [['python3.12', '-Ic', 'x()'], ['inline_code']],
  [['python3', '-cx()'], ['inline_code']],
  [['python3', '-W', 'ignore', '-c', 'x()'], ['inline_code']],
  [['perl', '-e', 'x()'], ['inline_code']],
  [['perl', '-lane', 'x()'], ['inline_code']],
  [['perl', '-i', '-pe', 'x()', '/f'], ['inline_code']],
  [['perl', '-Mstrict', '-we', 'x()'], ['inline_code']],
  [['ruby', '-rjson', '-e', 'x()'], ['inline_code']],
  [['php', '-r', 'x();'], ['inline_code']],
  [['powershell', '-NoProfile', '-Command', 'Get-X'], ['inline_code']],
  [['powershell.exe', '-ExecutionPolicy', 'Bypass', '-enc', 'AAAA'], ['inline_code']],
  [['pwsh', '-c', 'Get-X'], ['inline_code']],
  [['powershell', 'Get-X'], ['inline_code']],
  [
    ['cmd', '/c', 'npx', '-y', 'thing'],
    ['inline_code', 'unpinned_package'],
  ],
  [['C:\\Windows\\System32\\cmd.exe', '/d', '/s', '/c', 'thing.bat'], ['inline_code']],
  [['npx', '-c', 'thing'], ['inline_code']],
  [['env', 'A=1', 'sh', '-c', 'x'], ['inline_code']],
  [['env', '-u', 'A', '-S', 'node -e x'], ['inline_code']],
  [['nohup', 'nice', '-n', '5', 'timeout', '-k', '1', '10', 'bash', '-c', 'x'], ['inline_code']],
  [['xargs', '-I', '{}', 'sh', '-c', 'x'], ['inline_code']],
  [['busybox', 'sh', '-c', 'x'], ['inline_code']],
  [['uv', 'run', 'python', '-c', 'x()'], ['inline_code']],
  [['docker', 'run', '--rm', '-i', 'alpine', 'sh', '-c', 'x'], ['inline_code']],
  ['server', ['inline_code'], { env: { LD_PRELOAD: '/x.so' } }],
  ['node /s.js', ['inline_code'], { env: { NODE_OPTIONS: '--max-old-space-size=99 --require /x.js' } }],
  // shells
  ['bash', ['shell']],
  ['bash /opt/start.sh', ['shell']],
  ['sh -x /opt/start.sh -c nothing', ['shell']],
  ['bash ./start.sh', ['shell', 'relative_path']],
  ['powershell -File C:\\x\\start.ps1', ['shell']],
  ['my-server', ['shell'], { realPath: '/bin/bash' }],
  // unpinned packages
  ['npx thing', ['unpinned_package']],
  ['npx -y thing@latest', ['unpinned_package']],
  ['npx -y @scope/thing', ['unpinned_package']],
  ['npx -y @scope/thing@^1.2.3', ['unpinned_package']],
  ['npx thing@1', ['unpinned_package']],
  ['npx thing@1.2.x', ['unpinned_package']],
  ['npx --yes --package=thing@next thing-bin', ['unpinned_package']],
  ['npx -p a@1.2.3 -p b thing', ['unpinned_package']],
  ['npx alias@npm:thing@latest', ['unpinned_package']],
  ['npm exec --yes -- thing', ['unpinned_package']],
  ['npm --prefix /x exec thing', ['unpinned_package']],
  ['npm x thing@beta', ['unpinned_package']],
  ['pnpm dlx thing', ['unpinned_package']],
  ['pnpm --package=thing dlx bin', ['unpinned_package']],
  ['yarn dlx -p thing bin', ['unpinned_package']],
  ['bunx thing', ['unpinned_package']],
  ['bun x thing@latest', ['unpinned_package']],
  ['uvx thing', ['unpinned_package']],
  ['uvx thing@latest', ['unpinned_package']],
  ['uvx thing>=1.0', ['unpinned_package']],
  ['uvx thing==1.*', ['unpinned_package']],
  ['uvx --from thing>=1 bin', ['unpinned_package']],
  ['uvx --with extra thing==1.0.0', ['unpinned_package']],
  ['uv tool run thing', ['unpinned_package']],
  ['uv run --with extra /opt/s.py', ['unpinned_package']],
  ['pipx run thing', ['unpinned_package']],
  ['pipx run --spec thing>1 bin', ['unpinned_package']],
  ['deno run -A npm:thing', ['unpinned_package']],
  ['go run github.com/x/y@latest', ['unpinned_package']],
  ['node /usr/lib/node_modules/npm/bin/npx-cli.js -y thing', ['unpinned_package']],
  ['C:\\nodejs\\npx.cmd -y thing', ['unpinned_package']],
  ['cross-env A=1 npx thing', ['unpinned_package']],
  // remote sources
  ['uvx --from git+https://github.com/x/y bin', ['remote_source']],
  ['uvx --from git+https://github.com/x/y@0123456789012345678901234567890123456789 bin', ['remote_source']],
  [['uvx', '--from', 'thing @ git+https://github.com/x/y', 'bin'], ['remote_source']],
  ['npx github:x/y', ['remote_source']],
  ['npx x/y', ['remote_source']],
  ['npx -y https://example.com/x.tgz', ['remote_source']],
  ['npx git+ssh://git@example.com/x.git', ['remote_source']],
  ['npx --registry https://npm.example.com thing@1.2.3', ['remote_source']],
  ['uvx --index-url https://pypi.example.com thing==1.2.3', ['remote_source']],
  ['pipx run https://example.com/x.py', ['remote_source']],
  ['uv run https://example.com/x.py', ['remote_source']],
  ['deno run -A https://example.com/x.ts', ['remote_source']],
  ['nix run github:x/y', ['remote_source']],
  ['docker -H tcp://10.0.0.1:2375 run thing', ['remote_source']],
  // containers
  ['docker run -v /:/host thing', ['container_mount']],
  ['docker run -itv /:/host thing', ['container_mount']],
  ['docker run -v/:/host thing', ['container_mount']],
  ['docker run --volume=/home/me:/h thing', ['container_mount']],
  ['docker run -v ~:/h thing', ['container_mount']],
  ['docker run -v $HOME:/h thing', ['container_mount']],
  ['docker run -v /home/me/../../:/h thing', ['container_mount']],
  ['docker run -v /var/run/docker.sock:/var/run/docker.sock thing', ['container_mount']],
  ['podman run -v /run/user/1000/podman/podman.sock:/s thing', ['container_mount']],
  ['docker run -v /home/me/.ssh:/s:ro thing', ['container_mount']],
  ['docker run -v C:\\Users\\me:/h thing', ['container_mount']],
  ['docker run --mount type=bind,src=/,dst=/host thing', ['container_mount']],
  ['nerdctl container run --mount type=bind,source=/root,target=/r thing', ['container_mount']],
  ['docker run --privileged thing', ['container_privileged']],
  ['docker run --network host thing', ['container_privileged']],
  ['docker run --net=host thing', ['container_privileged']],
  ['docker run --pid host thing', ['container_privileged']],
  ['docker run --cap-add=SYS_ADMIN thing', ['container_privileged']],
  ['docker run --security-opt seccomp=unconfined thing', ['container_privileged']],
  ['sudo docker run --privileged -v /:/h thing', ['elevated', 'container_privileged', 'container_mount']],
  // relative paths
  ['./server', ['relative_path']],
  ['bin/server', ['relative_path']],
  ['..\\server.exe', ['relative_path']],
  ['~/server', ['relative_path']],
  ['node server.js', ['relative_path']],
  ['node --env-file /x/.env dist/index.js', ['relative_path']],
  ['node -r ./hook.js /opt/s.js', ['relative_path']],
  ['python3 src/main.py', ['relative_path']],
  ['uv run server.py', ['relative_path']],
  ['npx -y tsx@4.19.0 src/index.ts', ['relative_path']],
  ['npx ./thing', ['relative_path']],
  ['go run ./cmd/server', ['relative_path']],
  ['env A=1 ./server', ['relative_path']],
  ['server', ['relative_path'], { cwd: 'sub/dir' }],
  // secrets
  ['server', ['secret_literal'], { env: { GITHUB_TOKEN: `ghp_${'a1B2'.repeat(9)}` } }],
  ['server', ['secret_literal'], { env: { ANYTHING: `sk-ant-${'a1B2'.repeat(9)}` } }],
  ['server', ['secret_literal'], { env: { API_KEY: 'q8Zr02Lm4x' } }],
  ['server', ['secret_literal'], { env: { DATABASE_URL: 'postgres://me:hunter22@db/x' } }],
  ['server --api-key q8Zr02Lm4x', ['secret_literal']],
  ['server --api-key=q8Zr02Lm4x', ['secret_literal']],
  [`server AKIA${'ABCD1234'.repeat(2)}`, ['secret_literal']],
  ['docker run -e GITHUB_TOKEN=q8Zr02Lm4x thing', ['secret_literal']],
  [['server', '--header', 'Authorization: Bearer q8Zr02Lm4xYYYY'], ['secret_literal']],
  ['server https://me:hunter22@example.com/', ['secret_literal']],
  // others
  ['/opt/server', ['writable_by_others'], { writableByOthers: true }],
];

const benign: readonly (readonly [string | readonly string[], Extra?])[] = [
  ['/opt/server'],
  ['server --verbose'],
  ['npx -y thing@1.2.3'],
  ['npx -y @scope/thing@1.2.3-beta.1'],
  ['npx --package=thing@1.2.3 thing-bin -c /x'],
  ['npx alias@npm:thing@1.2.3'],
  ['npx -y mcp-remote@0.1.29 https://example.com/mcp'],
  ['npx -y @modelcontextprotocol/server-filesystem@2026.8.31 /home/me/project'],
  ['npx --no-install thing'],
  ['npm exec --yes -- thing@1.2.3 --eval'],
  ['pnpm dlx thing@1.2.3'],
  ['bunx thing@1.2.3'],
  ['uvx thing@1.2.3'],
  ['uvx thing[extra]==1.2.3 --from /x'],
  ['uvx --from thing==1.2 bin'],
  ['uvx --python 3.12 thing==1.2rc1'],
  ['uv --directory /opt/s run server.py'],
  ['uv run --directory /opt/s python server.py'],
  ['pipx run thing==1.2.3'],
  ['go run github.com/x/y@v1.2.3'],
  ['deno run -A npm:@scope/thing@1.2.3'],
  ['node /opt/s/server.js'],
  ['node /opt/s/server.js -e production --eval x'],
  ['node --max-old-space-size=512 /opt/s.js'],
  ['node server.js', { cwd: '/opt/s' }],
  ['python -m thing'],
  ['python3 -u -m thing -c /etc/thing.conf'],
  ['python3 /opt/s.py -c config'],
  ['perl /opt/s.pl -e x'],
  ['java -jar /opt/s.jar'],
  ['dotnet /opt/s.dll'],
  ['docker run -i --rm thing'],
  ['docker run -i --rm -e GITHUB_TOKEN thing'],
  ['docker run -i --rm -v /home/me/project:/data thing'],
  ['docker run --rm -v data:/data --network bridge thing --privileged -v /:/x'],
  ['docker run --privileged=false thing'],
  ['docker run --mount type=bind,src=/home/me/project,dst=/p thing'],
  ['server', { env: { GITHUB_TOKEN: '${GITHUB_TOKEN}', API_KEY: '<your key>', TOKEN: 'keychain:github' } }],
  ['server', { env: { TOKEN_FILE: '/run/secrets/x', API_KEY_PATH: '/x/y', AUTH: 'oauth2', MAX_TOKENS: '4096' } }],
  ['server', { env: { NODE_OPTIONS: '--max-old-space-size=4096', LOG_LEVEL: 'debug', PORT: '8080' } }],
  ['server', { env: { DATABASE_URL: 'postgres://db.example.com/x', KEYBOARD: 'qwertz-layout-1' } }],
  ['server --token-file /x --key /etc/ssl/x.pem --max-tokens 40960000'],
  ['timeout 10 nice -n 5 server'],
  ['env -i A=1 /opt/server'],
  ['C:\\tools\\server.exe --x'],
];

const words = (argv: string | readonly string[]): readonly string[] =>
  typeof argv === 'string' ? argv.split(' ') : argv;

describe('assessRisks', () => {
  it.each(risky.map(([argv, codes, extra]) => ({ argv, codes, extra })))('$argv → $codes', ({ argv, codes, extra }) => {
    const found = assess(words(argv), extra);
    expect(found.map(({ code }) => code).toSorted()).toEqual(codes.toSorted());
    for (const risk of found) {
      expect(Risk.safeParse(risk).success).toBe(true);
      expect(risk.evidence).not.toBe('');
      expect(risk.text).toMatch(/^[A-Z].{20,}\.$/);
    }
  });

  it.each(benign.map(([argv, extra]) => ({ argv, extra })))('$argv → nothing', ({ argv, extra }) => {
    expect(assess(words(argv), extra)).toEqual([]);
  });

  it('covers at least 60 rows of each sort together', () => {
    expect(risky.length).toBeGreaterThan(60);
    expect(benign.length).toBeGreaterThan(30);
  });

  it('never shows the value of a secret', () => {
    const value = 'q8Zr02Lm4xQ8zR02lM4X';
    const found = [
      ...assess(['server', `--api-key=${value}`], { env: { API_KEY: value, URL: `https://u:${value}@h/` } }),
      ...assess(['server', '--api-key', value]),
      ...assess(['server', `ghp_${value}${value}`]),
      ...assess(['server', '-H', `Authorization: Bearer ${value}`]),
    ];
    expect(found.length).toBeGreaterThanOrEqual(6);
    expect(JSON.stringify(found)).not.toContain(value);
  });

  it('escapes evidence, and cuts it when it is huge', () => {
    const [risk] = assess(['sh', '-c', `\u001b[2J\u202e${'x'.repeat(30_000)}`]);
    expect(risk?.evidence).toContain(String.raw`\u{1b}[2J\u{202e}`);
    expect(risk?.evidence.length).toBeLessThan(500);
  });

  it('names each finding once', () => {
    expect(assess(['npx', '-p', 'a', '-p', 'a', 'bin'])).toHaveLength(1);
  });

  it('answers for a wall of wrappers, without ever running away', () => {
    expect(assess(Array.from({ length: 250 }, () => 'nohup')).map(({ code }) => code)).toEqual(['inline_code']);
  });

  it('stays fast on hostile arguments', () => {
    const hostile = ['"\\', "'", '@npm:', 'rc', '-', '=', ':', '/', '@', '[', '${', 'a-', 'a_', '(', 'x=', '\\'];
    const commands = [
      'sh -c',
      'npx',
      'uvx',
      'docker run -v',
      'docker run --mount',
      'node',
      'server',
      'env -S',
      'powershell',
    ];
    const started = performance.now();
    for (const text of hostile) {
      for (const command of commands) {
        const long = text.repeat(Math.floor(32_000 / text.length));
        assess([...command.split(' '), long], { env: { API_KEY: long, NODE_OPTIONS: long } });
        assess([...command.split(' '), `a==1${long}`], { env: { API_KEY: `https://${long}` } });
      }
    }
    // 288 assessments; a quadratic expression alone takes seconds for one of them.
    expect(performance.now() - started).toBeLessThan(3000);
  });

  it('never throws', () => {
    const argument = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        '-c',
        '-e',
        '--',
        '-',
        '--from',
        '-p',
        'run',
        'npx',
        'sudo',
        'env',
        'sh',
        '-v',
        '--mount',
        '=',
        '__proto__',
        'constructor',
      ),
    );
    fc.assert(
      fc.property(fc.array(argument, { minLength: 1, maxLength: 12 }), (argv) => {
        for (const risk of assess(argv)) expect(Risk.safeParse(risk).success).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it('adding sudo in front adds exactly that', () => {
    for (const [argv, extra] of benign) {
      const found = assess(['sudo', ...words(argv)], extra).map(({ code }) => code);
      expect(found).toEqual(['elevated']);
    }
  });
});
