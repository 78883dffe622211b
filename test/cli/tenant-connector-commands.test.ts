import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { ConnectorView, ConsentRequest } from '../../preload/contract/index.ts';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { viewText } from '../../main/cli/commands/connector-text.ts';
import { addAcceptCommand, addTenantServerCommand } from '../../main/cli/commands/tenant-connectors.ts';

const HOST = 'https://acme.example';
const ID = '1b4e28ba-2fa1-41d2-883f-0016d3cca427';
const request: ConsentRequest = {
  connector: 'acme-files',
  hash: 'a'.repeat(64),
  target: {
    kind: 'tenant',
    host: HOST,
    server: ID,
    title: 'Acme Files',
    version: 3,
    runs: {
      kind: 'program',
      argv: ['npx', 'x'],
      path: '/bin/npx',
      realPath: '/bin/npx',
      env: ['API_TOKEN=***'],
      secrets: [],
    },
    application: null,
  },
  risks: [],
  default: 'allow',
};
const here: ConnectorView = {
  name: 'mine',
  target: { kind: 'tenant', host: HOST, server: ID, title: 'Acme Files' },
  default: 'ask',
  enabled: true,
  state: 'ready',
  sessions: 0,
  createdAt: '2026-11-21T08:00:00.000Z',
};

async function tell(line: string, answers: Record<string, unknown>, typed?: string) {
  const calls: string[] = [];
  let out = '';
  const call =
    (mark: string) =>
    async (name: string, input: unknown): Promise<unknown> => {
      calls.push(`${name}${mark} ${JSON.stringify(input)}`);
      if (!(name in answers)) throw new Error(`${name} must not be called`);
      return answers[name];
    };
  const io = {
    call: call(''),
    callConfirmed: call('!'),
    out: (text: string) => void (out += text),
    err: () => undefined,
    tty: typed !== undefined,
    ask: () => Promise.resolve(typed),
  } as unknown as CommandIo;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addAcceptCommand(program.command('connectors'), io);
  addTenantServerCommand(program.command('tenant'), io);
  const error = await program.parseAsync(line.split(' '), { from: 'user' }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { out, calls, error };
}

const answers = { 'tenant.preview': request, 'connectors.list': [], 'tenant.accept': { ...here, name: 'acme-files' } };

describe('runlayer connectors accept', () => {
  it('shows the whole of it, asks, and leaves decisions to the tenant', async () => {
    const { out, calls } = await tell(`connectors accept ${ID.toUpperCase()} --host acme.example`, answers, 'y');
    expect(out).toContain('API_TOKEN=***');
    expect(out).toContain('  default   allow: left to the tenant; rules here can only tighten\n');
    expect(out).toContain(`${HOST} ("Acme Files", version 3)`);
    expect(out).toContain('Accepted as "acme-files".');
    expect(calls).toEqual([
      `tenant.preview {"target":"${ID}","host":"${HOST}","default":"allow"}`,
      'connectors.list {}',
      `tenant.accept! {"target":"${ID}","host":"${HOST}","default":"allow","consentHash":"${'a'.repeat(64)}"}`,
    ]);
  });

  it('keeps the default of one that is here already, unless another is named', async () => {
    const again = { ...answers, 'connectors.list': [{ ...here, target: { ...here.target, server: 'other' } }, here] };
    const { out, calls } = await tell(`connectors accept ${ID} -y`, again);
    expect(out).toContain('ask: every call that no rule names waits for you');
    expect(calls.at(-1)).toContain('"default":"ask"');
    expect((await tell(`connectors accept acme --default deny -y`, again)).calls.at(-1)).toContain('"default":"deny"');
  });

  it('stores nothing without a yes', async () => {
    expect((await tell(`connectors accept ${ID}`, answers, 'n')).error).toMatchObject({ code: 'E_DECLINED' });
    expect((await tell(`connectors accept ${ID}`, answers)).error).toMatchObject({ code: 'E_CONFIRMATION' });
  });

  it.each([
    ['connectors accept a/b -y', 'E_INPUT'],
    ['connectors accept x --name ../x -y', 'E_INPUT'],
    ['connectors accept x --host https://acme.example/path -y', 'E_TENANT_HOST'],
  ])('%s asks nothing', async (line, code) => {
    const { calls, error } = await tell(line, answers);
    expect(error).toMatchObject({ code });
    expect(calls).toEqual([]);
  });
});

describe('runlayer tenant servers', () => {
  it('lists what is offered, and prints one document with --json', async () => {
    const rows = [
      { id: ID, name: 'Acme\u202e', description: '', status: 'active', deploymentMode: 'local', connector: 'mine' },
    ];
    const { out, calls } = await tell('tenant servers', { 'tenant.servers': rows });
    expect(out).toContain(String.raw`Acme\u{202e}`);
    expect(out).toContain(ID);
    expect(calls).toEqual(['tenant.servers {}']);
    const asJson = await tell(`tenant servers --host ${HOST} --json`, { 'tenant.servers': rows });
    expect(JSON.parse(asJson.out)).toEqual(rows);
    expect(asJson.calls).toEqual([`tenant.servers {"host":"${HOST}"}`]);
    expect((await tell('tenant servers', { 'tenant.servers': [] })).out).toBe(
      'This tenant offers you no connectors yet.\n',
    );
  });
});

it.each([
  ['allow', 'left to the tenant; rules here can only tighten'],
  ['ask', 'every call that no rule names waits for you'],
] as const)('the view of one whose default is %s says what that means', (mode, text) => {
  expect(viewText({ ...here, default: mode })).toContain(`  default   ${mode}: ${text}\n`);
});

it('the view of a connector of this machine promises no tenant', () => {
  const target: ConnectorView['target'] = { kind: 'program', argv: ['npx'], envNames: [], secrets: {} };
  expect(viewText({ ...here, default: 'allow', target })).toContain('allow: every tool that no rule names');
});
