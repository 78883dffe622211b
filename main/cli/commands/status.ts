import type { Command } from 'commander';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json } from './render.ts';

export function addStatusCommands(program: Command, io: CommandIo): void {
  program
    .command('status')
    .description('is the companion running, and is all well; never starts one')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const status = await io.call('status.get', {});
      if (options.json === true) {
        io.out(json(status));
        return;
      }
      const { companion } = status;
      const waiting = companion.waitingApprovals;
      const { audit } = companion;
      io.out(
        [
          `Companion ${companion.version} (${companion.kind}, process ${companion.pid})${companion.draining ? ', ending' : ''}\n`,
          hang('  sessions   ', String(companion.sessions)),
          hang('  connectors ', String(companion.connectors)),
          hang('  waiting    ', waiting > 0 ? `${waiting}, see "runlayer approvals list"` : '0'),
          hang('  keychain   ', companion.keychain.detail),
          hang('  audit      ', audit.state === 'ok' ? `${audit.seq + 1} records` : `NOT WRITTEN: ${audit.detail}`),
          hang('  home       ', companion.home),
          ...companion.warnings.map((warning) => hang('  ! ', warning)),
        ].join(''),
      );
    });

  program
    .command('open')
    .description('print a link that opens the interface in a browser, once, within two minutes')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const { url } = await io.call('interface.link', {});
      io.out(options.json === true ? json({ url }) : `${url}\n`);
    });
}
