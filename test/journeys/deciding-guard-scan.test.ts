/** `runlayer guard`: a person looks at a text as the companion would, and at what it would do. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { GuardFinding, GuardVerdict } from '../../preload/contract/index.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome, type Ended } from './companion-home.ts';
import { madeSecret } from './deciding-checks.ts';

interface Line {
  readonly verdict?: GuardVerdict;
  readonly findings?: readonly GuardFinding[];
  readonly error?: { readonly code: string; readonly message: string };
}

const token = madeSecret('github classic', 'a text');
const lines = ({ out }: Ended): Line[] =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
const verdicts = (ended: Ended): (string | undefined)[] =>
  lines(ended).map(({ verdict, error }) => verdict ?? error?.code);
const one = (kind: string, text: string): string => JSON.stringify({ kind, text });

describeJourney('guard at a terminal', () => {
  let home: CompanionHome;
  const scan = (input: string | Buffer, ...options: string[]): Promise<Ended> =>
    home.runlayer(['guard', 'scan', ...options], { input });

  beforeAll(async () => {
    home = await openHome();
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
  });
  afterAll(async () => {
    await home.close();
  });

  it('says of one text what would be done, as each kind, and ends with 0 whatever it finds', async () => {
    const each = { output: 'mask', input: 'block', 'tool-definition': 'block' };
    for (const [kind, verdict] of Object.entries(each)) {
      const ended = await scan(`key ${token}\n`, '--kind', kind, '--json');
      expect(ended).toMatchObject({ code: 0, err: '' });
      expect(lines(ended)).toMatchObject([
        { verdict, findings: [{ category: 'secret', tier: 'hard', action: verdict }] },
      ]);
    }
    const read = await scan(`key ${token}`);
    expect(read.code).toBe(0);
    expect(read.out).toMatch(/^mask: .*taken out/);
    expect(read.out).not.toContain(token);
    expect((await scan('nothing in it')).out).toMatch(/^pass: /);
    expect((await scan('')).out).toMatch(/^pass: /);
    expect((await scan('\ufeffkey\r\nand more\r\n', '--json')).code).toBe(0);
  });

  it('looks at a text whole, wherever something stands in it', async () => {
    const words = 'the lake lies north of the town and is cold. ';
    for (const before of [65_537 - token.length, 65_530, 65_537, 1_048_570]) {
      const text = `${words.repeat(Math.ceil(before / words.length)).slice(0, before - 1)} ${token} ${words}`;
      expect([before, verdicts(await scan(text, '--json'))]).toEqual([before, ['mask']]);
      expect([before, verdicts(await scan(text.replace(token, 'ice'), '--json'))]).toEqual([before, ['pass']]);
    }
  });

  it('refuses what is no text, no kind, no connector, and two forms at once', async () => {
    const no = await scan(Buffer.from([0x61, 0xff, 0xfe]));
    expect([no.code, no.out]).toEqual([2, '']);
    expect(no.err).toContain('UTF-8');
    expect((await scan('x', '--kind', 'letter')).code).toBe(2);
    expect((await scan('x', '--jsonl', '--json')).code).toBe(2);
    const unknown = await scan('x', '--connector', 'nobody');
    expect(unknown.code).not.toBe(0);
    expect(unknown.out).toBe('');
  });

  it('answers each line in its place, also what does not fit, and ends with 2 for that', async () => {
    const input = [
      one('output', 'fine'),
      'no json',
      '{"kind":"letter","text":"x"}',
      '{"kind":"output"}',
      '{"kind":"output","text":"a","text":"b"}',
      '',
      '[]',
      one('input', token),
      one('tool-definition', 'hid\u200bden'),
      JSON.stringify({ kind: 'output', text: 'x', label: 'kept by whoever wrote it' }),
    ].join('\n');
    const ended = await scan(input, '--jsonl');
    expect(ended.code).toBe(2);
    const said = verdicts(ended);
    expect(said).toHaveLength(10);
    expect([said[0], said[7], said[8], said[9]]).toEqual(['pass', 'block', 'block', 'pass']);
    expect(said.slice(1, 4)).toEqual(['E_INPUT', 'E_INPUT', 'E_INPUT']);
    expect(said.slice(5, 7)).toEqual(['E_INPUT', 'E_INPUT']);
    expect(ended.out).not.toContain(token);
  });

  it('takes a byte order mark, CRLF, no last newline, bytes that are no UTF-8, and nothing', async () => {
    const marked = await scan(
      `\ufeff${one('output', 'a')}\r\n${one('input', token)}\r\n${one('output', 'c')}`,
      '--jsonl',
    );
    expect(marked).toMatchObject({ code: 0, err: '' });
    expect(verdicts(marked)).toEqual(['pass', 'block', 'pass']);
    const bad = Buffer.concat([Buffer.from('{"kind":"output","text":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
    const mixed = await scan(Buffer.concat([bad, Buffer.from(`${one('output', 'b')}\n`)]), '--jsonl');
    expect(mixed.code).toBe(2);
    expect(verdicts(mixed)).toEqual(['E_INPUT', 'pass']);
    expect(await scan('', '--jsonl')).toEqual({ code: 0, out: '', err: '' });
  });

  it('answers ten thousand lines in their order', async () => {
    const every = 97;
    const input = Array.from({ length: 10_000 }, (_, at) =>
      one('output', at % every === 0 ? `${at} ${token}` : `line ${at}`),
    );
    const ended = await scan(`${input.join('\n')}\n`, '--jsonl');
    expect(ended.code).toBe(0);
    const wrong = verdicts(ended).flatMap((verdict, at) =>
      verdict === (at % every === 0 ? 'mask' : 'pass') ? [] : [at],
    );
    expect([lines(ended).length, wrong]).toEqual([10_000, []]);
  });

  it('keeps nothing of what was looked at', () => {
    expect(home.filesHolding(token)).toEqual([]);
    // The journal is there to be searched.
    expect(readdirSync(join(home.home, 'audit')).length).toBeGreaterThan(0);
  });

  it('shows what is done, and what somebody chose', async () => {
    await home.must(['guard', 'set', 'pii', 'block']);
    await home.must(['guard', 'set', 'contact', 'mask', '--connector', 'tools']);
    expect(await home.json(['guard', 'show'])).toEqual({
      all: { pii: 'block' },
      connectors: { tools: { contact: 'mask' } },
    });
    const card = 'paid with card 4111 1111 1111 1111';
    expect(verdicts(await scan(card, '--json'))).toEqual(['block']);
    const mail = 'write to ada.lovelace@analytical-engines.com';
    expect(verdicts(await scan(mail, '--json'))).toEqual(['pass']);
    expect(verdicts(await scan(mail, '--json', '--connector', 'tools'))).toEqual(['mask']);
    const shown = await home.must(['guard', 'show', '--connector', 'tools']);
    expect(shown).toMatch(/pii\* +block +block +block/);
    expect(shown).toMatch(/contact\* +block +mask +mask/);
    const milder = await home.runlayer(['guard', 'set', 'pii', 'default']);
    expect(milder.code).toBe(2);
    expect(milder.err).toMatch(/needs a yes/);
    const refused = await home.runlayer(['guard', 'set', 'pii', 'off'], {
      typed: [{ after: /\[y\/N\] /, text: 'n\n' }],
    });
    expect(refused.code).toBe(2);
    const agreed = await home.runlayer(['guard', 'set', 'pii', 'off'], {
      typed: [{ after: /\[y\/N\] /, text: 'y\n' }],
    });
    expect(agreed.code).toBe(0);
    expect(verdicts(await scan(card, '--json'))).toEqual(['pass']);
    for (const bad of [
      ['guard', 'set', 'everything', 'off'],
      ['guard', 'set', 'pii', 'sometimes'],
      ['guard', 'set', 'pii', 'off', '--connector', 'nobody'],
      ['guard', 'show', '--connector', 'nobody'],
    ])
      expect([bad, (await home.runlayer(bad)).code === 0]).toEqual([bad, false]);
  });
});
