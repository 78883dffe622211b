import type { Command } from 'commander';
import type { LogEntry } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { json, shown } from './render.ts';

interface LogOptions {
  readonly json?: true;
  readonly follow?: true;
  readonly lines: string;
  readonly connector?: string;
  readonly tool?: string;
  readonly blocked?: true;
  readonly events?: true;
  readonly since?: string;
}

/** One line for a person: when, what was decided, who called what, how it ended. */
function entryText(entry: LogEntry): string {
  const time = entry.time.slice(0, 19).replace('T', ' ');
  if (entry.kind === 'event') {
    const detail = Object.entries(entry.detail ?? {}).map(([key, value]) => `${key}=${String(value)}`);
    return shown(
      `${time}  event    ${[entry.connector, entry.event, ...detail].filter((part) => part !== undefined).join(' ')}`,
    );
  }
  const verdict =
    entry.outcome === 'refused' ? 'blocked' : (entry.outcome ?? (entry.effect === 'allow' ? 'running' : 'waiting'));
  const what = entry.tool ?? entry.method ?? '';
  const why =
    entry.outcome === 'refused'
      ? `  ${entry.reason ?? ''}`
      : entry.errorType === undefined
        ? ''
        : `  ${entry.errorType}`;
  const took = entry.durationMs === undefined ? '' : `  ${entry.durationMs.toFixed(0)} ms`;
  return shown(
    `${time}  ${verdict.padEnd(10)} ${entry.client ?? '-'} → ${entry.connector ?? '-'}.${what}${took}${why}`,
  );
}

export function addLogCommand(program: Command, io: CommandIo): void {
  program
    .command('logs')
    .description('what was called, what was blocked and why')
    .option('--json', 'one JSON document a line')
    .option('-f, --follow', 'go on with what happens from now on')
    .option('-n, --lines <count>', 'how many of the newest', '50')
    .option('--connector <name>', 'only this connector')
    .option('--tool <name>', 'only this tool')
    .option('--blocked', 'only what was refused or failed')
    .option('--events', 'also what the companion itself did')
    .option('--since <time>', 'only from this time on (RFC 3339, UTC)')
    .action(async (options: LogOptions) => {
      const show = (entry: LogEntry): void => io.out(options.json === true ? json(entry) : `${entryText(entry)}\n`);
      const wanted = (entry: LogEntry): boolean =>
        (options.connector === undefined || entry.connector === options.connector) &&
        (options.tool === undefined || entry.tool === options.tool) &&
        (options.events === true || entry.kind === 'call') &&
        (options.blocked !== true || (entry.outcome !== undefined && entry.outcome !== 'ok'));
      // Followed from before the query, so that nothing falls between the two.
      const early: LogEntry[] = [];
      let live: ((entry: LogEntry) => void) | undefined;
      const end =
        options.follow === true
          ? io.subscribe((event) => {
              if (event.type !== 'log' || !wanted(event.entry)) return;
              // A call is shown when it ended; what never ends is in the list without --follow.
              if (event.entry.kind === 'call' && event.entry.outcome === undefined) return;
              if (live === undefined) early.push(event.entry);
              else live(event.entry);
            })
          : undefined;
      try {
        const entries = await io.call('logs.query', {
          limit: Number(options.lines),
          ...(options.connector === undefined ? {} : { connector: options.connector }),
          ...(options.tool === undefined ? {} : { tool: options.tool }),
          ...(options.blocked === undefined ? {} : { blocked: true }),
          ...(options.events === undefined ? {} : { events: true }),
          ...(options.since === undefined ? {} : { since: options.since }),
        });
        if (entries.length === 0 && options.follow !== true && options.json !== true) io.out('No calls yet.\n');
        const seen = new Set(
          entries.filter((entry) => entry.outcome !== undefined || entry.kind === 'event').map((entry) => entry.id),
        );
        for (const entry of entries.toReversed()) show(entry);
        if (end === undefined) return;
        for (const entry of early) if (!seen.has(entry.id)) show(entry);
        live = show;
        await io.gone;
      } finally {
        end?.();
      }
    });
}
