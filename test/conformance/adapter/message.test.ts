import { describe, expect, it } from 'vitest';
import { parseKeepingNumbers } from './message.ts';

describe('a message whose id is rewritten', () => {
  it.each(['12345678901234567890', '1.0', '-0', '1e400', '0.1', '[1,{"a":1.50}]', '"1.0"', 'null'])(
    'keeps %s as it was written',
    (text) => {
      expect(JSON.stringify(parseKeepingNumbers(`{"a":${text}}`))).toBe(`{"a":${text}}`);
    },
  );

  it('has ordinary numbers as numbers, so that an id is one', () => {
    expect(parseKeepingNumbers('{"id":7}')).toEqual({ id: 7 });
  });
});
