import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Match } from '../../../main/guard/match.ts';
import { secretDetectors } from '../../../main/guard/secrets/detectors.ts';
import { corpus } from '../../relay/corpus.ts';
import { CONTEXTS, FORMATS, Random } from './made-secrets.ts';

const find = (text: string): readonly Match[] => secretDetectors.flatMap((detect) => detect(text));
const rulesIn = (text: string): string[] => [...new Set(find(text).map(({ rule }) => rule))];

/** `text` without what was found in it. */
function without(text: string): string {
  const covered = Array.from(text, () => false);
  for (const { start, end } of find(text)) covered.fill(true, start, end);
  return Array.from(text, (char, at) => (covered[at] === true ? ' ' : char)).join('');
}

describe('secrets of a fixed format', () => {
  it.each(Object.entries(FORMATS))('%s is found wherever it stands', (name, make) => {
    for (let round = 0; round < 3; round += 1) {
      const secret = make(new Random(`${name} ${round}`));
      const missed = Object.entries(CONTEXTS).filter(([, put]) => find(put(secret)).length === 0);
      expect(missed.map(([context]) => context)).toEqual([]);
    }
  });

  // Of a file of PuTTY the longest part is the public one; private-keys.test.ts has it.
  it.each(Object.entries(FORMATS).filter(([name]) => name !== 'putty'))(
    '%s: what is found is the secret, not something beside it',
    (name, make) => {
      const secret = make(new Random(`masked ${name}`));
      const left = without(`before ${secret} after`);
      expect(left).toMatch(/^before /);
      expect(left).toMatch(/ after$/);
      // The longest run of its letters is its random part, or a good piece of it.
      const longest = (secret.match(/[A-Za-z0-9+/_-]{8,}/g) ?? []).toSorted((a, b) => b.length - a.length)[0] ?? '';
      expect(longest).not.toBe('');
      expect(left).not.toContain(longest.slice(-12));
    },
  );

  it('says where, of what kind, and how sure', () => {
    const secret = `ghp_${new Random('place').of(36)}`;
    expect(find(`x ${secret} y`)).toEqual([
      { category: 'secret', rule: 'github-token', tier: 'hard', start: 2, end: 2 + secret.length },
    ]);
  });

  it('finds each of several, also behind one that is made up', () => {
    const random = new Random('several');
    const [one, two] = [`hf_${random.of(34)}`, `hf_${random.of(34)}`];
    const starts = find(`hf_${'example'.repeat(4)}abcdef ${one} ${two}`).map(({ start }) => start);
    expect(new Set(starts)).toEqual(new Set([38, 39 + one.length]));
  });

  it('is not led past a real one by ever so many made-up ones', () => {
    const secret = `glpat-${new Random('decoys').of(20)}`;
    expect(rulesIn(`${'glpat-xxxxxxxxxxxxxxxxxxxx '.repeat(2000)}${secret}`)).toContain('gitlab-token');
  });

  it.each(['-example', '_sample', '-your-key', 'xxxxxxxx', '-placeholder'])(
    'is not let past by "%s" behind it',
    (word) => {
      const random = new Random(word);
      for (const secret of [`glpat-${random.of(20)}`, `sk-proj-${random.of(60)}`, `ya29.${random.of(60)}`]) {
        expect(rulesIn(secret + word)).not.toEqual([]);
      }
    },
  );

  it('does not take a part of a longer word', () => {
    const secret = new Random('word').of(34);
    expect(find(`shelf_${secret}`).filter(({ rule }) => rule === 'huggingface-token')).toEqual([]);
    expect(find(`hf_${secret}abc`)).toEqual([]);
  });
});

describe('any text', () => {
  const fragment = fc.oneof(
    fc.constantFrom(...Object.keys(FORMATS).map((name) => (FORMATS[name] ?? String)(new Random(name)).slice(0, 60))),
    fc.constantFrom(
      '-----BEGIN PRIVATE KEY-----',
      '://',
      ':',
      '@',
      'Bearer ',
      'password="',
      '\\n',
      '%3D',
      '.',
      '=',
      '"d":"',
    ),
    fc.string({ unit: 'binary', maxLength: 50 }),
  );

  it('gives ranges that lie in it, and no exception', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 12 }), (fragments) => {
        const text = fragments.join('');
        for (const { start, end, rule } of find(text)) {
          expect(rule).toMatch(/^[a-z0-9-]{1,64}$/);
          expect(start).toBeGreaterThanOrEqual(0);
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { seed: 9, numRuns: 1000 },
    );
  });
});

