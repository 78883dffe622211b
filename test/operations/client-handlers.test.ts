import { describe, expect, it } from 'vitest';
import { LAUNCHER, rejection } from '../clients/machine.ts';
import { clientBench } from './client-bench.ts';
import { aConnector, CLI, memorySettings } from './fakes.ts';

const connectors = [aConnector('files'), aConnector('git')];
const withConnectors = (): ReturnType<typeof clientBench> => clientBench({ settings: memorySettings({ connectors }) });

describe('clients.connect', () => {
  it('writes nothing, not even the launcher, for a connector that is not there', async () => {
    const bench = await withConnectors();
    const call = { client: 'cursor' as const, connectors: ['files', 'nobody'] };
    expect(await rejection(Promise.resolve(bench.handlers['clients.connect'](call, CLI)))).toMatchObject({
      code: 'E_CONNECTOR_UNKNOWN',
    });
    expect([bench.recorded, bench.launchers, await bench.machine.text('cursor')]).toEqual([[], [], '(no file)']);
  });

  it('writes what was shown, in one change that one undo takes back', async () => {
    const bench = await withConnectors();
    const call = { client: 'cursor' as const, connectors: ['files', 'git'] };
    const dry = await bench.handlers['clients.preview'](call, CLI);
    expect(dry).toMatchObject({ action: 'created', dryRun: true, bringsBack: [] });
    expect([await bench.machine.text('cursor'), bench.recorded, bench.launchers]).toEqual(['(no file)', [], [false]]);
    const done = await bench.handlers['clients.connect'](call, CLI);
    expect(done.diff).toBe(dry.diff);
    expect(bench.launchers).toEqual([false, true]);
    expect(bench.recorded).toEqual(['client cursor created by a test', 'changed']);
    const [, view] = await bench.handlers['clients.list']({}, CLI);
    expect(view).toMatchObject({ connectors: ['files', 'git'], undo: true, drift: [] });
    expect(await bench.handlers['clients.connect'](call, CLI)).toMatchObject({ action: 'unchanged' });
    const { consentHash } = await bench.handlers['clients.undoPreview']({ client: 'cursor' }, CLI);
    expect(consentHash).toBeUndefined();
    expect(await bench.handlers['clients.undo']({ client: 'cursor' }, CLI)).toMatchObject({ action: 'deleted' });
    expect(await bench.machine.text('cursor')).toBe('(no file)');
  });

  it('in the place of what an entry starts now', async () => {
    const bench = await withConnectors();
    await bench.machine.put('cursor', '{"mcpServers": {"My files": {"command": "x", "disabled": true}}}');
    const call = { client: 'cursor' as const, connectors: ['files'], inPlaceOf: 'My files' };
    await bench.handlers['clients.connect'](call, CLI);
    expect(await bench.machine.text('cursor')).toBe(
      `{"mcpServers": {"My files": {"command":"${LAUNCHER}","args":["run","files"],"disabled":true}}}`,
    );
    const two = { ...call, connectors: ['files', 'git'] };
    expect(await rejection(Promise.resolve(bench.handlers['clients.connect'](two, CLI)))).toMatchObject({
      code: 'E_INPUT',
    });
  });
});

describe('clients.disconnect', () => {
  it('takes out ours only, and brings nothing back', async () => {
    const bench = await withConnectors();
    await bench.machine.put('cursor', '{"mcpServers": {"files": {"command": "x"}}}');
    const call = { client: 'cursor' as const, connectors: ['files'], inPlaceOf: 'files' };
    await bench.handlers['clients.connect'](call, CLI);
    const gone = await bench.handlers['clients.disconnect']({ client: 'cursor', dryRun: false }, CLI);
    expect(gone).toMatchObject({ bringsBack: [] });
    expect(await bench.machine.text('cursor')).toBe('{"mcpServers": {}}');
  });
});

describe('clients.undo', () => {
  it('of what was not looked at is refused, even with a hash of something else', async () => {
    const bench = await withConnectors();
    await bench.machine.put('cursor', '{"mcpServers": {"files": {"command": "x"}}}');
    await bench.handlers['clients.connect']({ client: 'cursor', connectors: ['files'], inPlaceOf: 'files' }, CLI);
    const text = await bench.machine.text('cursor');
    for (const consentHash of ['', 'f'.repeat(64)]) {
      const undoing = Promise.resolve(bench.handlers['clients.undo']({ client: 'cursor', consentHash }, CLI));
      expect(await rejection(undoing)).toMatchObject({ code: 'E_CONSENT_CHANGED' });
    }
    expect(await bench.machine.text('cursor')).toBe(text);
  });

  it('with a hash where nothing comes back is refused: somebody agreed to something else', async () => {
    const bench = await withConnectors();
    await bench.handlers['clients.connect']({ client: 'cursor', connectors: ['files'] }, CLI);
    const call = { client: 'cursor' as const, consentHash: 'f'.repeat(64) };
    expect(await rejection(Promise.resolve(bench.handlers['clients.undo'](call, CLI)))).toMatchObject({
      code: 'E_CONSENT_CHANGED',
    });
  });
});

describe('clients.list', () => {
  it('notices a connector that is gone', async () => {
    const bench = await withConnectors();
    await bench.handlers['clients.connect']({ client: 'cursor', connectors: ['files', 'git'] }, CLI);
    bench.settings.update('connectors.remove', 'a test', (now) => ({ ...now, connectors: [aConnector('git')] }));
    const [, view] = await bench.handlers['clients.list']({}, CLI);
    expect(view?.drift).toEqual([
      {
        entry: 'files',
        kind: 'unknown',
        connector: 'files',
        text: '"files" in the file of Cursor starts the connector "files", which is not there.',
        next: 'Take the entry out, or add a connector of that name.',
      },
    ]);
  });
});
