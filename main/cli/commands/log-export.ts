/** `runlayer logs export`: the same job that the interface begins; the terminal waits for its end. */
import { Option, type Command } from 'commander';
import {
  CompanionError,
  type ActivityFilter,
  type ExportFormat,
  type JobView,
} from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { moment } from './option-values.ts';
import { json, shown } from './render.ts';

/** Its own and those of `logs`, which takes what both have. */
interface ExportOptions {
  readonly format: ExportFormat;
  readonly search?: string;
  readonly show?: ActivityFilter['show'];
  readonly until?: string;
  readonly json?: true;
  readonly connector?: string;
  readonly tool?: string;
  readonly events?: true;
  readonly since?: string;
  readonly blocked?: true;
  readonly tenant?: true;
  readonly follow?: true;
}

function endText({ state, done, result, failure }: JobView): string {
  if (state === 'done') return shown(`${done.toLocaleString('en')} entries are in ${result ?? ''}`);
  if (failure !== undefined) throw new CompanionError(failure.code, failure.message, failure.next);
  throw new CompanionError('E_EXPORT_CANCELLED', 'The export was cancelled; no file is left.', 'Run it again.');
}

export function addLogExport(logs: Command, io: CommandIo): void {
  logs
    .command('export')
    .description('write the log into a new file in your Downloads folder')
    .addOption(new Option('--format <format>', 'json: one document a line').choices(['json', 'csv']).default('json'))
    .option('--search <words>', 'only entries in which each word is found')
    .addOption(new Option('--show <kind>', 'only these').choices(['all', 'denied', 'asked', 'failed']))
    .option('--connector <name>', 'only this connector')
    .option('--tool <name>', 'only this tool')
    .option('--events', 'also what the companion itself did')
    .option('--since <time>', 'only from this time on (RFC 3339, or a day)', moment)
    .option('--until <time>', 'only before this time (RFC 3339, or a day)', moment)
    .option('--json', 'the job as one JSON document')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExportOptions>();
      if (options.tenant === true || options.follow === true || options.blocked === true) {
        throw new CompanionError(
          'E_INPUT',
          'An export holds what this machine recorded, once.',
          'Leave --tenant, --follow and --blocked out; --show denied and --show failed say what was blocked.',
          { exitCode: 2 },
        );
      }
      const { connector, tool, since } = options;
      const filter: ActivityFilter = {
        text: options.search ?? '',
        show: options.show ?? 'all',
        events: options.events === true,
        ...(connector === undefined ? {} : { connector }),
        ...(tool === undefined ? {} : { tool }),
        ...(since === undefined ? {} : { since }),
        ...(options.until === undefined ? {} : { until: options.until }),
      };
      const ended = Promise.withResolvers<void>();
      let id: string | undefined;
      const end = io.subscribe((event) => {
        if (event.type === 'job' && event.job.id === id && event.job.state !== 'running') ended.resolve();
      });
      try {
        id = (await io.call('activity.export', { format: options.format, filter })).job;
        let view = await io.call('jobs.get', { id });
        if (view.state === 'running') {
          const isGone = await Promise.race([ended.promise.then(() => false), io.gone.then(() => true)]);
          // Nobody waits for the file any more.
          if (isGone) await io.call('jobs.cancel', { id });
          view = await io.call('jobs.get', { id });
        }
        const text = endText(view);
        io.out(options.json === true ? json(view) : `${text}\n`);
      } finally {
        end();
      }
    });
}
