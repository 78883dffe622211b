const COMMAND_STARTS = new Set(['then', 'do', 'else', '!', 'exec', 'command', 'builtin', 'eval']);
const MAX_COMMANDS = 64;

/**
 * Splits shell code into the simple commands that it seems to hold, to see whether one of them is risky in itself. A
 * rough reading in one pass: quotes are honoured, nothing is expanded. It only ever adds to what a person is told
 * about code that they are told to read anyway.
 */
export function scriptCommands(script: string): string[][] {
  const commands: string[][] = [];
  let command: string[] = [];
  let word: string | undefined;
  let quote = '';

  const endWord = (): void => {
    if (word === undefined) return;
    const isAssignment = command.length === 0 && /^[A-Za-z_]\w*=/.test(word);
    if (command.length === 0 && COMMAND_STARTS.has(word)) word = undefined;
    if (word !== undefined && !isAssignment) command.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (command.length > 0) commands.push(command);
    command = [];
  };

  for (let at = 0; at < script.length && commands.length < MAX_COMMANDS; at += 1) {
    const character = script.charAt(at);
    if (character === '\\' && quote !== "'" && at + 1 < script.length) {
      at += 1;
      word = (word ?? '') + script.charAt(at);
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === "'" || character === '"') {
      quote = character;
      word ??= '';
    } else if (/[;&|(){}\n`]/.test(character)) {
      endCommand();
    } else if (/\s/.test(character)) {
      endWord();
    } else {
      word = (word ?? '') + character;
    }
  }
  endCommand();
  return commands.slice(0, MAX_COMMANDS);
}
