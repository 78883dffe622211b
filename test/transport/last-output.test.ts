import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { answersGiven, readToEnd } from '../../main/transport/last-output.ts';

describe('readToEnd', () => {
  const readFrom = (stream: PassThrough): { text: () => string } => {
    let text = '';
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    return { text: () => text };
  };

  it('resolves at the end, with everything read', async () => {
    const stdout = new PassThrough();
    const read = readFrom(stdout);
    stdout.write('first ');
    stdout.end('last');
    await readToEnd(stdout);
    expect(read.text()).toBe('first last');
  });

  it('does not wait for ever for a pipe that somebody else holds open', async () => {
    const stdout = new PassThrough();
    const read = readFrom(stdout);
    stdout.write('last words');
    await readToEnd(stdout);
    expect([read.text(), stdout.readableEnded]).toEqual(['last words', false]);
  });

  it('waits as long as the reader holds it up, and reads on afterwards', async () => {
    const stdout = new PassThrough();
    const read = readFrom(stdout);
    stdout.pause();
    stdout.end('late');
    let isDone = false;
    const done = readToEnd(stdout).then(() => {
      isDone = true;
    });
    // readToEnd listens, which must not set it flowing again.
    expect(stdout.isPaused()).toBe(true);
    setTimeout(() => {
      expect(isDone).toBe(false);
      stdout.resume();
    }, 400);
    await done;
    expect(read.text()).toBe('late');
  });

  it('is over at once when the stream was destroyed', async () => {
    const stdout = new PassThrough();
    stdout.destroy();
    await readToEnd(stdout);
    expect(stdout.destroyed).toBe(true);
  });
});

describe('answersGiven', () => {
  it('waits for the last open call', async () => {
    const session = { openCalls: 2 };
    setTimeout(() => {
      session.openCalls = 0;
    }, 30);
    await answersGiven(session);
    expect(session.openCalls).toBe(0);
  });
});
