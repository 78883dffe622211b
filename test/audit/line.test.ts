import { describe, expect, it } from 'vitest';
import { canonical } from '../../main/audit/canonical.ts';
import { GENESIS, hashRecord, lineOf } from '../../main/audit/chain.ts';
import { parseLine } from '../../main/audit/line.ts';

const RECORD = canonical({ a: 1, b: 'é' });
const HASH = hashRecord(GENESIS, RECORD);
const parse = (line: string) => parseLine(Buffer.from(line.replace(/\n$/, '')));

describe('parseLine', () => {
  it('reads back what lineOf writes', () => {
    const parsed = parse(lineOf(HASH, GENESIS, RECORD));
    expect(parsed).toEqual({ kind: 'line', hash: HASH, prev: GENESIS, record: { a: 1, b: 'é' }, fits: true });
  });

  it('says when the hash is another one', () => {
    expect(parse(lineOf('f'.repeat(64), GENESIS, RECORD))).toMatchObject({ kind: 'line', fits: false });
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['not JSON', 'x'],
    ['null', 'null'],
    ['an array', '[]'],
    ['no record', `{"hash":"${HASH}","prev":"${GENESIS}"}`],
    ['an upper-case hash', lineOf(HASH.toUpperCase(), GENESIS, RECORD)],
    ['a short hash', lineOf(HASH.slice(1), GENESIS, RECORD)],
    ['a number as prev', `{"hash":"${HASH}","prev":1,"record":${RECORD}}`],
    ['another member', `{"hash":"${HASH}","prev":"${GENESIS}","record":${RECORD},"x":1}`],
    ['members in another order', `{"prev":"${GENESIS}","hash":"${HASH}","record":${RECORD}}`],
    ['a space', `{"hash": "${HASH}","prev":"${GENESIS}","record":${RECORD}}`],
    ['a carriage return', `${lineOf(HASH, GENESIS, RECORD).trim()}\r`],
    ['keys of the record in another order', lineOf(HASH, GENESIS, '{"b":"é","a":1}')],
    ['a key twice', lineOf(HASH, GENESIS, '{"a":1,"a":1,"b":"é"}')],
    ['another text of the same number', lineOf(HASH, GENESIS, '{"a":1.0,"b":"é"}')],
    ['an escape that is not needed', lineOf(HASH, GENESIS, '{"a":1,"b":"\\u00e9"}')],
  ])('refuses %s', (_, line) => {
    expect(parse(line).kind).toBe('unreadable');
  });

  it('refuses broken UTF-8 that decodes to a readable line', () => {
    const good = canonical({ b: '\ufffd' });
    const line = Buffer.from(lineOf(hashRecord(GENESIS, good), GENESIS, good).trim());
    const at = line.indexOf('\ufffd');
    const broken = Buffer.concat([line.subarray(0, at), Buffer.from([0xff]), line.subarray(at + 3)]);
    expect(parseLine(line).kind).toBe('line');
    expect(parseLine(broken).kind).toBe('unreadable');
  });
});
