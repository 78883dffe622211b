/** `connectors health`, `check`, `tools`, `tool` and `call`: how a connector does, and what it can do. */
import { Argument, type Command } from 'commander';
import type { ConnectorHealth, HandCall } from '../../../preload/contract/index.ts';
import type { CommandIo } from '../command-io.ts';
import { callAsking } from './confirm.ts';
import { jsonOption, yesOption } from './option-values.ts';
import { hang, json, shown, table } from './render.ts';

function checkText({ check }: ConnectorHealth): string {
  if (check === null) return 'not checked since the companion started';
  if (check.state === 'running') return 'under way';
  if (check.state === 'failed') return `failed at ${check.at}: ${check.message} ${check.next}`;
  return `answered in ${check.durationMs} ms at ${check.at}, ${check.tools} tools`;
}

function healthText(health: ConnectorHealth): string {
  const { lastStartAt, starts, crashes, lastError, signIn } = health;
  return [
    `${health.name}\n`,
    hang('  state     ', health.state),
    hang('  sessions  ', String(health.sessions)),
    hang('  starts    ', lastStartAt === null ? 'none' : `${starts}, the last at ${lastStartAt}`),
    hang('  crashes   ', String(crashes)),
    hang('  check     ', checkText(health)),
    ...(lastError === null ? [] : [hang('  last error', ` ${lastError.at}: ${lastError.text}`)]),
    ...(signIn === 'not_needed' ? [] : [hang('  sign-in   ', signIn === 'signed_in' ? 'done' : 'nobody signed in')]),
  ].join('');
}

function answerText(answer: HandCall): string {
  const { outcome, durationMs, decision, message } = answer;
  const head = {
    answered: `Answered in ${durationMs} ms.`,
    tool_error: `The tool says that it failed, after ${durationMs} ms.`,
    refused: `Refused (${decision?.code ?? 'no code'}).`,
    failed: 'There was no answer.',
  }[outcome];
  return [
    hang('', message === '' ? head : `${head} ${message}`),
    ...answer.parts.map(({ type, mimeType, text, bytes, isCut }) =>
      text === ''
        ? `[${shown(type)}${mimeType === null ? '' : ` ${shown(mimeType)}`}, ${bytes} bytes]\n`
        : `${text.split('\n').map(shown).join('\n')}\n${isCut ? `[… of ${bytes} bytes]\n` : ''}`,
    ),
  ].join('');
}

export function addConnectorUseCommands(connectors: Command, io: CommandIo): void {
  for (const [word, description] of [
    ['health', 'how it does: starts, crashes, the last check'],
    ['check', 'start or reach it once through the gates, and see that it answers'],
  ] as const) {
    connectors
      .command(`${word} <name>`)
      .description(description)
      .addOption(jsonOption())
      .action(async (name: string, options: { readonly json?: true }) => {
        const health = await io.call(`connectors.${word}`, { name });
        io.out(options.json === true ? json(health) : healthText(health));
      });
  }

  connectors
    .command('tools <name>')
    .description('its tools as they were seen last, and what is decided about them now; starts nothing')
    .addOption(jsonOption())
    .action(async (name: string, options: { readonly json?: true }) => {
      const tools = await io.call('connectors.tools', { name });
      if (options.json === true) io.out(json(tools));
      else if (tools.length === 0)
        io.out(hang('', `No tool is known yet. Look once with "runlayer connectors check ${name}".`));
      else
        io.out(
          table(
            ['TOOL', 'DECISION', 'PIN', 'HIDDEN BECAUSE'],
            tools.map(({ name: tool, decision, pin, isOff, hidden }) => [
              tool,
              isOff ? 'off' : decision.effect,
              pin,
              hidden ?? '',
            ]),
          ),
        );
    });

  connectors
    .command('tool <name> <tool>')
    .addArgument(new Argument('<state>', 'on or off').choices(['on', 'off']))
    .description('switch one tool off (by a deny rule), or on again (by taking that rule away)')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(
      async (name: string, tool: string, word: string, options: { readonly yes?: true; readonly json?: true }) => {
        const input = { name, tool, on: word !== 'off' };
        const question = `Take away the rule that denies "${tool}" of "${name}"?`;
        const result = await callAsking(io, { name: 'connectors.setTool', input }, question, options.yes === true);
        io.out(options.json === true ? json(result) : `"${shown(tool)}" is switched ${result.isOff ? 'off' : 'on'}.\n`);
      },
    );

  connectors
    .command('call <name> <tool> [arguments]')
    .description('call one tool yourself, as a JSON object of arguments; decided and recorded like any call')
    .addOption(jsonOption())
    .action(async (name: string, tool: string, text: string | undefined, options: { readonly json?: true }) => {
      const answer = await io.call('connectors.callTool', { name, tool, arguments: text ?? '{}' });
      io.out(options.json === true ? json(answer) : answerText(answer));
    });
}
