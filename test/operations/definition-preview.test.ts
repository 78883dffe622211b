import { win32 } from 'node:path';
import { expect, it } from 'vitest';
import { localPaths } from '../../main/host/local-path.ts';
import { previewDefinition } from '../../main/operations/definition-preview.ts';

const { local } = localPaths(win32, [String.raw`C:\Users\me`]);

it.each([
  { command: String.raw`\\host\share\server.exe` },
  { command: '//host/share/server.exe' },
  { command: String.raw`\\?\UNC\host\share\server.exe` },
  { command: 'server.exe', cwd: String.raw`\\host\share` },
])('a program of another machine is not looked for: $command $cwd', async (over) => {
  let asked = 0;
  const login = {
    get: () => {
      asked += 1;
      return Promise.reject(new Error('it was looked for'));
    },
  };
  const definition = { args: [], env: {}, secrets: {}, ...over };
  await expect(
    previewDefinition({ name: 'away', definition, default: 'deny' }, { login, stored: () => [], local }),
  ).rejects.toMatchObject({ code: 'E_NOT_LOCAL' });
  expect(asked).toBe(0);
});
