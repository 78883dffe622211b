import { describe, expect, test } from 'vitest';
import { encodeHeaderValue } from '../../../main/transport/http-upstream/header-value.ts';
import { ToolHeaders, toolProblem } from '../../../main/transport/http-upstream/tool-headers.ts';

const INVALID = 'invalid_header_annotation';
const property = (schema: object): object => ({
  name: 't',
  inputSchema: { type: 'object', properties: { v: schema } },
});

describe('annotations', () => {
  const header = { type: 'string', 'x-mcp-header': 'V' };
  test.each<[string, object, string | undefined]>([
    ['none', { name: 't' }, undefined],
    ['no schema', { name: 't', inputSchema: null }, undefined],
    ['a string', property(header), undefined],
    ['an integer', property({ type: 'integer', 'x-mcp-header': 'V' }), undefined],
    ['a boolean', property({ type: 'boolean', 'x-mcp-header': 'V' }), undefined],
    ['a nested one', property({ type: 'object', properties: { deep: header } }), undefined],
    ['every token character', property({ type: 'string', 'x-mcp-header': "!#$%&'*+-.^_`|~09AZaz" }), undefined],
    [
      'as a name of a property',
      property({ type: 'object', properties: { 'x-mcp-header': { type: 'string' } } }),
      undefined,
    ],
    ['as an example', property({ type: 'object', default: { 'x-mcp-header': 1 } }), undefined],
    ['an empty name', property({ type: 'string', 'x-mcp-header': '' }), INVALID],
    ['a name that is no string', property({ type: 'string', 'x-mcp-header': 1 }), INVALID],
    ['a space', property({ type: 'string', 'x-mcp-header': 'My Region' }), INVALID],
    ['a colon', property({ type: 'string', 'x-mcp-header': 'Region:Primary' }), INVALID],
    ['not ASCII', property({ type: 'string', 'x-mcp-header': 'Région' }), INVALID],
    ['a control character', property({ type: 'string', 'x-mcp-header': 'Region\t1' }), INVALID],
    ['a line end', property({ type: 'string', 'x-mcp-header': 'a\r\nX: 1' }), INVALID],
    ['a final line end', property({ type: 'string', 'x-mcp-header': 'a\n' }), INVALID],
    ['a number', property({ type: 'number', 'x-mcp-header': 'V' }), INVALID],
    ['an object', property({ type: 'object', 'x-mcp-header': 'V' }), INVALID],
    ['an array', property({ type: 'array', items: { type: 'string' }, 'x-mcp-header': 'V' }), INVALID],
    ['null', property({ type: 'null', 'x-mcp-header': 'V' }), INVALID],
    ['two types', property({ type: ['string', 'null'], 'x-mcp-header': 'V' }), INVALID],
    ['no type', property({ 'x-mcp-header': 'V' }), INVALID],
    ['at the root', { name: 't', inputSchema: { type: 'string', 'x-mcp-header': 'V' } }, INVALID],
    ['in items', property({ type: 'array', items: header }), INVALID],
    ['in prefixItems', property({ type: 'array', prefixItems: [header] }), INVALID],
    ['in anyOf', property({ anyOf: [header] }), INVALID],
    ['in a property of anyOf', property({ anyOf: [{ properties: { a: header } }] }), INVALID],
    ['in not', property({ not: header }), INVALID],
    ['in if', { name: 't', inputSchema: { if: { properties: { a: header } } } }, INVALID],
    ['in $defs', { name: 't', inputSchema: { $defs: { a: header } } }, INVALID],
    ['in additionalProperties', property({ type: 'object', additionalProperties: header }), INVALID],
    ['in patternProperties', property({ type: 'object', patternProperties: { x: header } }), INVALID],
    [
      'twice, in another case',
      { name: 't', inputSchema: { properties: { a: header, b: { type: 'string', 'x-mcp-header': 'v' } } } },
      INVALID,
    ],
  ])('%s', (_, definition, problem) => {
    expect(toolProblem(definition as Record<string, unknown>)).toBe(problem);
  });
});

describe('values', () => {
  const base64 = (value: string): string => `=?base64?${Buffer.from(value).toString('base64')}?=`;
  test.each([
    ['us-west1', 'us-west1'],
    ['us west 1', 'us west 1'],
    ['a\tb', 'a\tb'],
    ['~', '~'],
    ['=?base64?x', '=?base64?x'],
    ['', base64('')],
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    [' us', base64(' us')],
    ['us ', base64('us ')],
    ['\tx', base64('\tx')],
    ['a\r\nb', base64('a\r\nb')],
    ['\u007f', base64('\u007f')],
  ])('%j', (value, header) => {
    expect(encodeHeaderValue(value)).toBe(header);
  });
});

describe('calls', () => {
  const tools = (...definitions: object[]): object => ({ tools: definitions });
  const definition = {
    name: 'q',
    inputSchema: {
      properties: {
        s: { type: 'string', 'x-mcp-header': 'S' },
        n: { type: 'integer', 'x-mcp-header': 'N' },
        o: { properties: { b: { type: 'boolean', 'x-mcp-header': 'B' } } },
      },
    },
  };

  test.each<[string, unknown, string[]]>([
    ['all of them', { s: 'x', n: 7, o: { b: true } }, ['Mcp-Param-S', 'x', 'Mcp-Param-N', '7', 'Mcp-Param-B', 'true']],
    ['none', {}, []],
    ['no arguments', undefined, []],
    ['null', { s: null, n: null, o: null }, []],
    ['what is no text', { s: {}, n: [1], o: [] }, []],
    ['a negative number', { n: -7 }, ['Mcp-Param-N', '-7']],
    ['a number that we may have misread', { n: 2 ** 53 }, []],
    ['an inherited member', { o: {}, toString: 1 }, []],
  ])('%s', (_, args, headers) => {
    const learned = new ToolHeaders(10);
    learned.learn(tools(definition));
    expect(learned.forCall({ name: 'q', arguments: args })).toEqual(headers);
    expect(learned.forCall({ name: 'other', arguments: args })).toEqual([]);
    expect(learned.forCall({ arguments: args })).toEqual([]);
  });

  test('follow the latest list, and no more tools than may be', () => {
    const learned = new ToolHeaders(1);
    learned.learn(tools(definition, { ...definition, name: 'second' }));
    expect(learned.forCall({ name: 'second', arguments: { s: 'x' } })).toEqual([]);
    learned.learn(tools({ name: 'q' }));
    expect(learned.forCall({ name: 'q', arguments: { s: 'x' } })).toEqual([]);
    for (const odd of [undefined, null, {}, { tools: 1 }, { tools: [null, 1, {}, { name: 1 }] }]) learned.learn(odd);
  });
});
