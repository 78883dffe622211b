import { expect, it } from 'vitest';
import { installedAs } from '../../main/catalogue/installed.ts';
import { aConnector } from '../operations/fakes.ts';
import { anAddress, anEntry } from './entries.ts';

const program = (name: string, args: string[], command = 'npx') =>
  aConnector(name, { definition: { command, args, env: {}, secrets: {} } });
const address = (name: string, url: string) =>
  aConnector(name, { definition: { url, transport: 'streamable-http', headers: {}, secrets: {}, oauth: false } });

const all = [
  program('exact', ['-y', '@some/files@1.2.3', '/a']),
  program('older', ['-y', '@some/files@1.0.0']),
  program('direct', ['/x/index.js'], 'node'),
  program('other', ['-y', '@some/files-else@1.2.3']),
  address('there', 'https://mcp.example.com/mcp'),
  address('elsewhere', 'https://mcp.example.org/mcp'),
];

it('finds connectors by package, whatever version, and by address', () => {
  expect(installedAs(anEntry(), all)).toEqual(['exact', 'older']);
  expect(installedAs(anAddress(), all)).toEqual(['there']);
});
