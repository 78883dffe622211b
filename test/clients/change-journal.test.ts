import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  ChangeRecord,
  appendToJournal,
  journalPath,
  liveChanges,
  readJournal,
} from '../../main/clients/change-journal.ts';
import { install, undo } from '../../main/clients/operations.ts';
import { aMachine, rejection } from './machine.ts';

const hash = (letter: string): string => letter.repeat(64);
const base: Omit<ChangeRecord, 'v' | 'seq'> = {
  time: '2026-11-21T08:00:00.000Z',
  client: 'cursor',
  kind: 'install',
  path: '/p',
  target: '/p',
  keys: [{ key: 'x', had: false }],
  before: hash('a'),
  after: hash('b'),
  mode: 0o644,
  createdServersKey: false,
  createdDirectories: [],
};

/** `seq kind before>after [of]`, one letter a state, `-` for no file. */
function records(...lines: string[]): ChangeRecord[] {
  return lines.map((line, index) => {
    const [kind = '', states = '', of] = line.split(' ');
    const [before = '', after = ''] = states.split('>').map((state) => (state === '-' ? null : hash(state)));
    return {
      ...base,
      v: 1,
      seq: index + 1,
      kind: ChangeRecord.shape.kind.parse(kind),
      before,
      after,
      ...(of === undefined ? {} : { of: Number(of) }),
    };
  });
}

describe('the changes that still stand', () => {
  it.each<[string, string[], string, number[]]>([
    ['one change', ['install a>b'], 'b', [1]],
    ['one that never happened', ['install a>b'], 'a', []],
    ['one that made the file, and one that never did', ['install ->b'], 'b', [1]],
    ['a file that was never made', ['install ->b'], '-', []],
    ['never happened, then repeated', ['install a>b', 'install a>b'], 'b', [2]],
    ['never happened, then another', ['install a>b', 'install a>c'], 'c', [2]],
    ['two in a row', ['install a>b', 'install b>c'], 'c', [1, 2]],
    ['somebody else in between', ['install a>b', 'install d>c'], 'c', [1, 2]],
    ['somebody else afterwards', ['install a>b'], 'e', [1]],
    ['one undone', ['install a>b', 'install b>c', 'undo c>b 2'], 'b', [1]],
    ['an undo that never happened', ['install a>b', 'undo b>a 1'], 'b', [1]],
    ['both undone', ['install a>b', 'install b>c', 'undo c>b 2', 'undo b>a 1'], 'a', []],
    ['install, uninstall, both undone', ['install a>b', 'uninstall b>a', 'undo a>b 2', 'undo b>a 1'], 'a', []],
    ['abandoned', ['install a>b', 'abandoned a>b 1', 'install d>c'], 'c', [3]],
    ['an uninstall that deleted the file', ['install ->b', 'uninstall b>-'], '-', [1, 2]],
  ])('%s', (_, lines, current, expected) => {
    const now = current === '-' ? null : hash(current);
    expect(liveChanges(records(...lines), '/p', now).map(({ seq }) => seq)).toEqual(expected);
  });

  it('of another path are not ours to undo', () => {
    expect(liveChanges(records('install a>b'), '/other', hash('b'))).toEqual([]);
  });
});

describe('the journal file', () => {
  it("counts up and survives a torn line, foreign lines and another client's record", async () => {
    const { companionHome } = await aMachine();
    await appendToJournal(companionHome, base, 'linux');
    const path = journalPath(companionHome, 'cursor');
    await appendFile(
      path,
      `not json\n{"v":1}\n[]\n${JSON.stringify({ ...base, v: 1, seq: 9, client: 'claude_desktop' })}\n{"v":1,"seq":7,"kin`,
    );
    expect((await appendToJournal(companionHome, base, 'linux')).seq).toBe(2);
    expect((await readJournal(companionHome, 'cursor')).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await readFile(path, 'utf8')).toMatch(/"kin\n\{"v":1,"seq":2/);
  });

  it('survives being cut at every byte of its last line', async () => {
    const { companionHome } = await aMachine();
    await appendToJournal(companionHome, base, 'linux');
    const path = journalPath(companionHome, 'cursor');
    const one = (await readFile(path)).length;
    for (let cut = one; cut < 2 * one - 1; cut += 7) {
      await appendToJournal(companionHome, base, 'linux');
      await truncate(path, cut);
      expect((await readJournal(companionHome, 'cursor')).map(({ seq }) => seq)).toEqual([1]);
      await truncate(path, one);
    }
  });

  it('of a newer version is refused, and left alone', async () => {
    const machine = await aMachine();
    await appendToJournal(machine.companionHome, base, 'linux');
    const path = journalPath(machine.companionHome, 'cursor');
    await writeFile(path, '{"v":2,"what":"ever"}\n');
    const request = { client: 'cursor', connectors: ['x'], dryRun: false } as const;
    expect(await rejection(install(machine.environment, request))).toMatchObject({ code: 'E_JOURNAL_NEWER' });
    expect(await rejection(undo(machine.environment, request))).toMatchObject({ code: 'E_JOURNAL_NEWER' });
    expect(await readFile(path, 'utf8')).toBe('{"v":2,"what":"ever"}\n');
    expect(await machine.read('cursor')).toBeNull();
  });

  it('does not grow without end, and keeps the newest changes', async () => {
    const { companionHome } = await aMachine();
    await appendToJournal(companionHome, base, 'linux');
    const path = journalPath(companionHome, 'cursor');
    const lines = Array.from({ length: 2000 }, (_, index) => JSON.stringify({ ...base, v: 1, seq: index + 2 }));
    await appendFile(path, `${lines.join('\n')}\n`);
    expect((await appendToJournal(companionHome, base, 'linux')).seq).toBe(2002);
    const seqs = (await readJournal(companionHome, 'cursor')).map(({ seq }) => seq);
    expect([seqs.length, seqs.at(-1)]).toEqual([201, 2002]);
  });

  it('holds no value from the file', async () => {
    const machine = await aMachine();
    await machine.put('cursor', '{"mcpServers":{"a":{"env":{"KEY":"sk-canary-0123456789"}}}}');
    await install(machine.environment, { client: 'cursor', connectors: ['x'], dryRun: false });
    const text = await readFile(journalPath(machine.companionHome, 'cursor'), 'utf8');
    expect(text).toContain('"x"');
    expect(text).not.toMatch(/canary|KEY|"a"/);
  });
});
