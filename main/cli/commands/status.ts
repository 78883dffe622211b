import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { json } from './render.ts';

export function addStatusCommands(program: Command, io: CommandIo): void {
  program
    .command('status')
    .description('is the companion running, and is all well; never starts one')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const status = await io.call('status.get', {});
      if (options.json === true) {
        io.out(json(status));
        return;
      }
      const { companion } = status;
      const lines = [
        `Companion ${companion.version} (${companion.kind}, process ${companion.pid})${companion.draining ? ', ending' : ''}`,
        `  sessions   ${companion.sessions}`,
        `  connectors ${companion.connectors}`,
        `  waiting    ${companion.waitingApprovals}${companion.waitingApprovals > 0 ? '  (runlayer approvals list)' : ''}`,
        `  keychain   ${companion.keychain.detail}`,
        `  audit      ${companion.audit.state === 'ok' ? `${companion.audit.seq + 1} records` : `NOT WRITTEN: ${companion.audit.detail}`}`,
        `  home       ${companion.home}`,
        ...companion.warnings.map((warning) => `  ! ${warning}`),
      ];
      io.out(`${lines.join('\n')}\n`);
    });

  program
    .command('open')
    .description('print a link that opens the interface in a browser, once, within two minutes')
    .option('--json', 'print one JSON document')
    .action(async (options: { json?: true }) => {
      const { url } = await io.call('interface.link', {});
      io.out(options.json === true ? json({ url }) : `${url}\n`);
    });
}
