import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
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
});
