import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../preload/contract/index.ts';
import { weakeningTests } from '../../main/operations/other-handlers.ts';
import { aMachine } from '../clients/machine.ts';
import { aConnector, aRule, CLI, memorySettings, memoryVault, otherBench } from './fakes.ts';

describe('policy', () => {
  it('adds a rule once, however often it is asked to', async () => {
    const bench = otherBench();
    const input = { effect: 'deny', connector: 'files', tool: 'write_*' } as const;
    const first = await bench.handlers['policy.add'](input, CLI);
    expect(await bench.handlers['policy.add'](input, CLI)).toEqual(first);
    expect(await bench.handlers['policy.list']({}, CLI)).toEqual([first]);
    expect(bench.settings.writes).toEqual(['policy.add by a test']);
    await bench.handlers['policy.add']({ ...input, effect: 'allow' }, CLI);
    expect(bench.handlers['policy.list']({}, CLI)).toHaveLength(2);
  });

  it('removes exactly one, and says so where there is none', () => {
    const [first, second] = [aRule('deny', 'a', '*'), aRule('allow', 'a', '*')];
    const bench = otherBench({ settings: memorySettings({ rules: [first, second] }) });
    expect(bench.handlers['policy.remove']({ id: first.id }, CLI)).toEqual(first);
    expect(bench.settings.read().rules).toEqual([second]);
    expect(() => bench.handlers['policy.remove']({ id: first.id }, CLI)).toThrow(`There is no rule "${first.id}".`);
    expect(bench.settings.writes).toHaveLength(1);
  });
});

