import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FRAME } from '../../main/transport/wire/frames.ts';
import { type Caller, FakeCompanion } from './fake-companion.ts';

const PROGRAM = fileURLToPath(new URL('../../main/cli/runlayer.ts', import.meta.url));
const folders = (process.env['PATH'] ?? '').split(delimiter);
const hasScript = process.platform === 'linux' && folders.some((folder) => existsSync(join(folder, 'script')));
const noScript = hasScript ? '' : ' [skipped: needs the program "script" of util-linux, which gives a terminal]';

let companion: FakeCompanion;
beforeEach(() => {
  companion = new FakeCompanion();
});
afterEach(() => companion.close());

/** Runs a command at a terminal of its own; types `keys` once it asks, and gives all that the terminal showed. */
async function atTerminal(
  serve: (caller: Caller) => void,
  keys: string,
): Promise<{ code: number | null; shown: string }> {
  let answered: (caller: Caller) => void = () => {};
  const caller = new Promise<Caller>((resolve) => (answered = resolve));
  await companion.listen((one) => {
    answered(one);
    serve(one);
  });
  const line = `'${process.execPath}' '${PROGRAM}' secrets set x`;
  const { child, ended } = companion.start([], { command: `exec script -qec "${line}" /dev/null` });
  child.stdout?.on('data', (text: string) => {
    if (text.includes('Ask: ')) child.stdin?.write(keys);
  });
  expect((await caller).hello['tty']).toBe(true);
  const { code, out } = await ended;
  return { code, shown: out };
}

describe.skipIf(!hasScript)(`a question at a terminal${noScript}`, () => {
  const ask =
    (secret: boolean) =>
    (caller: Caller): void => {
      caller.send(FRAME.prompt, { text: 'Ask: ', secret });
      const take = caller.take.bind(caller);
      caller.take = (type, bytes) => {
        take(type, bytes);
        if (type !== FRAME.answer) return;
        caller.send(FRAME.stdout, `got ${bytes.length} bytes\n`);
        caller.exit(0);
      };
    };

  it('is answered by a line; a secret is not shown', async () => {
    const { code, shown } = await atTerminal(ask(true), 'hunter2\r');
    expect(code).toBe(0);
    expect(shown).toContain('got 7 bytes');
    expect(shown).not.toContain('hunter');
  });

  it('that is no secret is shown, and still there after a correction', async () => {
    const { code, shown } = await atTerminal(ask(false), 'nx\u007f\r');
    expect(code).toBe(0);
    expect(shown).toContain('got 1 bytes');
    expect(shown.split('Ask: ').length).toBeGreaterThan(2);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s is no answer: exit 2, and it says that nothing was changed', async (_title, key) => {
    const { code, shown } = await atTerminal(ask(true), key);
    expect(code).toBe(2);
    expect(shown).toContain('The question was not answered; nothing was changed.');
    expect(shown).not.toContain('went away');
  });
});

it('a question without a terminal is no answer', async () => {
  await companion.listen((caller) => caller.send(FRAME.prompt, { text: 'Ask: ', secret: true }));
  expect(await companion.run(['secrets', 'set', 'x'], { input: 'y\n' })).toMatchObject({ code: 2, out: '' });
});
