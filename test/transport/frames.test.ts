import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  encodeFrames,
  FRAME,
  FrameReader,
  MAX_FRAME_BYTES,
  PROTOCOL_VERSION,
  type FrameType,
} from '../../main/transport/wire/frames.ts';

interface Seen {
  readonly frames: { readonly type: FrameType; readonly bytes: Buffer }[];
  readonly violations: string[];
}

function reader(): { readonly reader: FrameReader; readonly seen: Seen } {
  const seen: Seen = { frames: [], violations: [] };
  return {
    seen,
    reader: new FrameReader({
      frame: (type, bytes) => seen.frames.push({ type, bytes: Buffer.from(bytes) }),
      violation: (reason) => seen.violations.push(reason),
    }),
  };
}

const STREAMED: readonly number[] = [FRAME.stdin, FRAME.stdout, FRAME.stderr];

/** Streams joined where they follow one another, as their receiver sees them; an empty piece is an end. */
function joined(frames: Seen['frames']): [number, string][] {
  const out: [number, Buffer][] = [];
  for (const { type, bytes } of frames) {
    const last = out.at(-1);
    if (last !== undefined && last[0] === type && STREAMED.includes(type) && bytes.length > 0 && last[1].length > 0)
      last[1] = Buffer.concat([last[1], bytes]);
    else out.push([type, bytes]);
  }
  return out.map(([type, bytes]) => [type, bytes.toString('hex')]);
}

describe('the wire', () => {
  it('is what both builds of the thin client speak', () => {
    expect(PROTOCOL_VERSION).toBe(1);
    expect(FRAME).toEqual({
      hello: 0,
      stdin: 1,
      stdout: 2,
      stderr: 3,
      exit: 4,
      signal: 5,
      prompt: 6,
      answer: 7,
      resize: 8,
      error: 9,
    });
    expect(MAX_FRAME_BYTES).toBe(1_048_576);
    expect(Buffer.concat(encodeFrames(FRAME.exit, Buffer.from([7]))).toString('hex')).toBe('040000000107');
    expect(Buffer.concat(encodeFrames(FRAME.stdin, Buffer.alloc(0))).toString('hex')).toBe('0100000000');
  });
});

describe('frames', () => {
  it('come out as they went in, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...Object.values(FRAME)), fc.uint8Array({ maxLength: 40 })), {
          maxLength: 10,
        }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.flatMap(([type, payload]) => encodeFrames(type, Buffer.from(payload))));
          const { reader: r, seen } = reader();
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const end = Math.min(bytes.length, at + (cuts[i % cuts.length] ?? 1));
            r.push(bytes.subarray(at, end));
            at = end;
          }
          expect(seen.violations).toEqual([]);
          expect(joined(seen.frames)).toEqual(
            joined(frames.map(([type, payload]) => ({ type, bytes: Buffer.from(payload) }))),
          );
        },
      ),
      { numRuns: 1000 },
    );
  });

  it.each([0, 1, 16 * 1024, 16 * 1024 + 1, MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1, 3 * MAX_FRAME_BYTES + 5])(
    'carry %i bytes of a stream',
    (length) => {
      const payload = Buffer.alloc(length, 'ab');
      const { reader: r, seen } = reader();
      for (const piece of encodeFrames(FRAME.stdout, payload)) r.push(piece);
      expect(Buffer.concat(seen.frames.map((frame) => frame.bytes)).equals(payload)).toBe(true);
      expect(seen.violations).toEqual([]);
    },
  );

  it('of a stream are delivered as they arrive, without being collected or copied', () => {
    const concat = vi.spyOn(Buffer, 'concat');
    const { seen } = reader();
    const chunks: Buffer[] = [];
    const r = new FrameReader({ frame: (_type, bytes) => chunks.push(bytes), violation: () => {} });
    const [head, body] = encodeFrames(FRAME.stdout, Buffer.alloc(100_000, 'x'));
    r.push(head ?? Buffer.alloc(0));
    const first = body?.subarray(0, 60_000) ?? Buffer.alloc(0);
    r.push(first);
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.buffer).toBe(first.buffer);
    expect(concat).not.toHaveBeenCalled();
    concat.mockRestore();
    expect(seen.frames).toEqual([]);
  });

  it('of control are whole, or refused to be written', () => {
    const whole = Buffer.alloc(MAX_FRAME_BYTES, 'x');
    const { reader: r, seen } = reader();
    for (const piece of encodeFrames(FRAME.hello, whole))
      for (let at = 0; at < piece.length; at += 9999) r.push(piece.subarray(at, at + 9999));
    expect(seen.frames).toHaveLength(1);
    expect(seen.frames[0]?.bytes.equals(whole)).toBe(true);
    expect(() => encodeFrames(FRAME.hello, Buffer.alloc(MAX_FRAME_BYTES + 1))).toThrow('larger than 1 MiB');
  });

  it.each([
    ['larger than 1 MiB', '0100100001', 'a frame is larger than 1 MiB'],
    ['of 4 GiB', '00ffffffff', 'a frame is larger than 1 MiB'],
    ['of an unknown type', '0a00000000', 'unknown frame type 10'],
    ['of the last type', 'ff00000001', 'unknown frame type 255'],
    ['that begin with text', Buffer.from('GET / HTTP/1.1\r\n').toString('hex'), 'unknown frame type 71'],
  ])('%s are a violation, and nothing more is read', (_title, hex, reason) => {
    for (const size of [1, 5, 1000]) {
      const { reader: r, seen } = reader();
      const bytes = Buffer.concat([Buffer.from(hex, 'hex'), ...encodeFrames(FRAME.answer, Buffer.from('x'))]);
      for (let at = 0; at < bytes.length; at += size) r.push(bytes.subarray(at, at + size));
      expect(seen).toEqual({ frames: [], violations: [reason] });
    }
  });

  it('never throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 10 }), (chunks) => {
        const { reader: r, seen } = reader();
        for (const chunk of chunks) r.push(Buffer.from(chunk));
        expect(seen.violations.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 3000 },
    );
  });
});
