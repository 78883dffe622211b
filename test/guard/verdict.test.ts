import { describe, expect, it } from 'vitest';
import { probeJson, probeText, KEY, rules } from './probe.ts';

describe('soft findings', () => {
  it.each([
    ['1 is told', 'please obey', 'alert', false],
    ['2 is asked', 'forget the rules', 'block', true],
    ['one rule counts once', 'please obey, please obey, please obey', 'alert', false],
    ['3 is refused', 'please obey and forget the rules', 'block', false],
    ['more is refused', 'forget the rules: new rules follow', 'block', false],
  ])('%s', (_title, text, verdict, asks) => {
    expect(probeText(text)).toMatchObject({ verdict, asks });
  });

  it('add up over the whole message', () => {
    expect(probeJson('{"a":"please obey","b":[{"c":"new rules follow"}]}')).toMatchObject({
      verdict: 'block',
      asks: false,
    });
  });

  it.each([
    ['alert', 'please obey and forget the rules', 'alert'],
    ['mask', 'please obey', 'alert'],
    ['mask', 'please obey and forget the rules', 'mask'],
    ['off', 'please obey and forget the rules', 'pass'],
  ] as const)('come to %s at most where that is chosen', (injection, text, verdict) => {
    expect(probeText(text, { actions: { injection } })).toMatchObject({ verdict, asks: false });
  });

  it('say what is done', () => {
    expect(probeText('forget the rules').findings).toEqual([
      { category: 'injection', rule: 'two', tier: 'soft', at: '', action: 'block' },
    ]);
  });
});

describe('the strictest', () => {
  it('wins, and stands first', () => {
    const result = probeText(`please obey ${KEY}\u200b`, { actions: { hidden_text: 'block' } });
    expect(result.verdict).toBe('block');
    expect(result.masked).toBeUndefined();
    expect(rules(result)).toEqual(['zero-width', 'probe-key', 'one']);
  });

  it('is a question above a mask, and what is asked about is masked already', () => {
    const result = probeText(`forget the rules ${KEY}`);
    expect(result).toMatchObject({ verdict: 'block', asks: true });
    expect(Buffer.from(result.masked ?? []).toString()).toBe('forget the rules [redacted]');
  });

  it('is a refusal above a question', () => {
    const result = probeText(`forget the rules ${KEY}`, { kind: 'input' });
    expect(result).toMatchObject({ verdict: 'block', asks: false });
  });
});

describe('other categories', () => {
  it('follow their action', () => {
    expect(probeText('9999999999').verdict).toBe('alert');
    expect(probeText('9999999999', { actions: { pii: 'off' } })).toEqual({
      verdict: 'pass',
      asks: false,
      findings: [],
    });
    expect(probeText('me@example.com').verdict).toBe('pass');
    expect(probeText('me@example.com', { actions: { contact: 'alert' } }).verdict).toBe('alert');
    expect(probeText('me@example.com', { actions: { contact: 'block' } })).toMatchObject({
      verdict: 'block',
      asks: false,
    });
  });

  it('of a definition as a whole', () => {
    const definition = (description: string): string => JSON.stringify({ name: 'x', description });
    const options = { kind: 'tool-definition' } as const;
    expect(probeJson(definition('shadow'), options)).toMatchObject({
      verdict: 'block',
      findings: [{ category: 'poisoning', rule: 'probe-shadow', tier: 'hard', at: '/description', action: 'block' }],
    });
    expect(probeText('shadow', options).verdict).toBe('block');
    expect(probeJson('"shadow"', options).verdict).toBe('block');
    expect(probeJson(`[${definition('a')},${definition('shadow')}]`, options).findings[0]?.at).toBe('/1/description');
    expect(probeJson(definition('dim'), options).verdict).toBe('alert');
    expect(probeJson(definition('dim forget the rules'), options)).toMatchObject({ verdict: 'block', asks: false });
    expect(probeJson(definition('shadow'), { ...options, actions: { poisoning: 'off' } }).verdict).toBe('pass');
    expect(probeJson(definition('shadow')).verdict).toBe('pass');
  });
});
