import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFirstSteps } from '../../main/host/first-steps.ts';

function aHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'runlayer-first-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

describe('the first steps', () => {
  it('are done once they were taken, for whoever asks next, too', () => {
    const home = aHome();
    const steps = createFirstSteps(home);
    expect(steps.areDone()).toBe(false);
    expect(readdirSync(home)).toEqual([]);
    steps.finish();
    steps.finish();
    expect(steps.areDone()).toBe(true);
    expect(createFirstSteps(home).areDone()).toBe(true);
    expect(readdirSync(home)).toEqual(['first-steps.json']);
    expect(statSync(join(home, 'first-steps.json')).mode & 0o777).toBe(0o600);
  });

  it.each(['', '{', '[]', '{"version":1,"done":"yes"}', '{"done":true}'])(
    'are offered again where the file holds %j',
    (text) => {
      const home = aHome();
      writeFileSync(join(home, 'first-steps.json'), text);
      const steps = createFirstSteps(home);
      expect(steps.areDone()).toBe(false);
      steps.finish();
      expect(steps.areDone()).toBe(true);
    },
  );

  it('that a newer companion says are done are left as they are', () => {
    const home = aHome();
    const path = join(home, 'first-steps.json');
    const text = '{"version":2,"done":true,"more":[]}';
    writeFileSync(path, text);
    createFirstSteps(home).finish();
    expect(readFileSync(path, 'utf8')).toBe(text);
  });

  it('that cannot be kept say what to do', () => {
    const home = aHome();
    mkdirSync(join(home, 'first-steps.json'));
    expect(() => createFirstSteps(home).finish()).toThrow(
      expect.objectContaining({ code: 'E_FIRST_STEPS', next: expect.stringContaining('disk') }),
    );
  });
});
