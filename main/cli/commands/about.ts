/** What runs, where it keeps things and what it is made of: for people, and for reports. */
import type { Command } from 'commander';
import type { AboutView } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

function aboutText({ version, kind, platform, versions, paths, chainId }: AboutView): string {
  const width = Math.max(...paths.map(({ what }) => what.length)) + 4;
  return [
    `Companion ${version} (${kind}) on ${shown(platform)}\n`,
    hang('  ', versions.map(({ name, version: of }) => `${name} ${of}`).join(', ')),
    ...paths.map(({ what, path }) => hang(`  ${what}`.padEnd(width), path)),
    hang('  Chain'.padEnd(width), chainId),
  ].join('');
}

export function addAboutCommands(program: Command, io: CommandIo): void {
  const about = program.command('about').description('versions, places, licences, and a text for a report');
  about
    .command('show')
    .description('what runs here, and where it keeps things')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const view = await io.call('about.get', {});
      io.out(options.json === true ? json(view) : aboutText(view));
    });
  about
    .command('licences')
    .description('whose work is shipped, and under which licence')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const all = await io.call('about.licences', {});
      if (options.json === true) io.out(json(all));
      else
        io.out(
          table(
            ['PACKAGE', 'VERSION', 'LICENCE'],
            all.map(({ name, version, licence }) => [name, version, licence]),
          ),
        );
    });
  about
    .command('diagnostics')
    .description('states and counts for a report, without secrets and names; read it before you share it')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const { text } = await io.call('about.diagnostics', {});
      io.out(options.json === true ? json({ text }) : text);
    });
}
