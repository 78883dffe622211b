import { describe, expect, it } from 'vitest';
import { externalAddress, openExternal } from '../../main/shell/open-external.ts';
import { PROJECT_PAGES } from '../../preload/contract/project-pages.ts';
import { createFakeElectron } from './fake-electron.ts';

describe('externalAddress', () => {
  it.each([
    ['https://docs.runlayer.com/a?b#c', 'https://docs.runlayer.com/a?b#c'],
    ['HTTPS://EXAMPLE.com', 'https://example.com/'],
    ['http://127.0.0.1:8080/authorize', 'http://127.0.0.1:8080/authorize'],
  ])('passes %s', (address, checked) => {
    expect(externalAddress(address)).toBe(checked);
  });

  it.each([
    'http://example.com/',
    'http://127.0.0.1.example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://host/share',
    'ms-msdt:/id',
    'https://user:pass@example.com/',
    'https://accounts.google.com@evil.example/',
    ' https://example.com/',
    'https://exa\nmple.com/',
    'https://',
    '',
    '--help',
    `https://example.com/${'a'.repeat(2048)}`,
  ])('refuses %j', (address) => {
    expect(externalAddress(address)).toBeUndefined();
  });
});

describe('openExternal', () => {
  const known = ['https://acme.runlayer.com/device?code=ABCD', 'http://127.0.0.1:9000/authorize?state=1'];

  it.each([...known, ...Object.values(PROJECT_PAGES)])('opens %s, which main holds', async (address) => {
    const fake = createFakeElectron();
    expect(await openExternal(fake.electron, address, known)).toBe(true);
    expect(fake.opened).toEqual([address]);
  });

  it.each([
    'https://evil.example/?stolen=1',
    'https://acme.runlayer.com/device',
    'https://acme.runlayer.com/device?code=ABCD&stolen=1',
    'https://acme.runlayer.com/device?code=ABCD#stolen',
    'https://docs.runlayer.com/?stolen=1',
    'https://docs.runlayer.com/stolen',
    'https://docs.runlayer.com.evil.example/',
    'http://127.0.0.1:9000/',
  ])('opens nothing for %s, which a page made up', async (address) => {
    const fake = createFakeElectron();
    expect(await openExternal(fake.electron, address, known)).toBe(false);
    expect(fake.opened).toEqual([]);
  });

  it('opens nothing that is no web page, even where it is held', async () => {
    const fake = createFakeElectron();
    expect(await openExternal(fake.electron, 'file:///etc/passwd', ['file:///etc/passwd'])).toBe(false);
    expect(await openExternal(fake.electron, 'nonsense', ['nonsense'])).toBe(false);
    expect(fake.opened).toEqual([]);
  });

  it('says that there is no browser', async () => {
    const fake = createFakeElectron();
    const shell = { ...fake.electron.shell, openExternal: () => Promise.reject(new Error('no browser')) };
    expect(await openExternal({ shell }, PROJECT_PAGES.documentation, [])).toBe(false);
  });
});
