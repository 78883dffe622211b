import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks at the terminal; a secret is not echoed. Resolves undefined without an answer (Ctrl-C, Ctrl-D, no terminal). */
export function promptPerson(prompt: { text: string; secret: boolean }): Promise<string | undefined> {
  if (!process.stdin.isTTY) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({
      input: process.stdin,
      output: prompt.secret ? silent : process.stderr,
      terminal: true,
      historySize: 0,
      // Known to the line editor, so that it is still there after a backspace.
      prompt: prompt.secret ? '' : prompt.text,
    });
    if (prompt.secret) process.stderr.write(prompt.text);
    else lines.prompt();
    let answer: string | undefined;
    lines.once('line', (line) => {
      answer = line;
      lines.close();
    });
    lines.once('close', () => {
      process.stdin.pause();
      if (prompt.secret || answer === undefined) process.stderr.write('\n');
      resolve(answer);
    });
  });
}
