import { describe, expect, it } from 'vitest';
import { createPassphraseAttempts } from '../../main/secrets/passphrase-attempts.ts';
import { vaultPassphrase } from '../../main/secrets/secret-failures.ts';

function bench() {
  let time = 1000;
  let tried = 0;
  const attempts = createPassphraseAttempts(() => time);
  return {
    pass: (ms: number) => void (time += ms),
    tried: () => tried,
    wrong: () =>
      attempts.take(() => {
        tried += 1;
        return Promise.reject(vaultPassphrase());
      }),
    other: () => attempts.take(() => Promise.reject(new Error('the disk'))),
    right: () =>
      attempts.take(() => {
        tried += 1;
        return Promise.resolve('open');
      }),
  };
}

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'open',
    (error: unknown) => (error as { code?: string }).code ?? 'other',
  );

describe('wrong passphrases', () => {
  it('are free three times, then each makes the next try wait, up to a minute', async () => {
    const { wrong, pass } = bench();
    for (let n = 0; n < 3; n += 1) expect(await code(wrong())).toBe('E_VAULT_PASSPHRASE');
    for (const seconds of [2, 4, 8, 16, 32, 60, 60]) {
      pass(seconds * 1000 - 1);
      expect(await code(wrong()), `before ${seconds}`).toBe('E_VAULT_WAIT');
      pass(1);
      expect(await code(wrong()), `after ${seconds}`).toBe('E_VAULT_PASSPHRASE');
    }
  });

  it('all at once are no way round', async () => {
    const { wrong, tried } = bench();
    const codes = await Promise.all(Array.from({ length: 50 }, () => code(wrong())));
    expect([codes.filter((one) => one === 'E_VAULT_PASSPHRASE').length, tried()]).toEqual([3, 3]);
  });

  it('are forgotten after the right one, which waits as well', async () => {
    const { wrong, right, pass } = bench();
    for (let n = 0; n < 3; n += 1) await code(wrong());
    expect(await code(right())).toBe('E_VAULT_WAIT');
    pass(2000);
    expect(await code(right())).toBe('open');
    for (let n = 0; n < 3; n += 1) expect(await code(wrong())).toBe('E_VAULT_PASSPHRASE');
  });

  it('are what counts, and nothing else that goes wrong', async () => {
    const { other, right } = bench();
    for (let n = 0; n < 9; n += 1) expect(await code(other())).toBe('other');
    expect(await code(right())).toBe('open');
  });
});
