import { describe, expect, it } from 'vitest';
import {
  SECRETLINT_LEFT_OUT,
  SECRETLINT_RULES,
  presetRules,
  secretlintDetector,
} from '../../../main/guard/secrets/secretlint-rules.ts';
import { FORMATS, Random } from './made-secrets.ts';

describe('the rules of the preset', () => {
  it('are each run or left out by name', () => {
    const named = [...Object.keys(SECRETLINT_RULES), ...Object.keys(SECRETLINT_LEFT_OUT)];
    expect(named.toSorted()).toEqual([...presetRules()].toSorted());
  });

  it('are not made up', () => {
    expect(secretlintDetector('no-such-rule')).toBeUndefined();
  });

  it.each([
    ['stripe', 'stripe'],
    ['slack', 'slack bot'],
    ['gitlab', 'gitlab'],
    ['databricks', 'databricks'],
    ['privatekey', 'pem rsa'],
    ['database-connection-string', 'mongodb'],
    ['basicauth', 'basic-auth address'],
  ])('%s reports its range at once, each time anew', (rule, format) => {
    const detect = secretlintDetector(rule);
    const secret = (FORMATS[format] ?? String)(new Random(rule));
    for (const before of ['', 'x ']) {
      const found = detect?.(`${before}${secret} y`) ?? [];
      expect(found).toMatchObject([
        { category: 'secret', rule: `secretlint-${rule}`, tier: 'hard', start: before.length },
      ]);
    }
    expect(detect?.('nothing here')).toEqual([]);
  });

  it('cannot be switched off by the text', () => {
    const text = `// secretlint-disable\n${(FORMATS['stripe'] ?? String)(new Random('off'))} // secretlint-disable-line`;
    expect(secretlintDetector('stripe')?.(text)).toHaveLength(1);
  });

  it('take nothing for a secret that is made up', () => {
    expect(secretlintDetector('gitlab')?.(`glpat-${'x'.repeat(20)}`)).toEqual([]);
    expect(secretlintDetector('basicauth')?.('https://user:pass@host.test/')).toEqual([]);
  });
});
