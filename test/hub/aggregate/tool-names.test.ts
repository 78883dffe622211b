import { describe, expect, it } from 'vitest';
import { call } from './messages.ts';
import { fake, real, refusing, rig } from './rig.ts';
import { server, tool } from './scripted-server.ts';

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
      fake(server({ tools: tools.map((one) => tool(one)) })),
    ]);
    const r = rig(Object.fromEntries(opened));
    expect(await r.list()).toEqual(shown);
    const all = Object.entries(connectors).flatMap(([name, tools]) => tools.map((one) => `${name}__${one}`));
    for (const [index, name] of all.entries()) {
      const [answer] = await r.ask(call(index, name));
      if (shown.includes(name)) expect(answer?.json.result).toBeDefined();
      else expect(answer?.text).toBe(unknown(index, name));
    }
  });

  it('are refused before anybody listed, too', async () => {
    const r = rig({ a: fake(server({ tools: [tool('b__c')] })), a__b: fake(server({ tools: [tool('c')] })) });
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
    const r = rig({ a: fake(server({ tools: [tool(name), tool('ok'), tool('x'.repeat(125))] })) });
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
    for (const name of ['a__ok', 'a__other']) expect((await r.ask(call(1, name)))[0]?.text).toBe(unknown(1, name));
  });
});
