import { describe, expect, it } from 'vitest';
import { leavingTo } from '../../renderer/approval/leaving.ts';

const hash = (address: string): string => `#leave=${encodeURIComponent(address)}`;

describe('where the interface leads a person', () => {
  it.each([
    ['https://acme.runlayer.com/device?code=AB-CD', 'https://acme.runlayer.com/device?code=AB-CD'],
    ['http://127.0.0.1:4800/device', 'http://127.0.0.1:4800/device'],
    ['http://[::1]:4800/', 'http://[::1]:4800/'],
    ['http://localhost:4800/', 'http://localhost:4800/'],
  ])('%s is a web page', (address, href) => {
    expect(leavingTo(hash(address))).toMatchObject({ kind: 'to', url: new URL(href) });
  });

  it.each([
    'http://acme.example/',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'cursor://anysphere.cursor-deeplink/mcp/install',
    'https://acme.runlayer.com@evil.example/',
    'not an address',
    '',
  ])('%s is refused', (address) => {
    expect(leavingTo(hash(address))).toEqual({ kind: 'refused', address });
  });

  it('what cannot be read is refused as it stands', () => {
    expect(leavingTo('#leave=%E0%A4%A')).toEqual({ kind: 'refused', address: '%E0%A4%A' });
  });

  it.each(['', '#', '#t=token', '#/leave=x'])('%s leads nowhere', (other) => {
    expect(leavingTo(other)).toBeUndefined();
  });
});
