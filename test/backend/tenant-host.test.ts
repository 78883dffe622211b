import { describe, expect, it } from 'vitest';
import { hostOf, readHost, refuseInsecure } from '../../main/backend/tenant-host.ts';
import { CompanionError } from '../../preload/contract/index.ts';

describe('a host as it is typed', () => {
  it.each([
    ['acme.runlayer.com', 'https://acme.runlayer.com'],
    ['https://acme.runlayer.com', 'https://acme.runlayer.com'],
    ['https://acme.runlayer.com/', 'https://acme.runlayer.com'],
    ['HTTPS://Acme.Runlayer.COM:443', 'https://acme.runlayer.com'],
    ['acme.runlayer.com:8443', 'https://acme.runlayer.com:8443'],
    ['localhost:8080', 'https://localhost:8080'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:80', 'http://127.0.0.1'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('%s is %s', (text, host) => {
    expect(hostOf(text)).toBe(host);
    expect(readHost(text)).toBe(host);
  });

  it.each([
    '',
    ' ',
    'https://',
    'http://acme.runlayer.com',
    'http://10.0.0.1',
    'ftp://acme.runlayer.com',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'https://acme.runlayer.com/api',
    'https://acme.runlayer.com/?x',
    'https://acme.runlayer.com/#x',
    'https://user@acme.runlayer.com',
    'https://user:pass@acme.runlayer.com',
    'https://acme.runlayer.com@evil.example',
    'acme.runlayer.com?x',
    String.raw`https:\\acme.runlayer.com`,
    'acme.runlayer.com\\evil',
    'acme runlayer.com',
    'https://*.runlayer.com',
    'acme.runlayer.com\n',
    '\tacme.runlayer.com',
    'аcme.runlayer.com',
    'https://acme.runlayer.com:99999',
    `https://${'a'.repeat(300)}.com`,
  ])('%j is none', (text) => {
    expect(hostOf(text)).toBeUndefined();
    expect(() => readHost(text)).toThrow(CompanionError);
  });
});

describe('http', () => {
  it.each([
    ['https://acme.runlayer.com', false, false],
    ['https://127.0.0.1', false, false],
    ['http://127.0.0.1:8080', false, true],
    ['http://127.0.0.1:8080', true, false],
    ['http://localhost', true, false],
    ['http://acme.runlayer.com', true, true],
    ['http://localhost.evil.example', true, true],
  ])('%s with the switch %s: refused %s', (host, allowed, isRefused) => {
    expect(refuseInsecure(host, allowed) !== undefined).toBe(isRefused);
  });
});
