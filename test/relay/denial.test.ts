import { describe, expect, it } from 'vitest';
import {
  agentText,
  engineError,
  errorReply,
  isModern,
  METHOD_REFUSED,
  OWN_ID_PREFIX,
  refusedCall,
  SERVER_FAILED,
  SESSION_REFUSED,
  unknownTool,
} from '../../main/relay/denial.ts';
import { DecisionCode } from '../../preload/contract/index.ts';

describe('what a refused call looks like', () => {
  it('is these bytes', () => {
    expect(unknownTool('"a\\u0062"', 'x"\n\ud800').toString()).toBe(
      '{"jsonrpc":"2.0","id":"a\\u0062","error":{"code":-32602,"message":"Unknown tool: x\\"\\n\\ud800"}}\n',
    );
    expect(errorReply(null, -32_700, 'm').toString()).toBe(
      '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"m"}}\n',
    );
    const call = { id: '9007199254740993', code: 'approval_denied', ref: 'r', text: 't', modern: false } as const;
    expect(refusedCall(call).toString()).toBe(
      '{"jsonrpc":"2.0","id":9007199254740993,"result":{"content":[{"type":"text","text":"t"}],"isError":true,' +
        '"_meta":{"com.runlayer/decision":{"code":"approval_denied","ref":"r"}}}}\n',
    );
    expect(refusedCall({ ...call, modern: true }).toString()).toContain(
      '"isError":true,"resultType":"complete","_meta"',
    );
  });

  it('uses codes outside those that JSON-RPC reserves', () => {
    expect([METHOD_REFUSED, SERVER_FAILED, SESSION_REFUSED]).toEqual([-31001, -31002, -31003]);
    for (const code of [METHOD_REFUSED, SERVER_FAILED, SESSION_REFUSED])
      expect(code < -32_768 || code > -32_000).toBe(true);
    expect(OWN_ID_PREFIX).toBe('com.runlayer.companion:');
  });

  it.each(DecisionCode.options)('says one or two short sentences to the agent, with the reference: %s', (code) => {
    const text = agentText(code, 50_000, 'ref-1');
    expect(text).toMatch(/^Blocked by Runlayer[ :]/);
    expect(text).toContain('(ref ref-1)');
    expect(text.length).toBeLessThan(320);
  });

  it('does not call a time-out a denial', () => {
    expect(agentText('approval_timeout', 50_000, 'r')).toBe(
      "Blocked by Runlayer: this call needs a person's approval and nobody answered within 50 seconds, so it was not made " +
        '(ref r). It was not denied: ask the person to be ready to approve, then call again.',
    );
    expect(agentText('approval_denied', 50_000, 'r')).toContain('Do not retry');
  });
});

describe('engineError', () => {
  it('turns anything that was thrown into a block', () => {
    expect(engineError(new Error('x'))).toEqual({
      effect: 'deny',
      decidedBy: 'engine',
      code: 'engine_error',
      reason: 'x',
    });
    expect(engineError(undefined)).toMatchObject({ effect: 'deny', reason: 'The decision failed.' });
  });
});

describe('isModern', () => {
  it.each<[object, boolean]>([
    [{ _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }, true],
    [{ _meta: {} }, false],
    [{ _meta: null }, false],
    [{ _meta: 'x' }, false],
    [{}, false],
  ])('%j: %s', (params, modern) => {
    expect(isModern(params as Record<string, unknown>)).toBe(modern);
  });
});
