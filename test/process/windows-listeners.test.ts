import { describe, expect, it } from 'vitest';
import { parseRows, windowsListeners } from '../../main/process/windows-listeners.ts';

const FIGMA = {
  address: '127.0.0.1',
  pid: 8123,
  path: String.raw`C:\Users\maya\AppData\Local\Figma\app-126.9.7\Figma.exe`,
  start: '134081280000000000',
  status: 'Valid',
  subject: 'CN="Figma, Inc.", O="Figma, Inc.", L=San Francisco, S=California, C=US',
};
const SYSTEM = { address: '::', pid: 4, path: null, start: null, status: null, subject: null };

describe('who listens at a port, on Windows [what the script prints; PowerShell itself needs Windows]', () => {
  it('gives program, start and what the system says of its signature', () => {
    expect(parseRows(JSON.stringify([FIGMA, SYSTEM, { ...FIGMA, address: '10.0.0.3' }]))).toEqual([
      {
        address: '127.0.0.1',
        uid: undefined,
        program: {
          kind: 'known',
          pid: 8123,
          start: FIGMA.start,
          executable: FIGMA.path,
          signature: { isValid: true, subject: FIGMA.subject },
        },
      },
      {
        address: '::',
        uid: undefined,
        program: { kind: 'unknown', reason: 'belongs to process 4, which cannot be looked at' },
      },
    ]);
    expect(parseRows('\ufeff[]')).toEqual([]);
  });

  it.each(['NotSigned', 'HashMismatch', 'NotTrusted', 'UnknownError', 'valid', null])('%s is not valid', (status) => {
    const [found] = parseRows(JSON.stringify([{ ...FIGMA, status }]));
    expect(found?.program).toMatchObject({ signature: { isValid: false } });
  });

  it.each(['', '{}', 'null', '[{}]', '[1]', JSON.stringify([{ ...FIGMA, pid: '1' }])])('rejects %j', (text) => {
    expect(() => parseRows(text)).toThrow();
  });

  it('runs one constant script of Windows’ own PowerShell, and rejects where that fails', async () => {
    const asked: (readonly string[])[] = [];
    const found = await windowsListeners(3845, (program, args) => {
      asked.push([program, ...args]);
      return Promise.resolve({ code: 0, out: JSON.stringify([FIGMA]), err: '' });
    });
    expect(found).toHaveLength(1);
    const [[program = '', ...args] = []] = asked;
    expect(program).toBe(String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`);
    expect(args.slice(0, 4)).toEqual(['-NoLogo', '-NoProfile', '-NonInteractive', '-EncodedCommand']);
    expect(Buffer.from(args[4] ?? '', 'base64').toString('utf16le')).toContain('$_.LocalPort -eq 3845 }');
    const fails = windowsListeners(3845, () => Promise.resolve({ code: 1, out: '[]', err: 'no' }));
    await expect(fails).rejects.toThrow('did not say');
  });
});
