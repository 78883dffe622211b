/** `guard`: what is looked for in texts, what is done about it, and a look at a text of your own. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  CompanionError,
  GuardAction,
  GuardCategory,
  ScanKind,
  type OperationOutput,
} from '../../../preload/contract/index.ts';
import { CommandEnd } from '../command-end.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { addCanaryCommands } from './guard-canaries.ts';
import { guardText, verdictText } from './guard-text.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { json, shown } from './render.ts';
import { scanLines, type ReadLine } from './scan-lines.ts';

/** The largest message there can be; one byte more is unscannable. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;
/** As many as one operation takes; fewer, so that answers come soon. */
const MAX_AT_ONCE = 100;

interface ScanOptions {
  readonly kind: ScanKind;
  readonly connector?: string;
  readonly json?: true;
  readonly jsonl?: true;
}

const named = ({ connector }: { readonly connector?: string }): { connector?: string } =>
  connector === undefined ? {} : { connector };

function oneOf<T extends string>(options: readonly T[]): (text: string) => T {
  return (text) => {
    const found = options.find((option) => option === text.replaceAll('-', '_') || option === text);
    if (found === undefined) throw new InvalidArgumentError(`Give one of: ${options.join(', ')}.`);
    return found;
  };
}

function setText(category: GuardCategory, action: GuardAction | 'default', place: string): string {
  if (action === 'default') return `From now on: ${category} is as built in again ${shown(place)}.\n`;
  const more = action === 'mask' ? 'In definitions that means block: a definition is never masked.\n' : '';
  return `From now on: ${category} is ${action} ${shown(place)}.\n${more}`;
}

async function readText(io: CommandIo): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const pieces of io.pieces()) {
    for (const piece of pieces) bytes += piece.length;
    if (bytes <= MAX_TEXT_BYTES) parts.push(...pieces);
    else break;
  }
  const problem = bytes > MAX_TEXT_BYTES ? 'There is more than 16 MiB on standard input.' : undefined;
  try {
    if (problem === undefined)
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    // Said below.
  }
  throw new CompanionError(
    'E_INPUT',
    problem ?? 'What came on standard input is not UTF-8 text.',
    'Send one text, such as the result of a tool.',
    { exitCode: 2 },
  );
}

async function scanOne(io: CommandIo, options: ScanOptions): Promise<void> {
  const text = await readText(io);
  const [result] = await io.call('guard.scan', { lines: [{ kind: options.kind, text }], ...named(options) });
  if (result === undefined) return;
  io.out(options.json === true ? json(result) : verdictText(result.verdict, result.findings));
}

/** One answer for each line, in order. False where a line did not fit. */
async function answerLines(io: CommandIo, lines: readonly ReadLine[], options: ScanOptions): Promise<boolean> {
  const wanted = lines.flatMap((one) => ('line' in one ? [one.line] : []));
  const results: OperationOutput<'guard.scan'> =
    wanted.length === 0 ? [] : await io.call('guard.scan', { lines: wanted, ...named(options) });
  let next = 0;
  io.out(lines.map((one) => json('line' in one ? results[next++] : { error: one.failure })).join(''));
  await io.taken();
  return wanted.length === lines.length;
}

async function scanAll(io: CommandIo, options: ScanOptions): Promise<void> {
  let allFit = true;
  for await (const lines of scanLines(io.pieces())) {
    for (let at = 0; at < lines.length; at += MAX_AT_ONCE)
      allFit = (await answerLines(io, lines.slice(at, at + MAX_AT_ONCE), options)) && allFit;
  }
  if (!allFit) throw new CommandEnd(2);
}

export function addGuardCommands(program: Command, io: CommandIo): void {
  const guard = program.command('guard').description('what is looked for in texts, and what is done about it');

  guard
    .command('scan')
    .description(
      'look at a text on standard input as the companion would; stores nothing, ends with 0 whatever it finds',
    )
    .addOption(new Option('--kind <kind>', 'what it is').choices(ScanKind.options).default('output'))
    .option('--connector <name>', 'with what is chosen for this connector')
    .option(
      '--jsonl',
      'read {"kind","text"} a line, answer one line each; a line that does not fit is answered too, and the end is 2',
    )
    .addOption(jsonOption().conflicts('jsonl'))
    .action((options: ScanOptions) => (options.jsonl === true ? scanAll(io, options) : scanOne(io, options)));

  guard
    .command('show')
    .description('what is done about each category')
    .option('--connector <name>', 'on this connector')
    .addOption(jsonOption())
    .action(async (options: { connector?: string; json?: true }) => {
      const { connector } = options;
      if (connector !== undefined) await io.call('connectors.get', { name: connector });
      const settings = await io.call('guard.settings', {});
      io.out(options.json === true ? json(settings) : guardText(settings, connector));
    });

  guard
    .command('set')
    .argument('<category>', 'which; "runlayer guard show" lists them', oneOf(GuardCategory.options))
    .argument('<action>', 'off, alert, mask, block, or default', oneOf([...GuardAction.options, 'default'] as const))
    .description('choose what is done about a category')
    .option('--connector <name>', 'only on this connector')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(
      async (
        category: GuardCategory,
        action: GuardAction | 'default',
        options: { connector?: string; yes?: true; json?: true },
      ) => {
        const { connector } = options;
        const place = connector === undefined ? 'everywhere' : `on "${connector}"`;
        const settings = await callAsking(
          io,
          {
            name: 'guard.set',
            input: { connector: connector ?? null, category, action: action === 'default' ? null : action },
          },
          `Guard less against ${category} ${place}: ${action}?`,
          options.yes === true,
        );
        io.out(options.json === true ? json(settings) : setText(category, action, place));
      },
    );

  addCanaryCommands(guard, io);
}
