import { describe, expect, it } from 'vitest';
import { compilePolicy } from '../../../main/policy/decide.ts';
import { unknownTool } from '../../../main/relay/denial.ts';
import { aRule } from '../../operations/fakes.ts';
import type { Script } from './fake-sessions.ts';
import { call } from './messages.ts';
import { fake, real, realMember, refusing, rig, type Rig } from './rig.ts';
import { server, tool } from './scripted-server.ts';

/** A server that answers for its gate: it refuses, as a relay does, what it does not list. */
const gated = (...names: readonly string[]): Script =>
  server({
    tools: names.map((name) => tool(name)),
    on: {
      'tools/call': ({ id, params }, session) => {
        const name = String(params?.['name']);
        if (names.includes(name)) session.answer(id, { resultType: 'complete', content: [] });
        else session.say(unknownTool(String(id), name).toString('utf8').trimEnd());
      },
    },
  });

/** The names that members were called by. */
const calledBy = (r: Rig): unknown[] =>
  [...r.opened.values()]
    .flat()
    .flatMap(({ messages }) =>
      messages.filter(({ method }) => method === 'tools/call').map(({ params }) => params?.['name']),
    );

function unknown(id: number, name: string): string {
  return `{"jsonrpc":"2.0","id":${id},"error":{"code":-32602,"message":"Unknown tool: ${name}"}}`;
}

describe('names that cannot be told apart', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
    ['the same name by another cut', { a: ['b__c', 'ok'], a__b: ['c', 'ok'] }, ['a__ok', 'a__b__ok']],
    ['connectors that fold equal', { list: ['x', 'y'], l1st: ['x'] }, ['list__y']],
    ['look-alikes by another cut', { a: ['b__l', 'ok'], a__b: ['1'] }, ['a__ok']],
    ['look-alikes of one connector', { a: ['read', 'Read', 'ok'] }, ['a__ok']],
    ['the same name twice', { a: ['read', 'read', 'ok'] }, ['a__ok']],
  ])('are hidden and refused: %s', async (_title, connectors, shown) => {
    const opened = Object.entries(connectors).map(([name, tools]) => [
      name,
      // Not through a relay, which hides some of these itself.
      fake(gated(...tools)),
    ]);
    const r = rig(Object.fromEntries(opened));
    expect(await r.list()).toEqual(shown);
    const all = Object.entries(connectors).flatMap(([name, tools]) => tools.map((one) => `${name}__${one}`));
    for (const [index, name] of all.entries()) {
      const [answer] = await r.ask(call(index, name));
      if (shown.includes(name)) expect(answer?.json.result).toBeDefined();
      else expect(answer?.text).toBe(unknown(index, name));
    }
    // What is refused here is told to one session, so that it is recorded, as something that nobody has.
    const refused = all.filter((name) => !shown.includes(name));
    expect(calledBy(r).filter((name) => String(name).endsWith(' (not one tool)'))).toEqual(
      refused.map((name) => `${name} (not one tool)`),
    );
    expect(calledBy(r)).toHaveLength(all.length);
  });

  it('are refused before anybody listed, too', async () => {
    const r = rig({ a: fake(gated('b__c')), a__b: fake(gated('c')) });
    const [answer] = await r.ask(call(1, 'a__b__c'));
    expect(answer?.text).toBe(unknown(1, 'a__b__c'));
  });

  it('belong to nobody while one of two connectors cannot say what it has', async () => {
    const r = rig({ a: echoAnd('b__c'), a__b: refusing('"a__b" is not agreed to.', 'Say yes.') });
    expect(await r.list()).toEqual(['a__echo']);
    const [answer] = await r.ask(call(1, 'a__b__c'));
    expect(answer?.json.error).toEqual({ code: -31003, message: '"a__b" is not agreed to. Say yes.' });
    expect(r.member('a').methods).not.toContain('tools/call');
    const [other] = await r.ask(call(2, 'a__echo'));
    expect(other?.json.result).toBeDefined();
  });

  it.each([
    ['129 characters', 'x'.repeat(126)],
    ['a space', 'a b'],
    ['another script', 'rеad'],
    ['an invisible character', 'a\u200b'],
    ['nothing', ''],
  ])('and names that are not safe are hidden and refused: %s', async (_title, name) => {
    const r = rig({ a: fake(gated(name, 'ok', 'x'.repeat(125))) });
    expect(await r.list()).toEqual(['a__ok', `a__${'x'.repeat(125)}`]);
    const [answer] = await r.ask(call(1, `a__${name}`));
    expect(answer?.json.error?.code).toBe(-32602);
  });
});

function echoAnd(...names: readonly string[]): ReturnType<typeof real> {
  return real(server({ tools: [tool('echo'), ...names.map((name) => tool(name))] }));
}

describe('a definition', () => {
  it('whose name can be read in two ways is left out', async () => {
    const twice = '{"name":"ok","inputSchema":{"type":"object"},"name":"other"}';
    const r = rig({ a: fake(server({ tools: [twice, tool('good')] })) });
    expect(await r.list()).toEqual(['a__good']);
    const relayed = rig({ a: real(server({ tools: [twice, tool('good')] })) });
    for (const name of ['a__ok', 'a__other'])
      expect((await relayed.ask(call(1, name)))[0]?.json.error?.message).toBeDefined();
    expect(calledBy(relayed)).toEqual([]);
  });
});

describe('a call that is refused is in the trail', () => {
  it.each<[string, string, string]>([
    ['a tool that its policy hides', 'a__delete_all', 'delete_all'],
    ['a tool that never was', 'a__never', 'never'],
    ['a name that could be of two', 'a__b__c', 'a__b__c (not one tool)'],
    ['a name in other letters', 'A__echo', 'A__echo (not one tool)'],
    ['a name that is not safe', 'a__x y', 'a__x y (not one tool)'],
    ['a name that is too long', `a__${'x'.repeat(200)}`, `a__${'x'.repeat(125)} (not one tool)`],
  ])('%s, in the bytes of an unknown one, and reaches no server', async (_title, name, recorded) => {
    const policy = compilePolicy({
      connector: 'a',
      default: 'allow',
      rules: [aRule('deny', 'a', 'delete_*')],
    });
    const tools = [tool('echo'), tool('delete_all'), tool('b__c')];
    const r = rig({ a: real(server({ tools }), policy), a__b: real(server({ tools: [tool('c')] })) });
    for (const listed of [false, true]) {
      if (listed) await r.list();
      const [answer] = await r.ask(call(7, name));
      expect(answer?.text).toBe(unknown(7, name));
    }
    const trail = [...r.opened.keys()].flatMap((connector) => realMember(r, connector).h.trail());
    expect(trail.map((record) => record.split(' ')[0])).toEqual(['intent', 'outcome', 'intent', 'outcome']);
    for (const record of trail) {
      expect(record).toMatch(/^(?:intent deny |outcome refused )/);
      expect(record.endsWith(` ${recorded}`)).toBe(true);
    }
    expect(calledBy(r)).toEqual([]);
  });

  it('not one that names no connector', async () => {
    const r = rig({ a: real(server({ tools: [tool('echo')] })) });
    await r.list();
    expect((await r.ask(call(1, 'b__echo')))[0]?.text).toBe(unknown(1, 'b__echo'));
    expect(realMember(r, 'a').h.trail()).toEqual([]);
  });
});
