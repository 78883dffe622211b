import { describe, expect, it } from 'vitest';
import {
  applicationOf,
  applicationUrl,
  createApplicationOf,
  evidenceOf,
} from '../../../main/connectors/application/applications.ts';

const FIGMA = 'com.figma/desktop-mcp';

describe('an application’s own endpoint', () => {
  it.each([
    'http://127.0.0.1:3845/mcp',
    'http://localhost:3845/mcp',
    'http://[::1]:3845/mcp',
    'http://127.0.0.9:3845/mcp',
  ])('%s is contacted at the one address that is looked at', (url) => {
    const application = applicationOf(FIGMA, url);
    expect(application?.title).toBe('Figma');
    expect(application === undefined ? '' : applicationUrl(application)).toBe('http://127.0.0.1:3845/mcp');
  });

  it.each([
    'https://127.0.0.1:3845/mcp',
    'http://127.0.0.1:3846/mcp',
    'http://127.0.0.1/mcp',
    'http://127.0.0.1:3845/sse',
    'http://127.0.0.1:3845/mcp/',
    'http://127.0.0.1:3845/mcp?x=1',
    'http://127.0.0.1:3845/mcp#x',
    'http://user@127.0.0.1:3845/mcp',
    'http://127.0.0.1.evil.example:3845/mcp',
    'http://localhost.evil.example:3845/mcp',
    'http://192.168.1.5:3845/mcp',
    'http://0.0.0.0:3845/mcp',
    'not an address',
    '',
  ])('is not at %j', (url) => {
    expect(applicationOf(FIGMA, url)).toBeUndefined();
  });

  it.each(['com.figma/desktop-mcp ', 'COM.FIGMA/desktop-mcp', 'com.figma', '__proto__', '', null, undefined])(
    'has exactly its name in the catalogue: %j',
    (name) => {
      expect(applicationOf(name, 'http://127.0.0.1:3845/mcp')).toBeUndefined();
    },
  );

  it('says how it is recognised, and where it cannot be', () => {
    const figma = applicationOf(FIGMA, 'http://127.0.0.1:3845/mcp');
    const evidence = (platform: NodeJS.Platform): string | undefined =>
      figma === undefined ? 'not found' : evidenceOf(figma, platform);
    expect(evidence('darwin')).toBe('signed by Apple Developer ID team T8RA8NE3B7');
    expect(evidence('win32')).toBe('signed by "Figma, Inc."');
    expect(evidence('linux')).toBeUndefined();
    expect(evidence('freebsd')).toBeUndefined();
    const agreedTo = (platform: NodeJS.Platform): string | undefined =>
      createApplicationOf(platform)(FIGMA, 'http://localhost:3845/mcp')?.evidence;
    expect(agreedTo('darwin')).toBe('signed by Apple Developer ID team T8RA8NE3B7');
    expect(agreedTo('linux')).toBe('cannot be recognised on this system, and is refused');
    expect(createApplicationOf('darwin')(FIGMA, 'http://localhost:3846/mcp')).toBeUndefined();
  });
});
