import type { Command } from 'commander';
import type { LogEntry } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { addLogExport } from './log-export.ts';
import { entryText } from './log-text.ts';
import { moment, wholeNumber } from './option-values.ts';
import { hang, json } from './render.ts';

interface LogOptions {
  readonly json?: true;
  readonly follow?: true;
  readonly lines: number;
  readonly connector?: string;
  readonly tool?: string;
  readonly blocked?: true;
  readonly events?: true;
  readonly since?: string;
  readonly tenant?: true;
}

/** A tenant whose rows are missing: said beside the list, for it is no row of it. */
const isMissing = (entry: LogEntry): boolean => entry.origin === 'tenant' && entry.id.startsWith('missing:');

function missingText({ reason = '', detail }: LogEntry): string {
  const host = detail?.['host'];
  return typeof host === 'string' ? `The log of ${host} is missing here. ${reason}` : reason;
}

function isWanted(entry: LogEntry, options: LogOptions): boolean {
  return (
    (options.connector === undefined || entry.connector === options.connector) &&
    (options.tool === undefined || entry.tool === options.tool) &&
    (options.events === true || entry.kind === 'call') &&
    (options.blocked !== true || (entry.outcome !== undefined && entry.outcome !== 'ok'))
  );
}

export function addLogCommand(program: Command, io: CommandIo): void {
  const logs = program
    .command('logs')
    .description('what was called, what was blocked and why')
    .option('--json', 'one JSON document a line')
    .option('-f, --follow', 'go on with what happens from now on')
    .option('-n, --lines <count>', 'how many of the newest', wholeNumber(1, 10_000), 50)
    .option('--connector <name>', 'only this connector')
    .option('--tool <name>', 'only this tool')
    .option('--blocked', 'only what was refused or failed')
    .option('--events', 'also what the companion itself did')
    .option('--tenant', 'also what the tenants saw, joined with ours; asks them')
    .option('--since <time>', 'only from this time on (RFC 3339, or a day)', moment)
    .action(async (options: LogOptions) => {
      const { connector, tool, since } = options;
      const show = (entry: LogEntry): void => io.out(options.json === true ? json(entry) : `${entryText(entry)}\n`);
      let missed = 0;
      // Somebody who stopped reading must not make the companion hold everything that happens meanwhile.
      const showLive = (entry: LogEntry): void => {
        if (io.isSlow()) {
          missed += 1;
          return;
        }
        if (missed > 0) io.err(`(${missed} entries were left out here: they came faster than they were read)\n`);
        missed = 0;
        show(entry);
      };
      // Followed from before the query, so that nothing falls between the two.
      const early: LogEntry[] = [];
      let live: ((entry: LogEntry) => void) | undefined;
      const end =
        options.follow === true
          ? io.subscribe((event) => {
              if (event.type !== 'log' || !isWanted(event.entry, options)) return;
              // A call is shown when it ended; what never ends is in the list without --follow.
              if (event.entry.kind === 'call' && event.entry.outcome === undefined) return;
              if (live === undefined) early.push(event.entry);
              else live(event.entry);
            })
          : undefined;
      try {
        const all = await io.call('logs.query', {
          limit: options.lines,
          ...(connector === undefined ? {} : { connector }),
          ...(tool === undefined ? {} : { tool }),
          ...(options.blocked === undefined ? {} : { blocked: true }),
          ...(options.events === undefined ? {} : { events: true }),
          ...(since === undefined ? {} : { since }),
          ...(options.tenant === undefined ? {} : { tenant: true }),
        });
        const entries = all.filter((entry) => !isMissing(entry));
        for (const entry of all.filter(isMissing)) io.err(hang('! ', missingText(entry)));
        if (entries.length === 0 && options.follow !== true && options.json !== true) {
          const filtered = [connector, tool, options.blocked, since].some((filter) => filter !== undefined);
          io.out(filtered ? 'Nothing fits.\n' : 'No calls yet.\n');
        }
        const seen = new Set(
          entries.filter((entry) => entry.outcome !== undefined || entry.kind === 'event').map((entry) => entry.id),
        );
        for (const entry of entries.toReversed()) show(entry);
        if (end === undefined) return;
        for (const entry of early) if (!seen.has(entry.id)) show(entry);
        live = showLive;
        await io.gone;
      } finally {
        end?.();
      }
    });
  addLogExport(logs, io);
}
