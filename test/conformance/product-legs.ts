/** The ways that lead through the built product, each in a home of its own with the fixture as its only connector. */
import { fileURLToPath } from 'node:url';
import { openHttpFixture } from '../fixtures/conformance/http-fixture.ts';
import { launcher } from '../journeys/build-once.ts';
import { openHome, type CompanionHome } from '../journeys/companion-home.ts';
import { openAddToken, type Guarded } from './add-token.ts';
import { openHttpToStdio } from './http-to-stdio.ts';
import type { Opened } from './opened.ts';

export const STDIO_FIXTURE = [
  process.execPath,
  fileURLToPath(new URL('../fixtures/conformance/stdio-server.ts', import.meta.url)),
] as const;

/** What `runlayer connectors add` takes behind the name: `-- <command>` or `--url <address>`. */
type Definition = readonly string[];

async function openProduct(definition: Definition, open: (home: CompanionHome) => Promise<Opened>): Promise<Opened> {
  const home = await openHome();
  try {
    await home.must(['connectors', 'add', 'fixture', '-y', '--default', 'allow', ...definition]);
    const opened = await open(home);
    return { url: opened.url, close: () => closeAll(opened, home) };
  } catch (error) {
    await home.close();
    throw error;
  }
}

/** In the order given, and every one of them, also when one before it fails. */
async function closeAll(first: { close(): Promise<void> }, second: { close(): Promise<void> }): Promise<void> {
  try {
    await first.close();
  } finally {
    await second.close();
  }
}

/** Through the thin client: one process of it per session. */
export function openRun(definition: Definition): Promise<Opened> {
  return openProduct(definition, (home) =>
    openHttpToStdio({ command: launcher, args: ['run', 'fixture'], env: home.env, cwd: home.path }),
  );
}

/** Through the hub's endpoint, with a binding that may use everything. */
export function openHub(definition: Definition): Promise<Opened> {
  return openProduct(definition, async (home) => {
    await home.must(['hub', 'config', 'create', 'fixture', '--connector', 'fixture', '-y', '--json']);
    const guarded = await home.json<Guarded>(['hub', 'bind', 'fixture', '-y']);
    // The suite sends its own address as Origin and wants to be served; by default the hub serves no Origin at all.
    const origin = `http://localhost:${new URL(guarded.url).port}`;
    await home.must(['hub', 'allow-origin', origin, '-y']);
    return openAddToken(guarded);
  });
}

export async function withHttpFixture(open: (url: string) => Promise<Opened>): Promise<Opened> {
  const fixture = await openHttpFixture();
  try {
    const opened = await open(fixture.url);
    return { url: opened.url, close: () => closeAll(opened, fixture) };
  } catch (error) {
    await fixture.close();
    throw error;
  }
}
