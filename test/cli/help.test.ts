import { describe, expect, it } from 'vitest';
import type { CommandIo } from '../../main/cli/command-io.ts';
import { NO_LOCAL_ACTIONS } from '../../main/cli/local/actions.ts';
import { createProgram } from '../../main/cli/program.ts';
import { every } from './every-command.ts';
import { tell } from './fake-io.ts';

/** What a newcomer sees first. Changed on purpose only, and together with the README. */
const TOP = `Usage: runlayer [options] [command]

Stands between AI clients and the MCP servers on this machine: secrets,
decisions, an audit trail.

Options:
  -V, --version    print the version
  -h, --help       show this help

Commands:
  run <connector>  what an AI client starts: speaks MCP on stdin and stdout for
                   one connector
  connectors       MCP servers that the companion can run or reach
  policy           rules about tools; deny wins over ask, ask over allow
  guard            what is looked for in texts, and what is done about it
  pins             what servers offer, against what was agreed to; what changed
                   is held back
  secrets          values that servers get from the keychain; they go in and
                   never come out
  hub              one local address for every server, with a token for each use
  login            sign in to a Runlayer tenant; prints a link and a code, and
                   waits
  logout           forget the key of a tenant; its connectors are refused from
                   then on
  tenant           Runlayer tenants that you are signed in to
  identity         who a tenant says is calling a server
  approvals        calls that wait for your yes or no
  lockdown         stop every call of every client, at once
  app              the tray app: start at login, notifications, newer versions
  setup            write AI clients' configuration
  logs             what was called, what was blocked and why
  status           is the companion running, and is all well; never starts one
  open             print a link that opens the interface in a browser, once,
                   within two minutes
  serve            run the companion here, without a window, until it is stopped
  stop             end the companion and every server it runs
  doctor           check every part of the chain and say what to do next
  audit            the audit trail
  about            versions, places, licences, and a text for a report
  help [command]   show the help of a command

Start with:
  runlayer connectors add files -- \\
    npx -y @modelcontextprotocol/server-filesystem@2026.8.31 ~/Documents
  runlayer setup install --client cursor --connector files

`;

const program = createProgram({ argv: [] } as unknown as CommandIo, '0', NO_LOCAL_ACTIONS);
const commands = every(program);

describe('help', () => {
  it('at the top is this', async () => {
    expect((await tell(['--help'])).out).toBe(TOP);
    expect((await tell(['help'])).out).toBe(TOP);
  });

  it('names these commands', () => {
    expect(commands.map(([name]) => name)).toEqual([
      'run',
      'connectors',
      'connectors add',
      'connectors edit',
      'connectors accept',
      'connectors login',
      'connectors logout',
      'connectors catalogue',
      'connectors install',
      'connectors health',
      'connectors check',
      'connectors tools',
      'connectors tool',
      'connectors call',
      'connectors list',
      'connectors show',
      'connectors remove',
      'connectors enable',
      'connectors disable',
      'connectors test',
      'connectors logs',
      'policy',
      'policy allow',
      'policy ask',
      'policy deny',
      'policy list',
      'policy show',
      'policy remove',
      'policy default',
      'policy chain',
      'policy chain add',
      'policy chain list',
      'policy chain remove',
      'policy export',
      'policy import',
      'policy lint',
      'policy explain',
      'policy replay',
      'policy suggest',
      'policy undo',
      'guard',
      'guard scan',
      'guard show',
      'guard set',
      'guard canary',
      'guard canary add',
      'guard canary list',
      'guard canary remove',
      'pins',
      'pins list',
      'pins diff',
      'pins accept',
      'pins reset',
      'pins new-items',
      'secrets',
      'secrets set',
      'secrets list',
      'secrets remove',
      'secrets unlock',
      'secrets vault',
      'secrets vault create',
      'hub',
      'hub config',
      'hub config create',
      'hub config list',
      'hub config get',
      'hub config update',
      'hub config delete',
      'hub bind',
      'hub binds',
      'hub rotate',
      'hub revoke',
      'hub env',
      'hub snippet',
      'hub listen',
      'hub listeners',
      'hub unlisten',
      'hub allow-origin',
      'hub refuse-origin',
      'hub status',
      'login',
      'logout',
      'tenant',
      'tenant list',
      'tenant servers',
      'tenant approvals',
      'tenant approve',
      'tenant deny',
      'identity',
      'identity verify',
      'approvals',
      'approvals list',
      'approvals show',
      'approvals approve',
      'approvals deny',
      'approvals pause',
      'approvals resume',
      'approvals paused',
      'approvals grants',
      'approvals revoke',
      'lockdown',
      'lockdown on',
      'lockdown off',
      'app',
      'app show',
      'app set',
      'setup',
      'setup list',
      'setup install',
      'setup import',
      'setup uninstall',
      'setup undo',
      'logs',
      'logs export',
      'status',
      'open',
      'serve',
      'stop',
      'doctor',
      'audit',
      'audit verify',
      'audit status',
      'audit endpoint',
      'audit endpoint show',
      'audit endpoint set',
      'audit endpoint remove',
      'about',
      'about show',
      'about licences',
      'about diagnostics',
    ]);
  });

  it('of "run" says what a key in its line is for, and who reads it', async () => {
    const { out } = await tell(['run', '--help']);
    expect(out).toContain('run <connector> [--host <host>] [--secret <key>]');
    const words = out.replaceAll(/\s+/g, ' ');
    expect(words).toContain(
      'for automation: a key of that tenant for this session alone; other programs can read it on a command line',
    );
  });

  it.each(commands.map(([name]) => name))('of "%s" is whole and fits in 80 columns', async (name) => {
    const { out, code, err } = await tell([...name.split(' '), '--help']);
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(new RegExp(`^Usage: runlayer ${name}`));
    expect(out).not.toMatch(/undefined|\[object|NaN|default: \[\]|null/);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it.each(commands)('of "%s" says what it and each option does', (_name, command) => {
    expect(command.description()).not.toBe('');
    for (const option of command.options)
      expect([option.flags, option.description === '']).toEqual([option.flags, false]);
  });

  it('every command that prints something prints JSON too', () => {
    const without = commands
      .filter(
        ([, command]) => command.commands.length === 0 && !command.options.some((option) => option.long === '--json'),
      )
      .map(([name]) => name);
    expect(without).toEqual(['run', 'serve']);
  });

  it('of a group without a subcommand is shown as an error', async () => {
    for (const group of [
      'connectors',
      'policy',
      'secrets',
      'secrets vault',
      'hub',
      'hub config',
      'identity',
      'approvals',
      'setup',
      'audit',
      'about',
    ]) {
      const { out, err, code } = await tell(group);
      expect([group, out, code]).toEqual([group, '', 2]);
      expect(err).toContain(`Usage: runlayer ${group}`);
    }
  });

  it('version is one line', async () => {
    expect(await tell('--version')).toMatchObject({ out: '1.2.3\n', code: 0 });
    expect(await tell('-V')).toMatchObject({ out: '1.2.3\n', code: 0 });
  });
});
