import { Option, type Command } from 'commander';
import { assertNever, type PreferencesView, type UpdateState } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { jsonOption } from './option-values.ts';
import { hang, json } from './render.ts';

type Choice = 'on' | 'off';
interface SetOptions {
  readonly startAtLogin?: Choice;
  readonly notifications?: Choice;
  readonly json?: true;
}

const choice = (flags: string, text: string): Option => new Option(flags, text).choices(['on', 'off']);
const word = (on: boolean): Choice => (on ? 'on' : 'off');

function updateText(update: UpdateState): string {
  switch (update.kind) {
    case 'off':
      return `not looked for. ${update.reason}`;
    case 'unknown':
      return update.problem ?? 'not looked for yet.';
    case 'current':
      return 'this is the newest.';
    case 'available':
      return `${update.version} is there. Install it as you installed this one.`;
    default:
      return assertNever(update);
  }
}

function choicesText(view: PreferencesView): string {
  if (view.kind === 'unavailable') return hang('', view.reason);
  const { startAtLogin, startAtLoginProblem = '', notifications } = view.preferences;
  return [
    hang('start at login  ', startAtLogin === null ? `no choice here. ${startAtLoginProblem}` : word(startAtLogin)),
    hang('notifications   ', word(notifications)),
  ].join('');
}

export function addAppCommands(program: Command, io: CommandIo): void {
  const app = program.command('app').description('the tray app: start at login, notifications, newer versions');
  app
    .command('show')
    .description('what is chosen, and whether a newer version is there')
    .addOption(jsonOption())
    .action(async (options: { json?: true }) => {
      const [preferences, update] = [await io.call('preferences.get', {}), await io.call('updates.get', {})];
      if (options.json === true) io.out(json({ preferences, update }));
      else io.out(`${choicesText(preferences)}${hang('newer version   ', updateText(update))}`);
    });
  app
    .command('set')
    .description('choose; what is not named stays')
    .addOption(choice('--start-at-login <choice>', 'start it, without a window, when you log in'))
    .addOption(choice('--notifications <choice>', 'be told of calls that wait or were blocked'))
    .addOption(jsonOption())
    .action(async ({ startAtLogin, notifications, ...options }: SetOptions) => {
      const view = await io.call('preferences.set', {
        ...(startAtLogin === undefined ? {} : { startAtLogin: startAtLogin === 'on' }),
        ...(notifications === undefined ? {} : { notifications: notifications === 'on' }),
      });
      io.out(options.json === true ? json({ preferences: view }) : choicesText(view));
    });
}
