import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findPrivateKeys } from '../../../main/guard/secrets/private-keys.ts';
import { FORMATS, Random } from './made-secrets.ts';

const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const pem = key.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
const body = pem.split('\n').slice(1, -1).join('\n');

describe('a private key', () => {
  it.each<[string, string]>([
    ['as it is', pem],
    ['with Windows line ends', pem.replaceAll('\n', '\r\n')],
    ['on one line', pem.replaceAll('\n', ' ')],
    ['with escapes', pem.replaceAll('\n', String.raw`\n`)],
    ['with escapes of escapes', pem.replaceAll('\n', String.raw`\\n`)],
    ['indented', pem.replaceAll('\n', '\n      ')],
    ['as pieces of code', pem.replaceAll('\n', String.raw`\n" +` + '\n  "')],
    ['with a header', pem.replace('-----\n', '-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B\n\n')],
    [
      'in the frame of SSH2',
      `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n${body}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`,
    ],
  ])('%s is found whole', (_name, text) => {
    expect(findPrivateKeys(`a\n${text}\nb`)).toEqual([
      { category: 'secret', rule: 'private-key', tier: 'hard', start: 2, end: 2 + text.length },
    ]);
  });

  it('is found when its end is missing, up to where it breaks off', () => {
    const cut = pem.slice(0, 120);
    expect(findPrivateKeys(cut)).toMatchObject([{ start: 0, end: cut.length }]);
  });

  it('is found beside another one', () => {
    expect(findPrivateKeys(`${pem}\n${pem}`)).toHaveLength(2);
  });

  it('is found as a JSON Web Key, its public half is not', () => {
    const jwk = key.export({ format: 'jwk' });
    expect(findPrivateKeys(JSON.stringify(jwk))).toMatchObject([{ rule: 'json-web-key' }]);
    const { d: _private, ...open } = jwk;
    expect(findPrivateKeys(JSON.stringify(open))).toEqual([]);
  });

  it('is found in a file of PuTTY', () => {
    expect(findPrivateKeys((FORMATS['putty'] ?? String)(new Random('p')))).toMatchObject([
      { rule: 'putty-private-key' },
    ]);
  });

  it.each([
    '-----BEGIN PRIVATE KEY-----',
    '-----BEGIN RSA PRIVATE KEY-----\n(your key here)\n-----END RSA PRIVATE KEY-----',
    `-----BEGIN PRIVATE KEY-----\n${'x'.repeat(64)}\n-----END PRIVATE KEY-----`,
    `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`,
    'PRIVATE KEY',
  ])('is not %j', (text) => {
    expect(findPrivateKeys(text)).toEqual([]);
  });
});
