import { describe, expect, it } from 'vitest';
import type { TenantRegistry } from '../../main/backend/tenants.ts';
import {
  signInCompletions,
  signInDescriptions,
  signInWeakeningTests,
  tenantHandlers,
} from '../../main/operations/tenant-handlers.ts';
import type { TenantSignIn, TenantView } from '../../preload/contract/index.ts';
import { CLI, PAGE } from './fakes.ts';

const host = 'https://acme.runlayer.com';
const view: TenantView = {
  host,
  signedInAt: '2026-11-21T08:00:00.000Z',
  isDefault: true,
  credential: 'ok',
  state: 'ok',
  problem: '',
};
const begun: TenantSignIn = {
  id: 's1',
  host,
  userCode: 'WDJB-MJHT',
  verificationUri: `${host}/device`,
  verificationUriComplete: `${host}/device`,
  expiresAt: '2026-11-21T08:10:00.000Z',
};

function aBench() {
  const calls: string[] = [];
  const note =
    <T>(name: string, value: T) =>
    (...args: readonly unknown[]): T => {
      calls.push(`${name} ${args.map(String).join(' ')}`);
      return value;
    };
  const tenants = {
    views: note('views', [view]),
    signIn: note('signIn', Promise.resolve(begun)),
    signInResult: note('signInResult', Promise.resolve(view)),
    giveUpSignIn: note('giveUpSignIn', undefined),
    useKey: note('useKey', Promise.resolve(view)),
    signOut: note('signOut', Promise.resolve(host)),
  } as unknown as TenantRegistry;
  return { handlers: tenantHandlers(tenants), calls };
}

describe('tenant operations', () => {
  const familiar = {
    replaces: (wanted: string | undefined) => wanted === host,
    known: (wanted: string) => wanted === host,
    defaultHost: () => 'https://default.example',
  };

  it('need a yes where a sign-in takes the place of another', () => {
    const tests = signInWeakeningTests(familiar);
    expect(tests['tenant.signIn']?.({ host }, CLI)).toBe(true);
    expect(tests['tenant.useKey']?.({ host, key: 'rl_x' }, CLI)).toBe(true);
    expect(tests['tenant.signIn']?.({}, CLI)).toBe(false);
    expect(tests['tenant.useKey']?.({ host: 'https://new.example', key: 'rl_x' }, CLI)).toBe(false);
  });

  it.each([
    ['a tenant that somebody signed in to', host, true],
    ['what this machine was set up for', 'https://default.example', false],
    ['an address of its own choice', 'https://evil.example', true],
    ['an address that only looks like it', 'https://default.example.evil.example', true],
    ['no tenant, where there is no default', undefined, false],
  ])('from a page: %s', (_what, wanted, isAsked) => {
    const input = wanted === undefined ? {} : { host: wanted };
    expect(signInWeakeningTests(familiar)['tenant.signIn']?.(input, PAGE)).toBe(isAsked);
  });

  it('ask with the whole address, and say whether another account goes', () => {
    const words = signInDescriptions(familiar)['tenant.signIn'];
    expect(words?.({ host })).toMatchObject({ title: `Sign in anew to ${host}?` });
    const evil = `https://${'a'.repeat(200)}.example`;
    expect(words?.({ host: evil }).title).toBe(`Sign in to ${evil}?`);
    expect(words?.({ host: evil }).detail).toContain(evil);
  });

  it('name the tenant that is meant before anybody is asked, where there is one', () => {
    let now: string | undefined = host;
    const complete = signInCompletions({ defaultHost: () => now });
    expect(complete['tenant.signIn']?.({})).toEqual({ host });
    expect(complete['tenant.useKey']?.({ key: 'rl_x' })).toEqual({ host, key: 'rl_x' });
    expect(complete['tenant.signIn']?.({ host: 'https://new.example' })).toEqual({ host: 'https://new.example' });
    now = undefined;
    expect(complete['tenant.signIn']?.({})).toEqual({});
  });

  it('ask the registry, with who asks', async () => {
    const { handlers, calls } = aBench();
    expect(await handlers['tenant.list']({}, CLI)).toEqual([view]);
    expect(await handlers['tenant.signIn']({ host }, CLI)).toEqual(begun);
    expect(await handlers['tenant.signInResult']({ id: 's1' }, CLI)).toEqual(view);
    expect(await handlers['tenant.signInCancel']({ id: 's1' }, CLI)).toEqual({});
    expect(await handlers['tenant.useKey']({ key: 'rl_x' }, CLI)).toEqual(view);
    expect(await handlers['tenant.signOut']({}, CLI)).toEqual({ host });
    expect(calls).toEqual([
      'views ',
      `signIn ${host} a test`,
      'signInResult s1',
      'giveUpSignIn s1',
      'useKey undefined rl_x a test',
      'signOut undefined a test',
    ]);
  });
});
