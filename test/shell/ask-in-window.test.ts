import { describe, expect, it } from 'vitest';
import { askInWindow } from '../../main/shell/ask-in-window.ts';
import { createFakeElectron } from './fake-electron.ts';

const question = { title: 'Let AI clients start "files"?', detail: 'npx' };

describe('askInWindow', () => {
  it.each([
    [0, false],
    [1, true],
    [2, false],
  ])('button %i means %s', async (answer, yes) => {
    const fake = createFakeElectron();
    fake.answer = answer;
    expect(await askInWindow(fake.electron, question)).toBe(yes);
  });

  it('has Refuse focused, and meant by Escape', async () => {
    const fake = createFakeElectron();
    await askInWindow(fake.electron, question);
    expect(fake.questions).toMatchObject([
      { message: question.title, detail: 'npx', buttons: ['Refuse', 'Allow'], defaultId: 0, cancelId: 0 },
    ]);
  });
});
