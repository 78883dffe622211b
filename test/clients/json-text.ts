import * as fc from 'fast-check';

/** How a generated value is written: everything that a person, an editor or a program might have done. */
export interface Layout {
  readonly indent: string;
  readonly eol: '\n' | '\r\n';
  readonly bom: boolean;
  readonly end: string;
}

export const layouts: fc.Arbitrary<Layout> = fc.record({
  indent: fc.constantFrom('', ' ', '  ', '    ', '\t', '\t\t'),
  eol: fc.constantFrom('\n' as const, '\r\n' as const),
  bom: fc.boolean(),
  end: fc.constantFrom('', '\n', '\r\n', '\n\n', '  '),
});

const keys = fc.oneof(
  fc.string({ maxLength: 6, unit: 'binary' }).filter((key) => key.isWellFormed()),
  fc.constantFrom('a', 'b', '__proto__', 'constructor', 'mcpServers', 'zz-probe', 'a.b/c', '', '\u202e'),
);

/** JSON values with hostile keys; the objects have no prototype, so that `__proto__` is a key. */
const values = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ maxLength: 12, unit: 'binary' }).filter((text) => text.isWellFormed()),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(keys, tie('value'), { maxKeys: 5, noNullPrototype: false }),
})).object;

/** A configuration: any object, with any servers (none of them named `probe`, or ours). */
export function configs(probe: string): fc.Arbitrary<Record<string, unknown>> {
  const servers = values.map((object) => withoutKey(object, probe));
  return fc.tuple(values, fc.option(servers), fc.boolean()).map(([rest, servers, first]) => {
    const others = withoutKey(rest, 'mcpServers');
    if (servers === null) return others;
    return first ? { mcpServers: servers, ...others } : { ...others, mcpServers: servers };
  });
}

function withoutKey(object: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

export function write(value: unknown, layout: Layout): Buffer {
  const text = JSON.stringify(value, null, layout.indent).replaceAll('\n', layout.eol);
  return Buffer.from((layout.bom ? '\uFEFF' : '') + text + layout.end);
}

/** Blanks, line breaks and, for clients that take them, comments between any two tokens, and trailing commas. */
export function scatter(value: unknown, random: () => number, comments: boolean): string {
  const gaps = [
    '',
    '',
    '',
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\n    ',
    ...(comments ? ['/* c */', ' // d\n', '\n  // e "f": 1\n'] : []),
  ];
  const gap = (): string => gaps[Math.floor(random() * gaps.length)] ?? '';
  const list = (items: string[]): string => {
    const last = comments && items.length > 0 && random() < 0.3 ? `${gap()},` : '';
    return items.map((item) => gap() + item + gap()).join(',') + last + gap();
  };
  const write = (item: unknown): string => {
    if (Array.isArray(item)) return `[${list(item.map(write))}]`;
    if (typeof item !== 'object' || item === null) return JSON.stringify(item);
    return `{${list(Object.entries(item).map(([key, inner]) => JSON.stringify(key) + gap() + ':' + gap() + write(inner)))}}`;
  };
  return gap() + write(value) + gap();
}
