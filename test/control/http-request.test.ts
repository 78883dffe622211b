import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkRequest, type RequestHead } from '../../main/control/http-request.ts';

const PORT = 7717;
const head = (change: Partial<RequestHead> = {}): RequestHead => ({
  httpVersion: '1.1',
  method: 'GET',
  target: '/',
  rawHeaders: ['Host', `127.0.0.1:${PORT}`],
  ...change,
});

describe('checkRequest', () => {
  it.each([
    ['/', { kind: 'file', path: '/', headOnly: false }],
    ['/assets/index-a_B.js', { kind: 'file', path: '/assets/index-a_B.js', headOnly: false }],
    ['/api/events', { kind: 'events' }],
  ])('routes %s', (target, route) => {
    expect(checkRequest(head({ target }), PORT)).toEqual({ kind: 'ok', route, authorization: undefined });
  });

  it('serves no host but our own, whatever it looks like', () => {
    const own = [`127.0.0.1:${PORT}`, `localhost:${PORT}`, `[::1]:${PORT}`];
    const near = fc
      .constantFrom(...own)
      .chain((host) =>
        fc
          .tuple(fc.nat(host.length), fc.string({ minLength: 1, maxLength: 3 }))
          .map(([at, extra]) => host.slice(0, at) + extra + host.slice(at)),
      );
    fc.assert(
      fc.property(fc.oneof(near, fc.string(), fc.domain()), (host) => {
        fc.pre(!own.includes(host));
        expect(checkRequest(head({ rawHeaders: ['Host', host] }), PORT).kind).toBe('refused');
      }),
      { numRuns: 2000 },
    );
  });

  it('serves no target that can be spelled in two ways', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', '.', '%', '2', 'e', '\\', '?', '#', ';', 'a', '\0', ' ', 'é') }),
        (text) => {
          const checked = checkRequest(head({ target: `/${text}` }), PORT);
          if (checked.kind !== 'ok' || checked.route.kind !== 'file') return;
          expect(checked.route.path).toBe(new URL(checked.route.path, 'http://x').pathname);
          expect(checked.route.path).not.toMatch(/\.\.|\/\/|[%\\?#;]/);
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('never throws on any headers', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), fc.string(), fc.string(), (rawHeaders, method, target) => {
        expect(['ok', 'refused']).toContain(checkRequest(head({ rawHeaders, method, target }), PORT).kind);
      }),
    );
  });

  it('takes linear time on a hostile target', () => {
    const started = performance.now();
    checkRequest(head({ target: `/${'a.'.repeat(4000)}%` }), PORT);
    checkRequest(head({ target: `/${'a/'.repeat(4000)}%` }), PORT);
    expect(performance.now() - started).toBeLessThan(100);
  });
});
