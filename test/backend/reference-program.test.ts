import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ask } from './ask.ts';

const program = join(import.meta.dirname, 'main.ts');
const Line = z.object({ url: z.string(), userKey: z.string(), connectors: z.array(z.object({ alias: z.string() })) });
let child: ChildProcess | undefined;
afterEach(() => child?.kill('SIGKILL'));

describe('the tenant as a program', () => {
  it('says where it is, meets its faults, and ends when it is told to', async () => {
    const fault = { route: 'GET /api/v1/accounts', fault: { kind: 'status', status: 503 }, every: 2 };
    const started = spawn(process.execPath, [program, '--port', '0', '--json', '--fault', JSON.stringify(fault)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = started;
    const ended = once(started, 'exit');
    const [text] = (await once(createInterface({ input: started.stdout }), 'line')) as [string];
    const { url, userKey: key, connectors } = Line.parse(JSON.parse(text));
    expect(connectors).toHaveLength(8);
    const statuses = [
      await ask({ url }, 'GET /api/v1/accounts', { key }),
      await ask({ url }, 'GET /api/v1/accounts', { key }),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([200, 503]);
    started.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('says what to type, in lines that a terminal holds', async () => {
    const started = spawn(process.execPath, [program, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    let text = '';
    for await (const line of createInterface({ input: started.stdout })) {
      text += `${line}\n`;
      if (line === 'Ctrl-C ends it.') break;
    }
    const url = /at (http:\S+)/.exec(text)?.[1] ?? '';
    for (const command of [
      'RUNLAYER_ALLOW_INSECURE_TRANSPORT=1 runlayer serve',
      `runlayer login --host ${url}`,
      'runlayer secrets set ingest-token',
      `runlayer audit endpoint set ${url}/api/v1/audit/ingest \\\n    --authorization 'Bearer keychain:ingest-token'`,
    ])
      expect(text).toContain(`\n  ${command}\n`);
    expect(text.split('\n').filter((line) => line.length > 100)).toEqual([]);
    started.kill('SIGTERM');
    await once(started, 'exit');
  });

  const told = (args: readonly string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });

  it('has a help', () => {
    expect(told(['--help'])).toMatchObject({ status: 0, stderr: '', stdout: expect.stringContaining('--database') });
  });

  it('says one plain line where its command line means nothing', () => {
    expect(told(['--port', 'abc'])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: '--port is a number from 0 to 65535. See "npm run tenant -- --help".\n',
    });
  });

  it('says that a port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(told(['--port', String(port)])).toMatchObject({
        status: 1,
        stdout: '',
        stderr: `Port ${port} is taken. Name another one with --port, or 0 for any.\n`,
      });
    } finally {
      other.close();
    }
  });
});
