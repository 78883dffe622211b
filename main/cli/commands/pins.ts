import { Argument, Option, type Command } from 'commander';
import { CompanionError, PinKind, type PinDiff, type PinView } from '../../../preload/contract/index.ts';
import { diffText, pinTitle } from '../../connectors/pins/diff-text.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { json, shown, table } from './render.ts';

interface Selection {
  readonly kind?: PinKind;
  readonly yes?: true;
  readonly json?: true;
}

const kindOption = (): Option => new Option('--kind <kind>', 'only of this kind').choices(PinKind.options);

/** `changed` without a hash: the pins themselves cannot be read. */
function stateOf({ state, fingerprint }: PinView): string {
  return state === 'changed' && fingerprint === undefined ? 'unreadable' : state;
}

function listText(pins: readonly PinView[]): string {
  const held = pins.filter(({ state }) => state !== 'pinned');
  const connectors = [...new Set(held.map(({ connector }) => connector))];
  const unreadable = pins.find((pin) => stateOf(pin) === 'unreadable');
  return [
    table(
      ['STATE', 'CONNECTOR', 'KIND', 'NAME'],
      pins.map((pin) => [stateOf(pin), pin.connector, pin.kind, pin.name === '' ? '-' : pin.name]),
    ),
    ...(held.length === 0
      ? []
      : [
          `\n${held.length} held back. See what is different with "runlayer pins diff ${connectors.length === 1 ? (connectors[0] ?? '') : '<connector>'}".\n`,
        ]),
    ...(unreadable === undefined
      ? []
      : [`What cannot be read is forgotten with "runlayer pins reset ${unreadable.connector}".\n`]),
  ].join('');
}

const NEW_ITEMS_ASK =
  'New items wait for a yes. A new connector offers nothing until\n"runlayer pins accept <connector> --all".\n';

/** A connector without pins may be one that no client used yet, or a slip of the pen. */
async function refuseUnknown(io: CommandIo, connector: string): Promise<void> {
  const configs = await io.call('hub.configs.list', {});
  if (!configs.some(({ name }) => name === connector)) await io.call('connectors.get', { name: connector });
}

function nothingChosen(connector: string): CompanionError {
  return new CompanionError(
    'E_INPUT',
    'Nothing is named that should be accepted.',
    `Name it, or add --kind or --all; "runlayer pins diff ${connector}" shows what waits.`,
    { exitCode: 2 },
  );
}

function notWaiting(connector: string, isNamed = true): CompanionError {
  return new CompanionError(
    'E_PIN_SETTLED',
    isNamed ? 'Nothing of that name waits for an answer.' : 'Nothing of this kind waits.',
    `See what waits with "runlayer pins list ${connector}".`,
    { exitCode: 2 },
  );
}

/** What a person means, each of it waiting. */
function chosen(
  connector: string,
  pins: readonly PinView[],
  names: readonly string[],
  { kind, all }: { readonly kind?: PinKind; readonly all?: true },
): PinView[] {
  if (names.length === 0 && all !== true && kind === undefined) throw nothingChosen(connector);
  const waiting = pins.filter((pin) => pin.seen !== undefined && (kind === undefined || pin.kind === kind));
  const meant = names.length === 0 ? waiting : waiting.filter(({ name }) => names.includes(name));
  if (names.some((name) => !meant.some((pin) => pin.name === name)) || meant.length === 0)
    throw notWaiting(connector, names.length > 0);
  return meant;
}

export function addPinCommands(program: Command, io: CommandIo): void {
  const group = program
    .command('pins')
    .description('what servers offer, against what was agreed to; what changed is held back');

  group
    .command('list [connector]')
    .description('every item that is known; first what is held back')
    .addOption(jsonOption())
    .action(async (connector: string | undefined, options: Selection) => {
      const pins = await io.call('pins.list', connector === undefined ? {} : { connector });
      if (connector !== undefined && pins.length === 0) await refuseUnknown(io, connector);
      if (options.json === true) io.out(json(pins));
      else if (pins.length === 0) io.out('Nothing is pinned yet: a server is looked at when a client uses it.\n');
      else io.out(listText(pins));
    });

  group
    .command('diff <connector> [name]')
    .description('what is different from what was agreed to')
    .addOption(kindOption())
    .addOption(jsonOption())
    .action(async (connector: string, name: string | undefined, { kind, json: asJson }: Selection) => {
      const diffs = await io.call('pins.diff', {
        connector,
        ...(kind === undefined ? {} : { kind }),
        ...(name === undefined ? {} : { name }),
      });
      if (asJson === true) io.out(json(diffs));
      else if (diffs.every(({ fields }) => fields.length === 0))
        io.out(`Nothing of "${shown(connector)}" differs from what was agreed to.\n`);
      else io.out(diffText(diffs));
    });

  group
    .command('accept <connector> [names...]')
    .description('agree to what changed, or is new, after a look at it')
    .option('--all', 'everything of the connector that is held back')
    .addOption(kindOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (connector: string, names: string[], options: Selection & { all?: true }) => {
      const meant = chosen(connector, await io.call('pins.list', { connector }), names, options);
      const diffs: PinDiff[] = [];
      for (const { kind, name } of meant) diffs.push(...(await io.call('pins.diff', { connector, kind, name })));
      // What is agreed to is what is shown here, not what was listed a moment before.
      const items = diffs.flatMap(({ pin: { kind, name, seen } }) =>
        seen === undefined ? [] : [{ kind, name, seen }],
      );
      if (items.length === 0) throw notWaiting(connector);
      (options.json === true ? io.err : io.out)(diffText(diffs));
      const question = items.length === 1 ? 'Agree to this?' : `Agree to these ${items.length}?`;
      const accepted = await callAsking(
        io,
        { name: 'pins.accept', input: { connector, items } },
        question,
        options.yes === true,
      );
      io.out(options.json === true ? json(accepted) : `Agreed: ${accepted.map(pinTitle).join(', ')}.\n`);
    });

  group
    .command('reset <connector> [name]')
    .description('forget what was agreed to; what is seen next is pinned')
    .addOption(kindOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (connector: string, name: string | undefined, { kind, yes, json: asJson }: Selection) => {
      const answer = await callAsking(
        io,
        {
          name: 'pins.reset',
          input: { connector, ...(kind === undefined ? {} : { kind }), ...(name === undefined ? {} : { name }) },
        },
        `Forget what was agreed to of ${name === undefined ? '' : `"${name}" of `}"${connector}"?`,
        yes === true,
      );
      io.out(asJson === true ? json(answer) : `Forgotten: ${answer.forgotten}. What is seen next is pinned.\n`);
    });

  group
    .command('new-items')
    .description('what is done with items that were never seen: pin them, or ask first')
    .addArgument(new Argument('<mode>').choices(['pin', 'ask']))
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (mode: 'pin' | 'ask', options: Selection) => {
      await callAsking(
        io,
        { name: 'pins.newItems', input: { mode } },
        'Let what a server offers for the first time be used without asking?',
        options.yes === true,
      );
      if (options.json === true) io.out(json({ newItems: mode }));
      else io.out(mode === 'ask' ? NEW_ITEMS_ASK : 'New items are pinned as they are.\n');
    });
}