describe('secrets without a format', () => {
  const random = new Random('no format');
  it.each<[string, string]>([
    ['a setting', `DB_PASSWORD=${random.of(6)}!9aZ${random.of(4)}`],
    ['JSON', `{"client_secret": "${random.of(32)}"}`],
    ['JSON in JSON', String.raw`{\"api_key\": \"${random.of(28)}\"}`],
    ['a header', `X-Api-Key: ${random.of(32)}`],
    ['hex', `secret: ${random.of(40, '0123456789abcdef')}`],
    ['a connection string', `Server=db;User Id=sa;Password=Aa1${random.of(9)};`],
    ['a query', `https://host.test/?access_token=${random.of(30)}`],
    ['a command', `curl -u deploy:Z9${random.of(10)} https://host.test`],
    ['a token as user', `https://${random.of(30)}:x-oauth-basic@github.test/a/b`],
    ['a .npmrc', `//registry.test/:_authToken=${random.of(30)}`],
    ['a named service', `DD_API_KEY=${random.of(32, '0123456789abcdef')}`],
  ])('%s', (_name, text) => {
    expect(find(text)).not.toEqual([]);
  });
});

describe('what is no secret', () => {
  const random = new Random('harmless');
  const hex = (length: number): string => random.of(length, '0123456789abcdef');
  it.each<[string, string]>([
    ['a commit', `commit ${hex(40)}`],
    ['a UUID', `"id": "${random.uuid()}"`],
    ['package integrity', `"integrity": "sha512-${random.of(86)}=="`],
    ['an image', `data:image/png;base64,${random.of(4000)}`],
    ['a digest', `sha256:${hex(64)}`],
    ['a page token', `"nextPageToken": "${random.of(40)}"`],
    ['a cursor', `cursor_token=${random.of(40)}`],
    ['a limit', 'max_tokens: 4096000000'],
    ['an address', 'token_url: https://login.test/oauth2/v2.0/token1'],
    ['an example key', ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('')],
    ['crosses', `ghp_${'x'.repeat(36)}`],
    ['angle brackets', 'Authorization: Bearer <your-token-goes-here-1234>'],
    ['a variable', 'postgres://app:${DB_PASSWORD}@db/app'],
    ['two variables', 'postgres://{user}:{password}@db/app'],
    ['a name for it', 'https://user:password@host.test/'],
    ['a path through code', 'password = config.database1.password2'],
    ['a call', 'const token = generateToken1234567890(user)'],
    ['the environment', 'api_key = os.environ["OPENAI_API_KEY"]'],
    ['words', 'password: correct-horse-battery-staple'],
    ['changeme', 'SECRET_KEY=changeme-in-production-1'],
    ['a public key', `-----BEGIN PUBLIC KEY-----\n${random.of(64)}\n-----END PUBLIC KEY-----`],
    ['a frame with nothing in it', '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----'],
    [
      'the token of jwt.io',
      ['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'SflKxwRJSMeKKF2QT4fwpMeJf3'].join('.'),
    ],
    ['three parts that are no token', 'eyJub3RoaW5nIjoxfQ.eyJub3RoaW5nIjoxfQ.eyJub3RoaW5nIjoxfQ0123'],
  ])('%s', (_name, text) => {
    expect(rulesIn(text)).toEqual([]);
  });

  const outputs = corpus('tool-outputs-real.jsonl');
  it.skipIf(outputs.missing)('real results of tools: at most one in two hundred', () => {
    const texts = outputs.text().trim().split('\n');
    expect(texts.length).toBeGreaterThan(800);
    expect(texts.filter((text) => find(text).length > 0).length).toBeLessThanOrEqual(texts.length / 200);
  });
});