describe('what weakens by policy', () => {
  const settings = memorySettings({
    connectors: [aConnector('open', { default: 'allow' }), aConnector('shut', { default: 'deny' })],
    rules: [aRule('deny', 'open', 'x'), aRule('ask', 'open', 'x'), aRule('allow', 'open', 'x')],
  });
  const tests = weakeningTests(settings);

  it.each([
    ['allow', 'open', true],
    ['allow', 'nowhere', true],
    ['deny', 'open', false],
    ['deny', '*', false],
    ['ask', 'open', false],
    ['ask', 'nowhere', false],
    ['ask', 'shut', true],
    ['ask', 's*', true],
    ['ask', '*', true],
    ['ask', 'shu?', true],
    ['ask', 'shut?', false],
  ] as const)('%s on "%s": %s', (effect, connector, weakens) => {
    expect(tests['policy.add']?.({ effect, connector, tool: 'x' })).toBe(weakens);
  });

  it.each([
    ['deny', true],
    ['ask', true],
    ['allow', false],
  ] as const)('taking away what says %s: %s', (effect, weakens) => {
    expect(tests['policy.remove']?.({ id: aRule(effect, 'open', 'x').id })).toBe(weakens);
  });

  it('does not ask about a rule that is not there: the handler says that it is not', () => {
    expect(tests['policy.remove']?.({ id: 'nope' })).toBe(false);
  });

  it('never lets an allow rule through without a yes', () => {
    const glob = fc.string({ minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(
        glob,
        glob,
        (connector, tool) => tests['policy.add']?.({ effect: 'allow', connector, tool }) === true,
      ),
    );
  });
});

describe('the companion\u2019s own secrets', () => {
  it.each([
    ['audit.head', 'audit verify'],
    ['audit.signing-key', 'audit verify'],
    ['Audit.Signing-Key', 'audit verify'],
    [`tenant.${'0a'.repeat(16)}`, 'runlayer logout'],
    ['oauth.files', 'connectors logout'],
  ])('%s is not removed by name, and has its user', async (name, next) => {
    const vault = memoryVault();
    await vault.set(name, 'value');
    const bench = otherBench({ vault });
    await expect(bench.handlers['secrets.remove']({ name }, CLI)).rejects.toMatchObject({
      code: 'E_SECRET_RESERVED',
      exitCode: 2,
      next: expect.stringContaining(next),
    });
    expect(vault.values.has(name)).toBe(true);
    expect(bench.handlers['secrets.list']({}, CLI)).toMatchObject([{ name, usedBy: ['the companion'] }]);
  });
});

describe('secrets', () => {
  it('are recorded by name, shown with their users, and never come out', async () => {
    const vault = memoryVault();
    const connector = aConnector('uses');
    const bench = otherBench({
      vault,
      settings: memorySettings({
        connectors: [
          { ...connector, definition: { ...connector.definition, secrets: { T: 'keychain:token' } } },
          { ...aConnector('near'), definition: { ...connector.definition, secrets: { T: 'keychain:token2' } } },
          {
            ...aConnector('sends'),
            definition: {
              url: 'https://mcp.example.com/',
              transport: 'sse',
              headers: {},
              secrets: { Authorization: 'Bearer keychain:token' },
              oauth: false,
            },
          },
        ],
      }),
    });
    const set = await bench.handlers['secrets.set']({ name: 'token', value: 'hunter2-hunter2' }, CLI);
    expect(set).toMatchObject({ name: 'token', usedBy: ['uses', 'sends'] });
    expect(vault.values.get('token')).toBe('hunter2-hunter2');
    expect(bench.recorded).toEqual(['secret token set by a test']);
    const list = await bench.handlers['secrets.list']({}, CLI);
    expect(JSON.stringify([set, list, bench.recorded])).not.toContain('hunter2');
    await bench.handlers['secrets.remove']({ name: 'token' }, CLI);
    expect(bench.recorded).toEqual(['secret token set by a test', 'secret token removed by a test']);
  });

  it.each(['oauth.demo', 'oauth.', 'OAuth.demo'])('are never set as the sign-in of a connector: %s', async (name) => {
    const vault = memoryVault();
    const bench = otherBench({ vault });
    await expect(bench.handlers['secrets.set']({ name, value: 'a-token-of-mine' }, CLI)).rejects.toMatchObject({
      code: 'E_SECRET_RESERVED',
    });
    expect([vault.values.size, bench.recorded]).toEqual([0, []]);
  });

  it('that cannot be stored or removed are not recorded as if they were', async () => {
    const vault = { ...memoryVault(), set: () => Promise.reject(new Error('locked')) };
    const bench = otherBench({ vault });
    await expect(Promise.resolve(bench.handlers['secrets.set']({ name: 'a', value: 'v' }, CLI))).rejects.toThrow(
      'locked',
    );
    await expect(Promise.resolve(bench.handlers['secrets.remove']({ name: 'a' }, CLI))).rejects.toMatchObject({
      code: 'E_SECRET_UNKNOWN',
    });
    expect(bench.recorded).toEqual([]);
  });
});

describe('approvals', () => {
  const decision: Decision = { effect: 'ask', decidedBy: 'local', code: 'rule_ask', reason: 'A rule asks.' };
  const ask = (bench: ReturnType<typeof otherBench>): Promise<Decision> =>
    bench.approvals.ask(
      { connector: 'files', tool: 'write', client: 'cursor', argumentsText: () => '{}', decision },
      new AbortController().signal,
    );

  it('are given only by somebody at a terminal, even with -y', async () => {
    const bench = otherBench();
    const answer = ask(bench);
    expect(() => bench.handlers['approvals.approve']({ id: 'a1' }, { ...CLI, tty: false })).toThrow(
      'only at a terminal',
    );
    expect(bench.approvals.list()).toHaveLength(1);
    expect(bench.recorded).toEqual([]);
    expect(bench.handlers['approvals.approve']({ id: 'a1' }, CLI)).toEqual({});
    expect(await answer).toMatchObject({ effect: 'allow', code: 'approval_granted' });
    expect(bench.recorded).toEqual(['a1 approved by a test']);
  });

  it('are refused from anywhere, once', async () => {
    const bench = otherBench();
    const answer = ask(bench);
    await bench.handlers['approvals.deny']({ id: 'a1' }, { ...CLI, caller: 'ui', tty: false });
    expect(await answer).toMatchObject({ effect: 'deny', code: 'approval_denied' });
    expect(() => bench.handlers['approvals.deny']({ id: 'a1' }, CLI)).toThrow('No call waits');
    expect(() => bench.handlers['approvals.approve']({ id: 'a1' }, CLI)).toThrow('No call waits');
  });
});

describe('clients.install', () => {
  const input = { client: 'cursor', connector: 'files', dryRun: false } as const;

  it('writes nothing, not even the launcher, for a connector that is not there', async () => {
    const bench = otherBench();
    await expect(Promise.resolve(bench.handlers['clients.install'](input, CLI))).rejects.toMatchObject({
      code: 'E_CONNECTOR_UNKNOWN',
    });
    expect(bench.recorded).toEqual([]);
  });

  it('puts the launcher in its place and records the change; a dry run does neither', async () => {
    const machine = await aMachine();
    const launchers: boolean[] = [];
    const bench = otherBench({
      settings: memorySettings({ connectors: [aConnector('files')] }),
      clientEnvironment: (installLauncher) => {
        launchers.push(installLauncher);
        return Promise.resolve(machine.environment);
      },
    });
    const dry = await bench.handlers['clients.install']({ ...input, dryRun: true }, CLI);
    expect(dry).toMatchObject({ action: 'created', dryRun: true });
    expect(await machine.text('cursor')).toBe('(no file)');
    expect(bench.recorded).toEqual([]);
    const done = await bench.handlers['clients.install'](input, CLI);
    expect(done.diff).toBe(dry.diff);
    expect(await machine.text('cursor')).toContain('"files"');
    expect(bench.recorded).toEqual(['client cursor created by a test']);
    expect(launchers).toEqual([false, true]);
  });
});
