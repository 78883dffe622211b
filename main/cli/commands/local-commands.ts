/** Commands that the thin client carries out itself. */
import type { Command } from 'commander';
import type { LocalActions } from '../local/actions.ts';
import { jsonOption } from './option-values.ts';

export function addLocalCommands(program: Command, local: LocalActions): void {
  program
    .command('serve')
    .description('run the companion here, without a window, until it is stopped')
    .option('--on-demand', 'end by itself after 15 idle minutes (used when a client starts it)')
    .action((options: Parameters<LocalActions['serve']>[0]) => local.serve(options));
  program
    .command('stop')
    .description('end the companion and every server it runs')
    .addOption(jsonOption())
    .action((options: Parameters<LocalActions['stop']>[0]) => local.stop(options));
  program
    .command('doctor')
    .description('check every part of the chain and say what to do next')
    .addOption(jsonOption())
    .action((options: Parameters<LocalActions['doctor']>[0]) => local.doctor(options));
  const audit = program.command('audit').description('the audit trail');
  audit
    .command('verify')
    .description('check that no record was changed, removed or moved; needs no companion')
    .addOption(jsonOption())
    .action((options: Parameters<LocalActions['auditVerify']>[0]) => local.auditVerify(options));
}
