/** The ways to the fixture that are compared. Each is opened when its turn comes, judged by the whole suite, and closed. */
import { openHttpFixture } from '../fixtures/conformance/http-fixture.ts';
import { openHttpToStdio } from './http-to-stdio.ts';
import type { Opened } from './opened.ts';
import { openHub, openRun, STDIO_FIXTURE, withHttpFixture } from './product-legs.ts';
import type { Revision } from './suite.ts';
import type { Column } from './tables.ts';

export interface Leg {
  readonly name: string;
  readonly way: string;
  readonly explained?: Readonly<Partial<Record<Revision, NonNullable<Column['explained']>>>>;
  open(): Promise<Opened>;
}

/** What no way over stdio can show. */
const NO_STREAM_ON_STDIO = {
  '2025-11-25': { 'server-sse-polling': 'a stdio server has no stream that it could drop and resume' },
} as const;

/** The relay takes up the server's stream again by itself, and its client's stream stays whole. */
const RESUMED_FOR_THE_CLIENT = {
  '2025-11-25': { 'server-sse-polling': 'the hub resumes the stream that the server drops, so the client loses none' },
} as const;

const [command, ...args] = STDIO_FIXTURE;

/** The first one is what the others are compared with. */
export const LEGS: readonly Leg[] = [
  { name: 'direct', way: 'suite → HTTP fixture', open: () => openHttpFixture() },
  {
    name: 'adapter',
    way: 'suite → adapter → stdio fixture',
    explained: NO_STREAM_ON_STDIO,
    open: () => openHttpToStdio({ command, args }),
  },
  {
    name: 'run-stdio',
    way: 'suite → adapter → runlayer run → companion → stdio fixture',
    explained: NO_STREAM_ON_STDIO,
    open: () => openRun(['--', ...STDIO_FIXTURE]),
  },
  {
    name: 'run-http',
    way: 'suite → adapter → runlayer run → companion → HTTP fixture',
    explained: NO_STREAM_ON_STDIO,
    open: () => withHttpFixture((url) => openRun(['--url', url])),
  },
  {
    name: 'hub-stdio',
    way: 'suite → token → hub → stdio fixture',
    explained: NO_STREAM_ON_STDIO,
    open: () => openHub(['--', ...STDIO_FIXTURE]),
  },
  {
    name: 'hub-http',
    way: 'suite → token → hub → HTTP fixture',
    explained: RESUMED_FOR_THE_CLIENT,
    open: () => withHttpFixture((url) => openHub(['--url', url])),
  },
];
