import { describe, expect, it } from 'vitest';
import { hideKept, withKeptValues, withoutValues } from '../../main/operations/kept-values.ts';
import type { ConnectorDefinition, ConsentRequest } from '../../preload/contract/index.ts';

const stored: ConnectorDefinition = { command: 'server', args: [], env: { URL: 'https://x', LEVEL: '1' }, secrets: {} };
const http: ConnectorDefinition = {
  url: 'https://mcp.example.com/',
  transport: 'sse',
  headers: { 'X-Team': 'blue' },
  secrets: {},
  oauth: false,
};
const edit = (definition: ConnectorDefinition, keep: string[], replace = true) =>
  ({ name: 'files', definition, default: 'ask', replace, keep }) as const;
const with_ = (env: Record<string, string>): ConnectorDefinition => ({ ...stored, env });

describe('a definition in the interface', () => {
  it('has no value of a variable or a header', () => {
    expect(withoutValues(stored)).toEqual({ definition: with_({ LEVEL: '', URL: '' }), keep: ['LEVEL', 'URL'] });
    expect(withoutValues(http)).toEqual({ definition: { ...http, headers: { 'X-Team': '' } }, keep: ['X-Team'] });
  });

  it('gets back what it keeps, and nothing else', () => {
    const input = { ...edit(with_({ URL: '', LEVEL: '2' }), ['URL']), keep: ['URL'] };
    expect(withKeptValues(input, stored).definition).toEqual(with_({ URL: 'https://x', LEVEL: '2' }));
    expect(withKeptValues({ ...edit(http, []), keep: [] }, undefined).definition).toBe(http);
  });

  it.each<[string, ConnectorDefinition, string[], ConnectorDefinition | undefined, boolean]>([
    ['it does not have', with_({ NEW: '' }), ['NEW'], stored, true],
    ['it does not name any more', with_({}), ['URL'], stored, true],
    ['of another kind', http, ['X-Team'], stored, true],
    ['of none', with_({ URL: '' }), ['URL'], undefined, true],
    ['of one that it does not replace', with_({ URL: '' }), ['URL'], stored, false],
    ['of the prototype', with_({ URL: '' }), ['constructor'], stored, true],
  ])('cannot keep a value %s', (_what, definition, keep, before, replace) => {
    expect(() => withKeptValues({ ...edit(definition, keep, replace), keep }, before)).toThrow(/no value/);
  });

  it('is shown to a page without what it keeps', () => {
    const request: ConsentRequest = {
      connector: 'files',
      hash: 'h',
      default: 'ask',
      target: {
        kind: 'program',
        argv: ['server'],
        path: '/server',
        realPath: '/server',
        env: ['LEVEL=1', 'URL=https://x'],
        secrets: [],
      },
      risks: [{ code: 'inline_code', evidence: 'URL=https://x', text: 'Read it.' }],
    };
    const shown = hideKept(request, ['URL']);
    expect(JSON.stringify(shown)).not.toContain('https://x');
    expect(shown.target).toMatchObject({ env: ['LEVEL=1', 'URL=(as it is now)'] });
    expect(hideKept(request, [])).toBe(request);
  });
});
