import { describe, expect, it } from 'vitest';
import type { Application } from '../../../main/connectors/application/applications.ts';
import { createRecognise, type RecogniseParts } from '../../../main/connectors/application/recognise.ts';
import type { Listener } from '../../../main/process/listener.ts';

const application: Application = {
  catalogName: 'com.example/app',
  title: 'Example',
  port: 3845,
  path: '/mcp',
  howToStart: 'Start Example',
  proof: {
    macTeam: 'AAAAAAAAAA',
    windowsSigner: 'Example, Inc.',
    linuxExecutables: ['/opt/example/example', '~/.local/share/example/*/example'],
  },
};
const SUBJECT = 'CN="Example, Inc.", O="Example, Inc.", C=US';

interface Case {
  readonly executable?: string;
  readonly uid?: number | undefined;
  readonly parts?: Partial<RecogniseParts>;
  readonly signature?: { readonly isValid: boolean; readonly subject: string };
  readonly proof?: Application['proof'];
}

async function reason(platform: NodeJS.Platform, one: Case = {}): Promise<string | undefined> {
  const parts: RecogniseParts = {
    platform,
    uid: platform === 'win32' ? undefined : 501,
    home: '/home/maya',
    notSignedByTeam: () => Promise.resolve(undefined),
    isWritableByOthers: () => Promise.resolve(false),
    ...one.parts,
  };
  const listener: Listener = {
    address: '127.0.0.1',
    uid: 'uid' in one ? one.uid : parts.uid,
    program: {
      kind: 'known',
      pid: 42,
      start: '1',
      executable: one.executable ?? '/opt/example/example',
      ...(one.signature === undefined ? {} : { signature: one.signature }),
    },
  };
  return await createRecognise(parts)(listener, { ...application, proof: one.proof ?? application.proof });
}

describe('the program of an application', () => {
  it('is recognised', async () => {
    expect(await reason('darwin')).toBeUndefined();
    expect(await reason('win32', { signature: { isValid: true, subject: SUBJECT } })).toBeUndefined();
    expect(await reason('linux')).toBeUndefined();
    expect(await reason('linux', { executable: '/home/maya/.local/share/example/1.2/example' })).toBeUndefined();
  });

  it.each<[string, NodeJS.Platform, Case, string]>([
    ['a file elsewhere', 'linux', { executable: '/tmp/example' }, 'is /tmp/example (process 42)'],
    [
      'a file below the right one',
      'linux',
      { executable: '/opt/example/example/x' },
      'is /opt/example/example/x (process 42)',
    ],
    [
      'a segment too much',
      'linux',
      { executable: '/home/maya/.local/share/example/1/2/example' },
      'is /home/maya/.local/share/example/1/2/example (process 42)',
    ],
    [
      'a tilde as a name',
      'linux',
      { executable: '~/.local/share/example/1/example' },
      'is ~/.local/share/example/1/example (process 42)',
    ],
    [
      'a file that others can change',
      'linux',
      { parts: { isWritableByOthers: () => Promise.resolve(true) } },
      'is /opt/example/example (process 42), which another user could have changed',
    ],
    ['another user', 'linux', { uid: 0 }, 'is /opt/example/example (process 42), which runs as another user'],
    ['another user', 'darwin', { uid: 0 }, 'is /opt/example/example (process 42), which runs as another user'],
    [
      'nobody knows which user',
      'darwin',
      { uid: undefined },
      'is /opt/example/example (process 42), which runs as another user',
    ],
    [
      'another signature',
      'darwin',
      { parts: { notSignedByTeam: () => Promise.resolve('is not signed') } },
      'is /opt/example/example (process 42), which is not signed',
    ],
    ['no signature', 'win32', {}, 'is /opt/example/example (process 42), which has no valid signature'],
    [
      'a signature that does not hold',
      'win32',
      { signature: { isValid: false, subject: SUBJECT } },
      'is /opt/example/example (process 42), which has no valid signature',
    ],
    [
      'somebody else’s signature',
      'win32',
      { signature: { isValid: true, subject: 'CN=Evil\u202e, O=Evil' } },
      String.raw`is /opt/example/example (process 42), which is signed by CN=Evil\u{202e}, O=Evil`,
    ],
    [
      'no proof for this system',
      'linux',
      { proof: { macTeam: 'AAAAAAAAAA' } },
      'is /opt/example/example (process 42); how Example is recognised on this system is not known',
    ],
    [
      'a system that is not known',
      'freebsd',
      {},
      'is /opt/example/example (process 42); how Example is recognised on this system is not known',
    ],
  ])('is refused: %s (%s)', async (_, platform, one, expected) => {
    expect(await reason(platform, one)).toBe(expected);
  });

  it('is refused where it cannot be seen at all', async () => {
    const listener: Listener = {
      address: '::1',
      uid: 501,
      program: { kind: 'unknown', reason: 'belongs to a process of another user' },
    };
    expect(await createRecognise()(listener, application)).toBe('belongs to a process of another user');
  });
});
