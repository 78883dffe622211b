import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAccept } from '../../../main/transport/http-endpoint/accepts.ts';
import { EventStore } from '../../../main/transport/http-endpoint/event-store.ts';
import { decodeHeaderValue } from '../../../main/transport/http-endpoint/header-value.ts';
import { KeptMessages } from '../../../main/transport/http-endpoint/kept-messages.ts';
import {
  isLegacyVersion,
  isModernVersion,
  understandsPriming,
} from '../../../main/transport/http-endpoint/protocol-versions.ts';
import { readEventId } from '../../../main/transport/http-endpoint/resumable-stream.ts';
import { eventData } from '../../../main/transport/http-endpoint/sse-sink.ts';
import type { Outbound } from '../../../main/relay/session-options.ts';

describe('Accept', () => {
  it.each([
    [undefined, true, true],
    ['application/json, text/event-stream', true, true],
    ['text/event-stream, application/json', true, true],
    ['*/*', true, true],
    ['application/json', true, false],
    ['text/event-stream', false, true],
    ['Application/JSON ; q=0.5', true, false],
    ['application/json;q=0, text/event-stream', false, true],
    ['application/json;q=0.000, */*;q=0', false, false],
    ['text/html,application/xhtml+xml', false, false],
    ['application/jsonx, text/event-stream2', false, false],
    ['', false, false],
  ])('%j takes JSON: %s, streams: %s', (value, json, sse) => {
    expect(readAccept(value)).toMatchObject({ json, sse });
  });

  it.each([
    ['text/event-stream, application/json', true],
    ['text/event-stream, */*', true],
    ['application/json, text/event-stream', false],
    ['text/event-stream', false],
    [undefined, false],
  ])('%j would rather have a stream: %s', (value, ratherSse) => {
    expect(readAccept(value).ratherSse).toBe(ratherSse);
  });
});

describe('header values', () => {
  const encode = (text: string): string => `=?base64?${Buffer.from(text).toString('base64')}?=`;

  it('stand for any text in Base64', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeHeaderValue(encode(text))).toBe(text);
      }),
    );
  });

  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['=?base64?SGVsbG8=', '=?base64?SGVsbG8='],
    ['SGVsbG8=?=', 'SGVsbG8=?='],
    ['=?BASE64?SGVsbG8=?=', '=?BASE64?SGVsbG8=?='],
    ['=?base64??=', ''],
    ['=?base64?=', '=?base64?='],
    ['=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=', '=?base64?literal?='],
    ['=?base64?77u/YQ==?=', '\ufeffa'],
    ['=?base64?SGVsbG8?=', undefined],
    ['=?base64?SGVs!!!bG8=?=', undefined],
    ['=?base64?/w==?=', undefined],
    ['caf\u00e9', undefined],
    ['a\0b', undefined],
  ])('%j stands for %j', (value, text) => {
    expect(decodeHeaderValue(value)).toBe(text);
  });
});

describe('versions', () => {
  it('are of one era or of none', () => {
    const versions = [
      '2024-10-07',
      '2024-11-05',
      '2025-03-26',
      '2025-06-18',
      '2025-11-25',
      '2026-07-28',
      '2099-01-01',
      '',
    ];
    expect(versions.map((version) => [isLegacyVersion(version), isModernVersion(version)])).toEqual([
      ...Array.from({ length: 5 }, () => [true, false]),
      [false, true],
      [false, false],
      [false, false],
    ]);
    expect(versions.filter(understandsPriming)).toEqual(['2025-11-25']);
  });
});

describe('lines', () => {
  it('of an event hold no carriage return', () => {
    const message = Buffer.from('{\r"a":"\\r"\r}\n');
    expect(eventData(message).toString()).toBe('{ "a":"\\r" }\n');
    expect(message.toString()).toBe('{\r"a":"\\r"\r}\n');
  });
});

describe('event ids', () => {
  it.each([
    ['0-0', { stream: 0, seq: 0 }],
    ['12-345', { stream: 12, seq: 345 }],
  ])('%s is one', (text, position) => {
    expect(readEventId(text)).toEqual(position);
  });
  it.each(['', '1', '-', '1-', '-1', '01-1', '1-01', '1-1 ', ' 1-1', '1-1-1', '1e1-1', '1234567890-1', '٣-1'])(
    '%j is none',
    (text) => {
      expect(readEventId(text)).toBeUndefined();
    },
  );
});

describe('kept events', () => {
  const frame = (length: number): Buffer => Buffer.alloc(length);

  it('are given back in order, per stream', () => {
    const store = new EventStore(10, 1000);
    const frames = [1, 2, 3, 4].map((size) => frame(size));
    for (const [index, bytes] of frames.entries()) store.add(index % 2, Math.floor(index / 2) + 1, bytes);
    expect(store.after(0, 0, 2)).toEqual([frames[0], frames[2]]);
    expect(store.after(1, 1, 2)).toEqual([frames[3]]);
    expect(store.after(1, 2, 2)).toEqual([]);
  });

  it('are bounded in number and in bytes, but for the newest', () => {
    const byCount = new EventStore(2, 1000);
    for (const seq of [1, 2, 3]) byCount.add(1, seq, frame(1));
    expect(byCount.after(1, 0, 3)).toBeUndefined();
    expect(byCount.after(1, 1, 3)).toHaveLength(2);
    const byBytes = new EventStore(100, 10);
    byBytes.add(1, 1, frame(6));
    byBytes.add(1, 2, frame(6));
    expect(byBytes.after(1, 0, 2)).toBeUndefined();
    byBytes.add(1, 3, frame(600));
    expect(byBytes.after(1, 2, 3)).toHaveLength(1);
    byBytes.clear();
    expect(byBytes.after(1, 2, 3)).toBeUndefined();
  });
});

describe('messages without a stream', () => {
  const message = (length: number): Outbound => ({
    bytes: Buffer.alloc(length),
    message: { kind: 'notification', method: 'x', params: {} },
    related: undefined,
  });

  it('give way when there are too many or too large ones', () => {
    const kept = new KeptMessages();
    const lost = Array.from({ length: 300 }, () => kept.add(message(1))).flat();
    expect(lost).toHaveLength(44);
    expect(kept.takeAll()).toHaveLength(256);
    expect(kept.takeAll()).toEqual([]);
    expect(kept.add(message(2 * 1024 * 1024))).toHaveLength(1);
    expect(kept.takeAll()).toEqual([]);
  });
});
