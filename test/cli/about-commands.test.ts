import { describe, expect, it } from 'vitest';
import type { AboutView } from '../../preload/contract/index.ts';
import { tell } from './fake-io.ts';

const about: AboutView = {
  version: '0.1.0',
  kind: 'headless',
  startedAt: '2026-11-21T08:00:00.000Z',
  platform: 'linux x64 6.1',
  versions: [
    { name: 'Node.js', version: '24.21.0' },
    { name: 'SQLite', version: '3.53.4' },
  ],
  home: '/h',
  paths: [
    { what: 'Settings', path: '/h/settings.json' },
    { what: 'Audit journal', path: '/h/audit' },
  ],
  chainId: '0a1b',
};

describe('about', () => {
  it('show says what runs and where things are', async () => {
    expect((await tell('about show', { answers: { 'about.get': about } })).out).toBe(
      [
        'Companion 0.1.0 (headless) on linux x64 6.1',
        '  Node.js 24.21.0, SQLite 3.53.4',
        '  Settings       /h/settings.json',
        '  Audit journal  /h/audit',
        '  Chain          0a1b',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await tell('about show --json', { answers: { 'about.get': about } })).out)).toEqual(about);
  });

  it('licences lists each package', async () => {
    const answers = { 'about.licences': [{ name: 'zod', version: '4.6.7', licence: 'MIT' }] };
    expect((await tell('about licences', { answers })).out).toBe('PACKAGE  VERSION  LICENCE\nzod      4.6.7    MIT\n');
  });

  it('diagnostics prints the text as it is', async () => {
    const answers = { 'about.diagnostics': { text: 'Runlayer Companion 0.1.0\nwarnings: none\n' } };
    expect((await tell('about diagnostics', { answers })).out).toBe('Runlayer Companion 0.1.0\nwarnings: none\n');
    expect(JSON.parse((await tell('about diagnostics --json', { answers })).out)).toEqual(answers['about.diagnostics']);
  });
});
