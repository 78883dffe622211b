import { describe, expect, it } from 'vitest';
import { weakensConfig, type ConfigChange } from '../../main/hub/weakening.ts';
import type { DefaultMode } from '../../preload/contract/index.ts';
import { aConfig } from './samples.ts';

const URL = 'https://mcp.example.com/mcp';
const address = (mode: DefaultMode, endpoint = URL): ConfigChange => ({ target: { endpoint, default: mode } });
const ofConnector = aConfig('github', { allowedTools: ['get_*', 'list_*'] });
const ofAddress = aConfig('web', { target: { endpoint: URL, default: 'ask' } });

describe('a change of a config', () => {
  it.each<[string, ConfigChange, boolean]>([
    ['nothing', {}, false],
    ['the same connector', { target: { connector: 'github' } }, false],
    ['another connector', { target: { connector: 'gitlab' } }, true],
    ['an address for a connector', address('deny'), true],
    ['the same tools', { allowedTools: ['list_*', 'get_*'] }, false],
    ['fewer tools', { allowedTools: ['get_*'] }, false],
    ['narrower tools', { allowedTools: ['get_issue', 'list_?'] }, false],
    ['one tool more', { allowedTools: ['get_*', 'list_*', 'create_issue'] }, true],
    ['all tools', { allowedTools: ['*'] }, true],
    ['fewer tools of another connector', { allowedTools: ['get_*'], target: { connector: 'gitlab' } }, true],
  ])('of a connector, %s: weakens %s', (_title, change, expected) => {
    expect(weakensConfig(ofConnector, change)).toBe(expected);
  });

  it.each<[string, ConfigChange, boolean]>([
    ['the same address', address('ask'), false],
    ['a stricter default', address('deny'), false],
    ['a milder default', address('read-only'), true],
    ['the mildest', address('allow'), true],
    ['another address', address('deny', 'https://mcp.example.com/mcp/'), true],
    ['a connector', { target: { connector: 'github' } }, true],
  ])('of an address, %s: weakens %s', (_title, change, expected) => {
    expect(weakensConfig(ofAddress, change)).toBe(expected);
  });
});
