import { describe, expect, it } from 'vitest';
import { macListeners, parseLsof, parseNetstat } from '../../main/process/mac-listeners.ts';
import { notSignedByTeam, parseSignature, teamRequirement } from '../../main/process/mac-signature.ts';
import type { OneShot, RunOneShot } from '../../main/process/one-shot.ts';

const LSOF = 'p5120\nu501\nf36\ntIPv4\nn127.0.0.1:3845\nf37\ntIPv6\nn[::1]:3845\np77\nu501\nf4\ntIPv6\nn*:3845\n';
const NETSTAT = [
  'Active Internet connections (including servers)',
  'Proto Recv-Q Send-Q  Local Address          Foreign Address        (state)',
  'tcp4       0      0  127.0.0.1.3845         *.*                    LISTEN',
  'tcp4       0      0  127.0.0.1.13845        *.*                    LISTEN',
  'tcp6       0      0  ::1.3845               *.*                    LISTEN',
  'tcp46      0      0  *.3845                 *.*                    LISTEN',
  'tcp4       0      0  192.168.1.5.49152      17.57.146.20.3845      ESTABLISHED',
  'tcp4       0      0  127.0.0.1.3845         127.0.0.1.50000        ESTABLISHED',
].join('\n');
const SIGNED = [
  'Executable=/Applications/Figma.app/Contents/MacOS/Figma',
  'Identifier=com.figma.Desktop',
  'Format=app bundle with Mach-O thin (arm64)',
  'Authority=Developer ID Application: Figma, Inc. (T8RA8NE3B7)',
  'Authority=Developer ID Certification Authority',
  'Authority=Apple Root CA',
  'TeamIdentifier=T8RA8NE3B7',
].join('\n');

/** Answers by the program's name; whatever is not listed fails. */
function system(answers: Readonly<Record<string, Partial<OneShot>>>): { run: RunOneShot; asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    run: (program, args) => {
      asked.push([program, ...args].join(' '));
      const key = Object.keys(answers).find((one) => asked.at(-1)?.includes(one));
      const answer = key === undefined ? { code: 1 } : answers[key];
      return Promise.resolve({ code: 0, out: '', err: '', ...answer });
    },
  };
}
const PS = {
  'lstart=': { out: 'Sat Nov 21 09:00:00 2026\n' },
  'comm=': { out: '/Applications/Figma.app/Contents/MacOS/Figma\n' },
};

describe('who listens at a port, on macOS [what the tools print; the tools themselves need macOS]', () => {
  it('lsof: a process, then its sockets', () => {
    expect(parseLsof(LSOF, 3845)).toEqual([
      { pid: 5120, uid: 501, address: '127.0.0.1' },
      { pid: 5120, uid: 501, address: '::1' },
      { pid: 77, uid: 501, address: '::' },
    ]);
    expect(parseLsof('', 3845)).toEqual([]);
  });

  it.each(['p1\nf3\nn*:3845\n', 'u1\nn*:3845\n', 'px\nu1\nn*:3845\n', 'p1\nu1\nn*:13846\n', 'p1\nu1\nnhost:3845\n'])(
    'lsof: nothing is skipped that has another form: %j',
    (text) => {
      expect(() => parseLsof(text, 3845)).toThrow('unknown form');
    },
  );

  it('netstat: addresses of this very port that are listened at', () => {
    expect(parseNetstat(NETSTAT, 3845)).toEqual(['127.0.0.1', '::1', '::']);
  });

  it('joins them: each with its program, and what only netstat knows as somebody else’s', async () => {
    const own = system({
      lsof: { out: 'p5120\nu501\nf36\ntIPv4\nn127.0.0.1:3845\n' },
      netstat: { out: NETSTAT },
      ...PS,
    });
    expect(await macListeners(3845, own.run)).toEqual([
      {
        address: '127.0.0.1',
        uid: 501,
        program: {
          kind: 'known',
          pid: 5120,
          start: 'Sat_Nov_21_09:00:00_2026',
          executable: '/Applications/Figma.app/Contents/MacOS/Figma',
        },
      },
      ...['::1', '::'].map((address) => ({
        address,
        uid: undefined,
        program: { kind: 'unknown', reason: 'belongs to a process of another user' },
      })),
    ]);
    expect(own.asked.every((command) => /^\/(?:usr\/sbin|bin)\//.test(command))).toBe(true);
  });

  it('a process that ended meanwhile is unknown', async () => {
    const { run } = system({ lsof: { out: 'p5120\nu501\ntIPv4\nn127.0.0.1:3845\n' }, netstat: {} });
    expect((await macListeners(3845, run)).map(({ program }) => program.kind)).toEqual(['unknown']);
  });

  it.each([
    { lsof: { code: 2 }, netstat: {} },
    { lsof: { code: 1 }, netstat: { code: 1 } },
    { lsof: { code: undefined }, netstat: {} },
  ] as Record<string, Partial<OneShot>>[])('rejects where a tool fails: %j', async (answers) => {
    await expect(macListeners(3845, system(answers).run)).rejects.toThrow('did not say');
  });

  it('nobody: lsof ends with 1', async () => {
    expect(await macListeners(3845, system({ lsof: { code: 1 }, netstat: {} }).run)).toEqual([]);
  });
});

describe('the signature of a process, on macOS [what the tool prints; the tool itself needs macOS]', () => {
  it('is judged by the system, by a requirement on the certificates, for the process and not for a file', async () => {
    const { run, asked } = system({ '--verify': { code: 0 } });
    expect(await notSignedByTeam(5120, 'T8RA8NE3B7', run)).toBeUndefined();
    expect(asked).toEqual([
      '/usr/bin/codesign --verify -R=anchor apple generic and certificate 1[field.1.2.840.113635.100.6.2.6] exists and certificate leaf[field.1.2.840.113635.100.6.1.13] exists and certificate leaf[subject.OU] = "T8RA8NE3B7" +5120',
    ]);
  });

  it.each([1, 3, undefined])('is refused at exit %s, even when the names look right', async (code) => {
    const { run } = system({ '--verify': { code }, '-d': { err: SIGNED } });
    expect(await notSignedByTeam(5120, 'T8RA8NE3B7', run)).toBe(
      'is signed by "Developer ID Application: Figma, Inc. (T8RA8NE3B7)", or its signature does not hold',
    );
  });

  it('tells what is not signed', async () => {
    expect(await notSignedByTeam(5120, 'T8RA8NE3B7', system({}).run)).toBe('is not signed');
    expect(await notSignedByTeam(0, 'T8RA8NE3B7', system({ '--verify': { code: 0 } }).run)).toMatch(/no process/);
  });

  it.each(['', 'T8RA8NE3B', 't8ra8ne3b7', 'T8RA8NE3B"', 'T8RA8NE3B7 or true'])(
    'takes no other text for a team: %j',
    (team) => {
      expect(() => teamRequirement(team)).toThrow('ten letters and digits');
    },
  );

  it('reads names for words', () => {
    expect(parseSignature(SIGNED)).toEqual({
      identifier: 'com.figma.Desktop',
      team: 'T8RA8NE3B7',
      authorities: [
        'Developer ID Application: Figma, Inc. (T8RA8NE3B7)',
        'Developer ID Certification Authority',
        'Apple Root CA',
      ],
    });
    expect(parseSignature('Identifier=a\nTeamIdentifier=not set\n')).toEqual({
      identifier: 'a',
      team: undefined,
      authorities: [],
    });
  });
});
