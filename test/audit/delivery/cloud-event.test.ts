import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../../../main/audit/canonical.ts';
import { GENESIS, hashRecord, lineOf } from '../../../main/audit/chain.ts';
import { batchBody, batchBytes, eventOf } from '../../../main/audit/delivery/cloud-event.ts';
import { leanShape } from '../../../main/audit/lean-shape.ts';
import { callId } from '../records.ts';

const RECORD = { v: 1, id: callId(1), chain_id: 'ab', seq: 7, time: '2026-01-02T03:04:05.000Z', kind: 'event' };

function lineFor(record: unknown, hash?: string): Buffer {
  const text = canonical(record);
  return Buffer.from(lineOf(hash ?? hashRecord(GENESIS, text), GENESIS, text)).subarray(0, -1);
}

describe('eventOf', () => {
  it('is a CloudEvent whose data is the very text that was hashed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
        const record = { ...RECORD, connector: 'files', detail: { text: text.toWellFormed(), number: 1 }, x: value };
        let line: Buffer;
        try {
          line = lineFor(record);
        } catch {
          return;
        }
        const event = eventOf(line, 'install');
        if (event === undefined) throw new Error('no event');
        const parsed = JSON.parse(event.text) as Record<string, unknown>;
        expect(parsed).toMatchObject({
          specversion: '1.0',
          id: callId(1),
          source: 'urn:runlayer:companion:install:ab',
          type: 'com.runlayer.companion.audit.event',
          time: RECORD.time,
          subject: 'files',
          rlseq: 7,
          rlprev: GENESIS,
        });
        expect(event.text.endsWith(`,"data":${canonical(record)}}`)).toBe(true);
        expect(hashRecord(GENESIS, canonical(parsed['data']))).toBe(parsed['rlhash']);
      }),
    );
  });

  it.each([
    ['no JSON', Buffer.from('x')],
    ['empty', Buffer.alloc(0)],
    ['a wrong hash', lineFor(RECORD, '1'.repeat(64))],
    ['no id', lineFor({ ...RECORD, id: undefined })],
    ['a seq that is no number', lineFor({ ...RECORD, seq: '7' })],
    ['no chain', lineFor({ ...RECORD, chain_id: 4 })],
    ['no object', lineFor(['a'])],
    ['another spacing', Buffer.from(lineFor(RECORD).toString().replace('"seq":7', '"seq": 7'))],
  ])('is nothing for a line with %s', (_name, line) => {
    expect(eventOf(line, 'install')).toBeUndefined();
  });

  it('names no subject where there is no connector', () => {
    expect(JSON.parse(eventOf(lineFor(RECORD), 'i')?.text ?? '')).not.toHaveProperty('subject');
  });
});

describe('batchBody', () => {
  it('is as long as was counted', () => {
    const event = eventOf(lineFor({ ...RECORD, connector: 'größe' }), 'install');
    if (event === undefined) throw new Error('no event');
    for (const count of [1, 2, 9]) {
      const events = Array.from({ length: count }, () => event);
      expect(batchBody(events).length).toBe(batchBytes(events));
    }
  });
});

describe('leanShape', () => {
  it.each([
    [undefined, null],
    [null, null],
    ['secret', { $bytes: 8 }],
    [{ path: 'ü' }, { $bytes: 13 }],
    [() => 1, { $bytes: 0 }],
    [1n, { $more: 1 }],
  ])('case %#', (value, shape) => {
    expect(leanShape(value)).toEqual(shape);
  });
});
