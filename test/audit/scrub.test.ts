import { describe, expect, it } from 'vitest';
import { scrub } from '../../main/audit/scrub.ts';
import { asIs, event, intent, outcome } from './records.ts';

const SECRET = 'hunter2-hunter2';
const redact = (text: string): string => text.replaceAll(SECRET, '[secret]');

describe('scrub', () => {
  it('redacts every string of an intent, keys of its arguments included', () => {
    const record = intent(1, {
      'mcp.method.name': SECRET,
      'mcp.session.id': SECRET,
      'gen_ai.tool.name': SECRET,
      'gen_ai.prompt.name': SECRET,
      'mcp.resource.uri': `https://x/?t=${SECRET}`,
      'jsonrpc.request.id': `"${SECRET}"`,
      connector: SECRET,
      claimed: { client: SECRET },
      decision: { effect: 'deny', decidedBy: 'local', code: 'rule_deny', reason: `no ${SECRET}`, ruleId: SECRET },
      arguments: { [SECRET]: [SECRET, { deep: SECRET }] },
      input_responses: { [SECRET]: { content: [SECRET] } },
      tenant: { host: 'https://acme.example', server: '1b4e28ba-2fa1-41d2-883f-0016d3cca427', correlation_id: SECRET },
    });
    const text = JSON.stringify(scrub(record, redact));
    expect(text).not.toContain(SECRET);
    expect(text.split('[secret]')).toHaveLength(17);
  });

  it('redacts outcomes and events', () => {
    const text = JSON.stringify([
      scrub(outcome(1, { 'error.type': SECRET }), redact),
      scrub(event({ [SECRET]: SECRET }, { connector: SECRET, 'mcp.session.id': SECRET }), redact),
    ]);
    expect(text).not.toContain(SECRET);
  });

  it('leaves closed words and the id of the call alone, whatever the redactor would make of them', () => {
    const clean = scrub(intent(1), () => '[x]');
    expect(clean).toMatchObject({ kind: 'intent', call: intent(1).call });
    expect(clean['decision']).toEqual({
      effect: 'allow',
      decidedBy: 'local',
      code: 'rule_allow',
      reason: '[x]',
      ruleId: '[x]',
    });
  });

  it('keeps a text over 4 KiB by its length only, so that no half of a secret is left', () => {
    const uri = `${'x'.repeat(4090)}${SECRET}`;
    expect(scrub(intent(1, { 'mcp.resource.uri': uri }), redact)['mcp.resource.uri']).toBe('[4105 bytes]');
    expect(scrub(intent(1, { 'mcp.resource.uri': 'x' }), (text) => text.repeat(5000))['mcp.resource.uri']).toBe(
      '[1 bytes]',
    );
  });

  it('cuts the name that a client gave itself to what the schema takes', () => {
    expect(scrub(intent(1, { claimed: { client: 'c'.repeat(257) } }), asIs)['claimed']).toEqual({
      client: '[257 bytes]',
    });
  });

  it('makes every string well-formed', () => {
    const clean = scrub(intent(1, { connector: 'a\ud800', arguments: { 'k\ud800': ['\udc00'] } }), asIs);
    expect(clean).toMatchObject({ connector: 'a\ufffd', arguments: { 'k\ufffd': ['\ufffd'] } });
  });

  it('keeps two keys that become one, and a key __proto__', () => {
    const clean = scrub(intent(1, { arguments: JSON.parse(`{"${SECRET}":1,"[secret]":2,"__proto__":3}`) }), redact);
    expect(JSON.stringify(clean['arguments'])).toBe('{"[secret]":1,"[secret]~":2,"__proto__":3}');
  });

  it('changes nothing in the record that it was given', () => {
    const record = intent(1, { arguments: { a: [SECRET] } });
    const before = structuredClone(record);
    scrub(record, redact);
    expect(record).toEqual(before);
  });
});
