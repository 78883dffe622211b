import type { CatalogueEntry } from '../../preload/contract/index.ts';

/** An entry for a program, as it could ship. */
export function anEntry(over: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return {
    id: 'files',
    title: 'Files',
    publisher: 'Somebody',
    description: 'Reads files.',
    homepage: 'https://example.com/files',
    licence: 'MIT',
    runs: {
      kind: 'program',
      package: { name: '@some/files', version: '1.2.3', integrity: `sha512-${'A'.repeat(86)}==` },
      args: ['--quiet', { parameter: 'folders' }],
      env: { LIST: { parameter: 'list', suffix: '/list.txt' } },
    },
    parameters: [
      { id: 'folders', title: 'Folders', help: 'What may be read.', kind: 'folder', many: true, required: true },
      { id: 'list', title: 'List', help: 'A word.', kind: 'text', many: false, required: false },
    ],
    secrets: [
      {
        for: 'TOKEN',
        prefix: '',
        title: 'Token',
        help: 'Make one.',
        url: 'https://example.com/tokens',
        name: 'files',
        required: true,
      },
    ],
    default: 'read-only',
    check: { done: true, on: '2026-11-21', server: 'files 1.2.3', tools: ['read_file'] },
    ...over,
  };
}

/** The same for an address with a header. */
export function anAddress(over: Partial<CatalogueEntry> = {}): CatalogueEntry {
  return anEntry({
    id: 'remote',
    title: 'Remote',
    runs: { kind: 'http', url: 'https://mcp.example.com/mcp', oauth: false },
    parameters: [],
    secrets: [
      {
        for: 'Authorization',
        prefix: 'Bearer ',
        title: 'Token',
        help: 'Make one.',
        url: 'https://example.com/tokens',
        name: 'remote',
        required: true,
      },
    ],
    check: { done: false, on: '2026-11-21', because: 'Not reached.' },
    ...over,
  });
}
