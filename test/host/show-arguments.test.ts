import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { indentJson, showArguments } from '../../main/host/show-arguments.ts';

const asIs = (text: string): string => text;

describe('showArguments', () => {
  it('keeps the lines and shows what cannot be seen', () => {
    expect(showArguments('{"path":"a\u202eb","n":1}', asIs)).toBe('{\n  "path": "a\\u{202e}b",\n  "n": 1\n}');
  });

  it('shows each number as it stands in the message, not as it reads to JavaScript', () => {
    const shown = showArguments('{"a":9007199254740993,"b":[1e400,-0,1.0]}', asIs);
    for (const number of ['9007199254740993', '1e400', '-0', '1.0']) expect(shown).toContain(number);
  });

  it('cannot be made to print a line of its own', () => {
    expect(showArguments(JSON.stringify({ text: 'x\n"approved": true,{}[]' }), asIs).split('\n')).toHaveLength(3);
  });

  it('takes live secrets out', () => {
    expect(showArguments('{"t":"sesame"}', (text) => text.replaceAll('sesame', '[redacted]'))).toContain('[redacted]');
  });

  it('shows all of it', () => {
    const long = JSON.stringify({ pad: 'x'.repeat(200_000), hidden: 'rm -rf' });
    expect(showArguments(long, asIs)).toContain('"hidden": "rm -rf"');
  });
});

describe('indentJson', () => {
  it('means the same and is laid out as JSON.stringify does it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const source = JSON.stringify(value);
        // Minus zero is written as zero by JSON.stringify, so the source is what counts.
        expect(indentJson(source)).toBe(JSON.stringify(JSON.parse(source), undefined, 2));
      }),
      { numRuns: 2000 },
    );
  });
});
