import { describe, expect, it } from 'vitest';
import { ConnectorRuntimes } from '../../main/connectors/runtimes.ts';
import { connectorHealth, type ConnectorHealthOperations } from '../../main/operations/connector-health.ts';
import { CompanionError, type Connector } from '../../preload/contract/index.ts';
import { aConnector, CLI, memoryVault, NOW } from './fakes.ts';

const remote = aConnector('remote', {
  definition: { url: 'https://mcp.example.com/', transport: 'streamable-http', headers: {}, secrets: {}, oauth: true },
});

interface Bench extends ConnectorHealthOperations {
  readonly runtimes: ConnectorRuntimes;
  readonly checks: { readonly name: string; readonly end: (outcome: number | Error) => void }[];
  readonly told: () => number;
}

function bench(
  connectors: readonly Connector[] = [aConnector('files'), remote],
  signedIn: readonly string[] = [],
): Bench {
  const runtimes = new ConnectorRuntimes(
    () => 0,
    () => NOW,
  );
  const checks: Bench['checks'] = [];
  let told = 0;
  const vault = memoryVault(
    signedIn.map((name) => ({ name, backend: 'vault', redactable: true, updatedAt: NOW.toISOString() })),
  );
  const operations = connectorHealth({
    find: (name) => connectors.find((connector) => connector.name === name),
    runtimes,
    isSignedIn: () => true,
    vault,
    clock: () => NOW,
    checkServer: (name) =>
      new Promise((resolve, reject) => {
        checks.push({ name, end: (outcome) => (typeof outcome === 'number' ? resolve(outcome) : reject(outcome)) });
      }),
    redact: (text) => text.replaceAll('hush', '***'),
    changed: () => (told += 1),
  });
  return { ...operations, runtimes, checks, told: () => told };
}

const at = NOW.toISOString();
const look = ({ handlers }: Bench, name = 'files') => handlers['connectors.health']({ name }, CLI);

describe('connectors.health', () => {
  it('says what was seen since the start, and starts nothing', async () => {
    const { runtimes, ...rest } = bench();
    expect(await look({ runtimes, ...rest })).toEqual({
      name: 'files',
      state: 'needs_consent',
      sessions: 0,
      starts: 0,
      lastStartAt: null,
      crashes: 0,
      retryInMs: 0,
      lastError: null,
      check: null,
      signIn: 'not_needed',
    });
    runtimes.started('files');
    runtimes.of('files').crashed += 1;
    runtimes.of('files').crashes.exited({ hadAnswered: true });
    runtimes.failed('files', `it said hush ${'x'.repeat(1000)}`);
    const health = await look({ runtimes, ...rest });
    expect(health).toMatchObject({ starts: 1, lastStartAt: at, crashes: 1, retryInMs: 500 });
    expect(health.lastError?.text).toMatch(/^it said \*\*\* x+$/);
    expect(health.lastError?.text.length).toBeLessThan(600);
    expect(rest.checks).toEqual([]);
  });

  it('knows whether somebody signed in', async () => {
    expect((await look(bench(), 'remote')).signIn).toBe('signed_out');
    expect((await look(bench([remote], ['oauth.remote']), 'remote')).signIn).toBe('signed_in');
  });

  it('refuses what is not there', () => {
    expect(() => look(bench(), 'nothing')).toThrow(CompanionError);
  });
});

describe('a check', () => {
  it('is one for all who ask, and is told as it goes', async () => {
    const b = bench();
    b.checkSoon('files');
    const asked = b.handlers['connectors.check']({ name: 'files' }, CLI);
    expect((await look(b)).check).toEqual({ state: 'running', at });
    expect(b.checks).toHaveLength(1);
    b.checks[0]?.end(3);
    expect((await asked).check).toMatchObject({ state: 'passed', at, tools: 3 });
    expect(b.told()).toBe(2);
    b.checkSoon('files');
    expect(b.checks).toHaveLength(2);
    b.checks[1]?.end(new CompanionError('E_X', 'It says hush.', 'Look at hush.'));
    await b.handlers['connectors.check']({ name: 'files' }, CLI);
    expect((await look(b)).check).toMatchObject({
      state: 'failed',
      code: 'E_X',
      message: 'It says ***.',
      next: 'Look at ***.',
    });
  });

  it('of what it was before says nothing about what it is now', async () => {
    const b = bench();
    const before = b.handlers['connectors.check']({ name: 'files' }, CLI);
    // Stored anew, or removed and added again.
    b.runtimes.forget('files');
    b.checkSoon('files');
    expect(b.checks).toHaveLength(2);
    b.checks[0]?.end(3);
    expect((await before).check).toEqual({ state: 'running', at });
    b.checkSoon('files');
    expect(b.checks).toHaveLength(2);
    const now = b.handlers['connectors.check']({ name: 'files' }, CLI);
    b.checks[1]?.end(5);
    expect((await now).check).toMatchObject({ state: 'passed', tools: 5 });
  });

  it('is not made where it would only say that nobody signed in, or of what is switched off or gone', () => {
    const b = bench([remote, aConnector('off', { enabled: false })]);
    for (const name of ['remote', 'off', 'nothing']) b.checkSoon(name);
    expect(b.checks).toEqual([]);
  });
});
