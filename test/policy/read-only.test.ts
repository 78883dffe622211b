import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../main/policy/decide.ts';
import { actingWord, toolFacts } from '../../main/policy/read-only.ts';
import { corpus } from '../relay/corpus.ts';

const policy = compilePolicy({ connector: 'c', default: 'read-only', rules: [] });
const effect = (name: string, definition: object): string =>
  policy.decideTool(toolFacts(name, { name, ...definition })).effect;
const readOnly = { annotations: { readOnlyHint: true } };

describe('the default of read-only', () => {
  it.each([
    'get_current_time',
    'list_directory',
    'search',
    'read_text_file',
    'directory_tree',
    'browser_snapshot',
    'getPullRequest',
    'find.references',
    'query-docs',
    'describe_table',
  ])('allows what the server calls read-only: %s', (name) => {
    expect(effect(name, { ...readOnly, inputSchema: { properties: { path: {}, pattern: {} } } })).toBe('allow');
    expect(effect(name, {})).toBe('ask');
  });

  it.each([
    'write_file',
    'writeFile',
    'file.write',
    'WRITE',
    'deleteUser',
    'deleteuser',
    'DELETEUser',
    'send_email',
    'sendmail',
    'runQuery',
    'run-query',
    'exec',
    'execute_sql',
    'execsql',
    'create_issue',
    'update_record',
    'undeleted_items',
    'git_push',
    'puppeteer_evaluate_then_post',
    'kill-process',
    'HTTPPost',
  ])('asks for what is named after an act, whatever the server says: %s', (name) => {
    expect(effect(name, readOnly)).toBe('ask');
  });

  it.each<[string, unknown]>([
    ['an argument', { properties: { command: {} } }],
    ['an argument in camel case', { properties: { shellCommand: {} } }],
    ['a nested argument', { properties: { a: { properties: { b: { items: { properties: { sql_exec: {} } } } } } } }],
    ['a definition', { $defs: { x: { properties: { write: {} } } } }],
    ['one of several', { anyOf: [{ properties: { a: {} } }, { properties: { delete: {} } }] }],
    ['a choice', { properties: { action: { enum: ['list', 'delete'] } } }],
    ['a constant', { properties: { mode: { const: 'write' } } }],
    ['a method', { properties: { method: { type: 'string', enum: ['GET', 'POST'] } } }],
  ])('asks when the schema speaks of one: %s', (_title, inputSchema) => {
    expect(effect('fetch', { ...readOnly, inputSchema })).toBe('ask');
  });

  it.each<[string, unknown]>([
    ['no schema', undefined],
    ['null', null],
    ['a string', 'properties'],
    ['properties that are no object', { properties: ['write'] }],
    ['a choice of numbers', { properties: { n: { enum: [1, null, {}] } } }],
    ['a word in a description', { properties: { a: { description: 'write' } } }],
  ])('reads any schema: %s', (_title, inputSchema) => {
    expect(effect('fetch', { ...readOnly, inputSchema })).toBe('allow');
  });

  it('asks when the schema is too large to look through', () => {
    const inputSchema = {
      properties: Object.fromEntries(Array.from({ length: 6000 }, (_, n) => [`p${n}`, { n: {} }])),
    };
    expect(effect('fetch', { ...readOnly, inputSchema })).toBe('ask');
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['null', null],
    ['a list', [{ readOnlyHint: true }]],
    ['a string', { readOnlyHint: 'true' }],
    ['one', { readOnlyHint: 1 }],
    ['false', { readOnlyHint: false }],
    ['read-only and destructive', { readOnlyHint: true, destructiveHint: true }],
  ])('believes only true: %s', (_title, annotations) => {
    expect(effect('fetch', { annotations })).toBe('ask');
  });

  it('names the word that made it ask', () => {
    expect(actingWord(toolFacts('getRmList', {}))).toBe('rm');
    expect(actingWord(toolFacts('get', { ...readOnly, inputSchema: { properties: { toSend: {} } } }))).toBe('send');
    expect(actingWord(toolFacts('get', {}))).toBeUndefined();
  });

  const real = corpus('tool-definitions-real.json');
  it.skipIf(real.missing)(
    'allows none of the real tools that are named after an act, and most of those that are not [skipped: the corpus is not beside the checkout]',
    () => {
      const { tools } = JSON.parse(real.text()) as {
        tools: { tool: string; inputSchema?: { properties?: object } }[];
      };
      expect(tools.length).toBeGreaterThan(200);
      const act =
        /(write|delete|remove|send|exec|update|create)|(^|[^a-z])(run|put|post|move|kill|shell|push)([^a-z]|$)/i;
      const looks = /^(get|list|search|find|read|query|fetch|describe|show)/i;
      let readers = 0;
      let allowed = 0;
      for (const { tool, inputSchema } of tools) {
        // As if every server claimed it.
        const decided = effect(tool, { ...readOnly, inputSchema });
        if (act.test(tool)) expect(decided, tool).toBe('ask');
        else if (looks.test(tool)) {
          readers++;
          if (decided === 'allow') allowed++;
        }
      }
      expect(readers).toBeGreaterThan(50);
      expect(allowed / readers).toBeGreaterThan(0.8);
    },
  );
});
