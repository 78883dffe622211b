import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createVerification, type VerificationJob } from '../../../main/audit/disk/verification.ts';
import type { VerifyTrust } from '../../../main/audit/trust.ts';
import { CompanionError } from '../../../preload/contract/failure.ts';
import { Verification } from '../../../preload/contract/verification.ts';
import { intent } from '../records.ts';
import { testSigner } from '../signers.ts';
import { filesOf, tempHome } from './temp.ts';

const home = tempHome();
const jobs: VerificationJob[] = [];
afterEach(() => Promise.all(jobs.splice(0).map((job) => job.close())));

function job(auditDirectory: string, readTrust: () => Promise<VerifyTrust | undefined> = async () => undefined) {
  let time = Date.parse('2026-11-21T08:00:00.000Z');
  const made = createVerification({ auditDirectory, readTrust, clock: () => new Date((time += 1000)) });
  jobs.push(made);
  return made;
}

async function written(count: number) {
  const directory = join(home.folder(), 'audit');
  const journal = await home.journal(directory);
  for (let n = 0; n < count; n += 1) journal.append(intent(n));
  await journal.close();
  return { directory, path: join(directory, filesOf(directory)[0] ?? '') };
}

async function ended(one: VerificationJob): Promise<Verification> {
  await expect.poll(() => one.state().state, { timeout: 20_000 }).not.toBe('running');
  return Verification.parse(one.state());
}

describe('verifying the whole journal', () => {
  it('has a beginning, a progress and a result that outlive who asked', async () => {
    const { directory, path } = await written(500);
    const one = job(directory);
    expect(one.state()).toMatchObject({ state: 'none', result: null });
    expect(one.begin()).toMatchObject({ state: 'running', startedAt: '2026-11-21T08:00:01.000Z', result: null });
    expect(one.begin()).toBe(one.state());
    const done = await ended(one);
    const bytes = readFileSync(path).length;
    expect(done).toMatchObject({
      state: 'done',
      endedAt: '2026-11-21T08:00:02.000Z',
      bytesRead: bytes,
      bytesTotal: bytes,
      failure: null,
      result: { ok: true, records: 500, chains: 1, signed: false, problems: [], moreProblems: 0 },
    });
    expect(done.result?.why).toBe('The keychain holds no key of this audit trail.');
    expect(one.state()).toEqual(done);
  });

  it('asks the keychain once more before it accuses a key that was made meanwhile', async () => {
    const directory = join(home.folder(), 'audit');
    const journal = await home.journal(directory);
    journal.signWith(testSigner);
    journal.append(intent(1));
    journal.checkpoint();
    const { head } = journal;
    await journal.close();
    const trusts: (VerifyTrust | undefined)[] = [undefined, { keys: [testSigner.publicKey], heads: [head] }];
    const late = job(directory, async () => trusts.shift());
    late.begin();
    expect((await ended(late)).result).toMatchObject({ ok: true, signed: true, problems: [] });
    const never = job(directory, async () => undefined);
    never.begin();
    expect((await ended(never)).result).toMatchObject({ ok: false, problems: [{ code: 'no_key' }] });
  });

  it('says which lines do not fit, and no more than a page can show', async () => {
    const { directory, path } = await written(300);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('"prev":"', '"prev":"0'));
    const one = job(directory);
    one.begin();
    const { result } = await ended(one);
    expect(result?.ok).toBe(false);
    expect(result?.problems).toHaveLength(100);
    expect(result?.moreProblems).toBeGreaterThan(0);
  });

  it('goes on without a keychain, and says why there is no key', async () => {
    const { directory } = await written(3);
    const one = job(directory, () =>
      Promise.reject(new CompanionError('E_KEYCHAIN_LOCKED', 'It is locked.', 'Open it.')),
    );
    one.begin();
    const { result } = await ended(one);
    expect(result?.why).toBe('The key of this audit trail could not be read. It is locked. Open it.');
  });

  it('without a journal fails with what to do', async () => {
    const one = job(join(home.folder(), 'nothing'));
    one.begin();
    expect(await ended(one)).toMatchObject({ state: 'failed', result: null, failure: { code: 'E_NO_JOURNAL' } });
  });

  it('ends when it is cancelled, before it read anything too, and begins anew', async () => {
    const { directory } = await written(10);
    let answer: (trust: undefined) => void = () => {};
    const waiting = new Promise<undefined>((resolve) => {
      answer = resolve;
    });
    let asked = 0;
    const one = job(directory, () => ((asked += 1) === 1 ? waiting : Promise.resolve(undefined)));
    one.begin();
    expect(one.cancel()).toMatchObject({ state: 'cancelled', result: null });
    expect(one.cancel()).toMatchObject({ state: 'cancelled' });
    answer(undefined);
    one.begin();
    expect(await ended(one)).toMatchObject({ state: 'done', result: { ok: true, records: 10 } });
  });
});
