import { describe, expect, it } from 'vitest';
import { createKnownAddresses, keepingAddresses } from '../../main/host/known-addresses.ts';
import type { Handlers } from '../../main/operations/dispatch.ts';
import { CLI } from '../operations/fakes.ts';

const NOW = Date.parse('2026-11-21T08:00:00.000Z');

describe('addresses that a person is sent to', () => {
  it('are held until their time is over', () => {
    let now = NOW;
    const known = createKnownAddresses(() => now);
    known.keep('https://a.example/', NOW + 10);
    known.keep('https://b.example/', NOW + 20);
    known.keep('', NOW + 20);
    expect(known.list()).toEqual(['https://a.example/', 'https://b.example/']);
    now = NOW + 10;
    expect(known.list()).toEqual(['https://b.example/']);
    now = NOW + 20;
    expect(known.list()).toEqual([]);
  });

  it('are few: the oldest goes, one that is asked for again is the latest', () => {
    const known = createKnownAddresses(() => NOW);
    known.keep('https://first.example/', NOW + 1);
    for (let n = 0; n < 255; n += 1) known.keep(`https://${n}.example/`, NOW + 1);
    known.keep('https://first.example/', NOW + 1);
    known.keep('https://last.example/', NOW + 1);
    expect(known.list()).toHaveLength(256);
    expect(known.list()).toContain('https://first.example/');
    expect(known.list()).not.toContain('https://0.example/');
  });

  it('come from sign-ins and from what waits at tenants, and end with them', async () => {
    let now = NOW;
    const known = createKnownAddresses(() => now);
    const handlers = keepingAddresses<Pick<Handlers, 'connectors.signIn' | 'tenant.signIn' | 'tenant.approvals'>>(
      {
        'connectors.signIn': () =>
          Promise.resolve({ id: 'a', authorizationUrl: 'https://as.example/authorize?state=1' }),
        'tenant.signIn': () => ({
          id: 'b',
          host: 'https://acme.example',
          userCode: 'ABCD',
          verificationUri: 'https://acme.example/device',
          verificationUriComplete: '',
          expiresAt: new Date(NOW + 60_000).toISOString(),
        }),
        'tenant.approvals': () => ({
          approvals: [
            {
              host: 'https://acme.example',
              id: 'r1',
              status: 'pending',
              title: '',
              server: '',
              tool: '',
              canDecideInline: false,
              link: 'https://acme.example/approvals/r1',
            },
          ],
          unanswered: [],
        }),
      },
      known,
      () => now,
    );
    expect(await handlers['connectors.signIn']({ name: 'files' }, CLI)).toMatchObject({ id: 'a' });
    expect(await handlers['tenant.signIn']({}, CLI)).toMatchObject({ id: 'b' });
    expect(known.list()).toEqual(['https://as.example/authorize?state=1', 'https://acme.example/device']);
    now += 60_000;
    expect(known.list()).toEqual(['https://as.example/authorize?state=1']);
    now += 240_000;
    expect(known.list()).toEqual([]);
    await handlers['tenant.approvals']({}, CLI);
    expect(known.list()).toEqual(['https://acme.example/approvals/r1']);
    now += 15 * 60_000;
    expect(known.list()).toEqual([]);
  });
});
