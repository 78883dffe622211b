import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { VerificationJob } from '../../main/audit/disk/verification.ts';
import { aboutHandlers, type AboutParts } from '../../main/operations/about-handlers.ts';
import { operations, type Verification } from '../../preload/contract/index.ts';
import { closing } from '../identity/rig.ts';
import { aConnector, memorySettings, NOW, PAGE } from './fakes.ts';

const VERIFICATION: Verification = {
  state: 'none',
  startedAt: null,
  endedAt: null,
  bytesRead: 0,
  bytesTotal: 0,
  result: null,
  failure: null,
};

function bench(over: Partial<AboutParts> = {}) {
  const asked: string[] = [];
  const say = (what: string) => () => {
    asked.push(what);
    return VERIFICATION;
  };
  const verification: VerificationJob = {
    begin: say('begin'),
    state: say('state'),
    cancel: say('cancel'),
    close: async () => {},
  };
  const handlers = aboutHandlers({
    settings: memorySettings({ newItems: 'ask', connectors: [aConnector('files', { enabled: false })] }),
    managed: {
      path: '/etc/runlayer/companion.json',
      file: 'refused',
      problem: 'It is not used.',
      settings: {
        enforcementFailureMode: 'closed',
        allowInsecureTransport: false,
        vouchedHosts: [],
        defaultHost: undefined,
      },
    },
    version: '1.2.3',
    kind: 'headless',
    home: '/h',
    startedAt: NOW,
    clock: () => NOW,
    chainId: () => 'c1',
    licencesPath: '/nowhere/licences.json',
    verification,
    status: () => Promise.reject(new Error('not asked')),
    redact: (text) => text,
    ...over,
  });
  return { handlers, asked };
}

describe('about', () => {
  it('tells versions and places, and fits the contract', () => {
    const about = operations['about.get'].output.parse(bench().handlers['about.get']({}, PAGE));
    expect(about).toMatchObject({ version: '1.2.3', kind: 'headless', home: '/h', chainId: 'c1' });
    expect(about.versions.map(({ name }) => name)).toEqual(['Node.js', 'V8', 'SQLite', 'OpenSSL']);
    expect(about.paths).toContainEqual({ what: 'Audit journal', path: join('/h', 'audit') });
  });

  it('tells what was decided for this machine, and that a file is refused', () => {
    const view = operations['settings.get'].output.parse(bench().handlers['settings.get']({}, PAGE));
    expect(view).toMatchObject({
      newItems: 'ask',
      retention: { days: 90, bytes: 1024 ** 3 },
      managed: { file: 'refused', problem: 'It is not used.', defaultHost: null },
    });
  });

  it('begins, shows and ends a look at the journal', async () => {
    const { handlers, asked } = bench();
    await handlers['audit.verify']({}, PAGE);
    await handlers['audit.verification']({}, PAGE);
    await handlers['audit.verifyCancel']({}, PAGE);
    expect(asked).toEqual(['begin', 'state', 'cancel']);
  });
});

describe('licences', () => {
  function written(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'rl-licences-'));
    closing(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'licences.json');
    writeFileSync(path, text);
    return path;
  }
  const entry = { name: 'zod', version: '4.6.7', licence: 'MIT', text: 'Permission is hereby granted' };

  it('are listed without their texts, which come one at a time', async () => {
    const { handlers } = bench({ licencesPath: written(JSON.stringify([entry])) });
    expect(await handlers['about.licences']({}, PAGE)).toEqual([{ name: 'zod', version: '4.6.7', licence: 'MIT' }]);
    expect(await handlers['about.licence']({ name: 'zod', version: '4.6.7' }, PAGE)).toEqual(entry);
    await expect(handlers['about.licence']({ name: '../zod', version: '4.6.7' }, PAGE)).rejects.toMatchObject({
      code: 'E_LICENCE_UNKNOWN',
    });
  });

  it.each(['', '[{"name":1}]', '{'])('that cannot be read are said to be missing: %j', async (text) => {
    const { handlers } = bench({ licencesPath: written(text) });
    await expect(handlers['about.licences']({}, PAGE)).rejects.toMatchObject({ code: 'E_LICENCES_MISSING' });
  });
});
