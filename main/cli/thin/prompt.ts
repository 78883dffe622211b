import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Asks at the terminal; a secret is not echoed. Rejects where there is no terminal to ask at. */
export function promptPerson(prompt: { text: string; secret: boolean }): Promise<string> {
  if (!process.stdin.isTTY) return Promise.reject(new Error('there is no terminal to ask at'));
  return new Promise((resolve, reject) => {
    process.stderr.write(prompt.text);
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const lines = createInterface({
      input: process.stdin,
      output: prompt.secret ? silent : process.stderr,
      terminal: true,
    });
    let answered = false;
    lines.once('line', (line) => {
      answered = true;
      lines.close();
      if (prompt.secret) process.stderr.write('\n');
      resolve(line);
    });
    lines.once('close', () => {
      process.stdin.pause();
      if (!answered) reject(new Error('no answer'));
    });
  });
}
