import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, win32 } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localPaths } from '../../main/host/local-path.ts';
import { catalogueHandlers } from '../../main/operations/catalogue-handlers.ts';
import { ShownConsents } from '../../main/operations/shown-consents.ts';
import {
  CompanionError,
  type CatalogueEntry,
  type ConnectorView,
  type OperationInput,
} from '../../preload/contract/index.ts';
import { anAddress, anEntry } from '../catalogue/entries.ts';
import { aConnector, CLI, memorySettings, memoryVault } from './fakes.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rl-catalogue-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Any program of this machine stands for npx: it is only looked up. */
const entry = (): CatalogueEntry => anEntry({ parameters: anEntry().parameters });

function bench() {
  const saved: OperationInput<'connectors.save'>[] = [];
  const held: string[] = [];
  const shown = new ShownConsents();
  const all = [entry(), anAddress()];
  const handlers = catalogueHandlers({
    catalogue: {
      entries: async () => all,
      entry: async (id) => {
        const found = all.find((one) => one.id === id);
        if (found === undefined) throw new CompanionError('E_CATALOGUE_UNKNOWN', 'none', 'look');
        return found;
      },
    },
    settings: memorySettings({ connectors: [aConnector('taken')] }),
    vault: memoryVault(),
    login: { get: () => Promise.resolve({ env: { PATH: process.env['PATH'] ?? '' } }) },
    settingsFile: '/home/settings.json',
    shown,
    save: async (input) => {
      saved.push(input);
      return {} as ConnectorView;
    },
    hold: (address) => held.push(address),
    local: localPaths(win32, [String.raw`C:\Users\me`]).local,
  });
  return { handlers, saved, held, shown };
}

const draft = (over: Partial<OperationInput<'connectors.draft'>> = {}): OperationInput<'connectors.draft'> => ({
  entry: 'remote',
  name: 'mine',
  default: 'ask',
  parameters: {},
  secrets: { Authorization: 'gh' },
  ...over,
});

describe('the catalogue', () => {
  it('is listed with what is here, and its addresses may be opened', async () => {
    const { handlers, held } = bench();
    const all = await handlers['connectors.catalogue']({}, CLI);
    expect(all.map(({ entry: { id }, installed }) => [id, installed])).toEqual([
      ['files', []],
      ['remote', []],
    ]);
    expect(held).toContain('https://example.com/tokens');
  });

  it('makes a draft and stores nothing', async () => {
    const { handlers, saved } = bench();
    const { request, settingsFile } = await handlers['connectors.draft'](draft(), CLI);
    expect(settingsFile).toBe('/home/settings.json');
    expect(request.target).toMatchObject({
      kind: 'http',
      url: 'https://mcp.example.com/mcp',
      secrets: [{ header: 'Authorization', prefix: 'Bearer ', reference: 'keychain:gh', stored: false }],
    });
    expect(saved).toEqual([]);
  });

  it.each<[string, Partial<OperationInput<'connectors.draft'>>, string]>([
    ['an entry that is not there', { entry: 'nothing' }, 'E_CATALOGUE_UNKNOWN'],
    ['a name that is taken', { name: 'taken' }, 'E_CONNECTOR_EXISTS'],
    ['a parameter of its own', { parameters: { url: ['https://evil.example/'] } }, 'E_CATALOGUE_PARAMETER'],
    ['a secret of its own', { secrets: { Authorization: 'gh', Cookie: 'x' } }, 'E_CATALOGUE_PARAMETER'],
    [
      'a folder that is not there',
      { entry: 'files', parameters: { folders: ['/nothing/of/this'] }, secrets: { TOKEN: 'x' } },
      'E_FOLDER_MISSING',
    ],
    // Looked for, it would be one that is missing.
    [
      'a folder of another machine, which is not looked for',
      { entry: 'files', parameters: { folders: ['/tmp', '//host/share'] }, secrets: { TOKEN: 'x' } },
      'E_NOT_LOCAL',
    ],
  ])('refuses %s', async (_what, over, code) => {
    await expect(bench().handlers['connectors.draft'](draft(over), CLI)).rejects.toMatchObject({ code });
  });

  it('installs exactly what was shown, and checks it', async () => {
    const { handlers, saved } = bench();
    const { request } = await handlers['connectors.draft'](draft(), CLI);
    await handlers['connectors.install']({ name: 'mine', default: 'ask', consentHash: request.hash }, CLI);
    expect(saved).toEqual([
      {
        name: 'mine',
        default: 'ask',
        consentHash: request.hash,
        definition: expect.objectContaining({ url: 'https://mcp.example.com/mcp' }) as unknown,
        replace: false,
        check: true,
      },
    ]);
  });

  it.each([{ name: 'other' }, { default: 'allow' as const }, { consentHash: 'x' }])(
    'installs nothing that was not shown: %j',
    async (over) => {
      const { handlers, saved } = bench();
      const { request } = await handlers['connectors.draft'](draft(), CLI);
      const input = { name: 'mine', default: 'ask' as const, consentHash: request.hash, ...over };
      expect(() => handlers['connectors.install'](input, CLI)).toThrow(CompanionError);
      expect(saved).toEqual([]);
    },
  );

  it('installs no definition that somebody else looked at', () => {
    const { handlers, shown } = bench();
    const definition = { command: 'sh', args: ['-c', 'x'], env: {}, secrets: {} };
    const request = {
      connector: 'mine',
      hash: 'h',
      default: 'ask',
      risks: [],
      target: { kind: 'program', argv: ['sh'], path: '/sh', realPath: '/sh', env: [], secrets: [] },
    } as const;
    shown.remember({
      request: { ...request, risks: [], target: { ...request.target, argv: [], env: [], secrets: [] } },
      definition,
    });
    expect(() => handlers['connectors.install']({ name: 'mine', default: 'ask', consentHash: 'h' }, CLI)).toThrow(
      CompanionError,
    );
  });
});
