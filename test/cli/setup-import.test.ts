import { describe, expect, it } from 'vitest';
import type { BringInPreview, FoundServer } from '../../preload/contract/index.ts';
import { tell } from './fake-io.ts';

const github: FoundServer = {
  client: 'cursor',
  entry: 'GitHub Server',
  target: {
    kind: 'program',
    argv: ['npx', 'github'],
    env: [
      { name: 'GITHUB_TOKEN', looksSecret: true },
      { name: 'LOG', looksSecret: false },
    ],
  },
  risks: [],
  suggestedName: 'github-server',
};
const found: FoundServer[] = [
  github,
  { ...github, entry: 'remote', target: { kind: 'http', url: 'https://a.example/', headers: [] } },
  {
    ...github,
    entry: 'odd\u202e',
    target: { kind: 'unusable', problem: 'It cannot be brought in: it is odd.', next: 'Mend it.' },
  },
  { ...github, client: 'claude_desktop', entry: 'elsewhere' },
];
const change = {
  client: 'cursor',
  path: '/c',
  action: 'changed',
  diff: '--- /c\n+++ /c\n-old\n+new\n',
  dryRun: true,
  notes: ['Restart Cursor.'],
  bringsBack: [],
} as const;
const preview: BringInPreview = {
  consent: {
    connector: 'github-server',
    hash: 'h1',
    target: {
      kind: 'program',
      argv: ['npx', 'github'],
      path: '/bin/npx',
      realPath: '/bin/npx',
      env: ['LOG=…'],
      secrets: [],
    },
    risks: [],
    default: 'read-only',
  },
  change: { ...change, notes: [...change.notes], bringsBack: [] },
  secrets: [{ from: 'GITHUB_TOKEN', secret: 'github-server-GITHUB_TOKEN' }],
  notes: ['A copy stays.'],
};
const done = { connector: { name: 'github-server' }, change: { ...change, dryRun: false }, secrets: [] };
const answers = { 'clients.found': found, 'clients.bringInPreview': preview, 'clients.bringIn': done };

describe('setup import', () => {
  it('lists what a client starts without the companion', async () => {
    expect((await tell('setup import cursor', { answers })).out).toBe(`NAME           COMMAND OR ADDRESS
GitHub Server  npx github
remote         https://a.example/
odd\\u{202e}    (It cannot be brought in: it is odd.)

Bring one in:
  runlayer setup import cursor <name>
`);
    expect((await tell('setup import cursor', { answers: { 'clients.found': [] } })).out).toBe(
      'It starts nothing without the companion.\n',
    );
  });

  it('shows everything, asks, and moves what looks like a secret', async () => {
    const told = await tell(['setup', 'import', 'cursor', 'GitHub Server', '-y'], { answers });
    expect(told.calls).toEqual([
      'clients.found {}',
      'clients.bringInPreview {"client":"cursor","entry":"GitHub Server","name":"github-server","default":"read-only","moveSecrets":["GITHUB_TOKEN"]}',
      'clients.bringIn! {"client":"cursor","entry":"GitHub Server","name":"github-server","default":"read-only","moveSecrets":["GITHUB_TOKEN"],"consentHash":"h1"}',
    ]);
    expect(told.out).toBe(`Connector "github-server" will run, whenever a client asks for it:

  npx
    github

  program   /bin/npx
  env       LOG=…
  default   read-only: tools that the server itself calls read-only are allowed
            (its own claim, not checked); the rest asks

The value of GITHUB_TOKEN moves to the keychain, as "github-server-GITHUB_TOKEN".

--- /c
+++ /c
-old
+new
A copy stays.
"github-server" is a connector now, and cursor starts it through the companion.
Restart Cursor.
`);
  });

  it('does nothing without a yes', async () => {
    const told = await tell(['setup', 'import', 'cursor', 'GitHub Server', '--keep-secrets', '--name', 'gh'], {
      answers,
    });
    expect(told.calls.at(-1)).toContain('"name":"gh","default":"read-only","moveSecrets":[]');
    expect(told.calls.join('\n')).not.toContain('clients.bringIn!');
    expect(told.failure).toMatchObject({ code: 'E_CONFIRMATION' });
    const dry = await tell(['setup', 'import', 'cursor', 'GitHub Server', '--dry-run'], { answers });
    expect(dry.out).toMatch(/Nothing was written \(--dry-run\)\.\n$/);
  });

  it.each([
    [['setup', 'import', 'cursor', 'elsewhere'], 'is not started without the companion'],
    [['setup', 'import', 'zed'], 'cannot write the configuration of zed'],
  ])('%j', async (words, problem) => {
    expect((await tell(words, { answers })).failure?.message).toContain(problem);
  });
});
