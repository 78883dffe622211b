/** The audit trail with a real keychain: signed while it is written, and a cut end is found for ever. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyringMissing, startKeyring, type Keyring } from '../secrets/throwaway-keyring.ts';
import { describeJourney, fixtureServer, node, openHome, type CompanionHome } from './companion-home.ts';
import { until } from './processes-of.ts';
import { RawClient } from './raw-client.ts';
import { serve } from './tenant-home.ts';

interface Report {
  readonly ok: boolean;
  readonly signed: boolean;
  readonly note: string;
  readonly problems: readonly { readonly code: string }[];
}

describeJourney('a signed audit trail', () => {
  let keyring: Keyring;
  let home: CompanionHome;

  beforeAll(async () => {
    if (keyringMissing !== undefined) return;
    keyring = await startKeyring();
    home = await openHome(keyring.env);
    await serve(home, {});
    await home.add('tools', [node, fixtureServer('tools.mjs')]);
  });
  afterAll(async () => {
    await home?.close();
    await keyring?.stop();
  });

  const calls = async (): Promise<void> => {
    const client = new RawClient(home.start(['run', 'tools']));
    await client.initialize();
    for (let n = 0; n < 3; n++) await client.call(n, 'echo', { text: 'signed' });
    await client.close();
  };
  const signatures = (): number => home.records().filter(({ kind }) => kind === 'checkpoint').length;
  const verify = async (): Promise<{ code: number; report: Report }> => {
    const { code, out } = await home.runlayer(['audit', 'verify', '--json']);
    return { code, report: JSON.parse(out) as Report };
  };
  const newestFile = (): string => {
    const folder = join(home.home, 'audit');
    const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    const lengths = files.map((name) => ({ path: join(folder, name), size: readFileSync(join(folder, name)).length }));
    return lengths.toSorted((a, b) => b.size - a.size)[0]?.path ?? '';
  };

  const withKeyring = it.skipIf(keyringMissing !== undefined);

  withKeyring('is signed when its companion stopped, and verifies', async () => {
    await calls();
    await until('it signs', () => signatures() > 0);
    await calls();
    await home.must(['stop']);
    const { code, report } = await verify();
    expect(report).toMatchObject({ ok: true, signed: true, problems: [] });
    expect(code).toBe(0);
    expect(await home.must(['audit', 'verify'])).toMatch(/signed up to record \d+/);
    // The last word of a companion that stops is its signature.
    expect(home.records().at(-1)?.kind).toBe('checkpoint');
  });

  withKeyring('says that its end was cut, with an exit code that a program sees', async () => {
    const path = newestFile();
    const lines = readFileSync(path, 'utf8').split('\n');
    // The last is empty, for each line ends with a newline.
    writeFileSync(path, `${lines.slice(0, -2).join('\n')}\n`);
    const { code, report } = await verify();
    expect(code).not.toBe(0);
    expect(report.ok).toBe(false);
    expect(report.problems.map((problem) => problem.code)).toContain('tail_cut');
  });

  withKeyring('says so still after a companion has written on, and signed that', async () => {
    const before = signatures();
    await serve(home, {});
    await calls();
    await until('it signs again', () => signatures() > before);
    await home.must(['stop']);
    const { code, report } = await verify();
    expect(code).not.toBe(0);
    expect(report.problems.map((problem) => problem.code)).toContain('tail_cut');
    const told = home
      .records()
      .filter((record) => record.kind === 'event' && record.event === 'journal_recovered')
      .map((record) => (record.kind === 'event' ? record.detail['reason'] : ''));
    expect(told).toContain('tail_cut');
  });
});
