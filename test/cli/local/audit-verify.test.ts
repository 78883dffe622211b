import { chmodSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openJournal } from '../../../main/audit/disk/open-journal.ts';
import { UNSIGNED } from '../../../main/audit/uncovered.ts';
import type { VerifyReport } from '../../../main/audit/verify.ts';
import type { CommandIo } from '../../../main/cli/command-io.ts';
import type { ChainHead } from '../../../main/audit/build-record.ts';
import { verifyAudit, verifyText } from '../../../main/cli/local/audit-verify.ts';
import { createKeychain } from '../../../main/secrets/keychain.ts';
import { CommandEnd } from '../../../main/cli/command-end.ts';
import { testSigner } from '../../audit/signers.ts';
import { FakeStore, asKeytar } from '../../secrets/fakes.ts';
import { asIs, countingIds, intent, steppingClock } from '../../audit/records.ts';

const SIGNED: VerifyReport = {
  ok: true,
  records: 240,
  chains: [{ chainId: 'c0ffee', firstSeq: 0, lastSeq: 239, head: 'ab'.repeat(32), signedUpTo: 201 }],
  problems: [],
  signed: true,
  note: 'signed up to record 201 of chain c0ffee',
  unchecked: 0,
};

describe('the report reads', () => {
  it('well where all is well', () => {
    expect(verifyText(SIGNED, '')).toBe(
      'The audit trail is whole: 240 records in 1 chain.\nsigned up to record 201 of chain c0ffee\n',
    );
  });

  it('unsigned, with the reason', () => {
    const unsigned = { ...SIGNED, signed: false, note: UNSIGNED };
    expect(verifyText(unsigned, 'The keychain holds no key of this audit trail.')).toBe(
      [
        'The audit trail is whole: 240 records in 1 chain.',
        'unsigned: a cut tail is not detectable',
        'The keychain holds no key of this audit trail.',
        '',
      ].join('\n'),
    );
  });

  it('with what is wrong first, and what to do last', () => {
    const problems = [
      { file: 'c0ffee-000000000000.jsonl', line: 0, code: 'tail_cut' as const, text: 'it\u001b[2Jis gone' },
      { file: '', line: 0, code: 'tail_cut' as const, text: 'the chain is gone' },
    ];
    const text = verifyText({ ...SIGNED, ok: false, problems }, '');
    expect(text.split('\n')[0]).toMatch(/^c0ffee-000000000000\.jsonl:0 {2}tail_cut {2}it.*is gone$/);
    expect(text).not.toContain('\u001b');
    expect(text).toContain('journal:0  tail_cut  the chain is gone\n2 problems: 240 records in 1 chain.\n');
    expect(text).toMatch(/Keep the files as they are and find out who could write to them\.\n$/);
  });
});

describe('signatures that could not be checked', () => {
  it('are not called whole', () => {
    const text = verifyText({ ...SIGNED, signed: false, note: UNSIGNED, unchecked: 3 }, 'The vault is locked.');
    expect(text).toMatch(/^Nothing is broken in the audit trail, but its 3 signatures were not checked: 240 records/);
    expect(text).toContain('The vault is locked.');
  });
});

describe('a home', () => {
  let home: string;
  let out: string;
  const io = { out: (text: string) => void (out += text) } as unknown as CommandIo;
  beforeEach(async () => {
    home = realpathSync(mkdtempSync(join(tmpdir(), 'rl-verify-')));
    chmodSync(home, 0o700);
    out = '';
    const journal = await openJournal({
      directory: join(home, 'audit'),
      clock: steppingClock(),
      newId: countingIds(),
      redact: asIs,
    });
    journal.append(intent(1));
    await journal.close();
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const asking = (store: FakeStore) => (installId: string) =>
    createKeychain({
      installId,
      platform: 'linux',
      loadKeytar: async () => asKeytar(store),
      loadKeyring: () => Promise.reject(new Error('absent')),
    });

  it('whose settings are gone is held against the keychain all the same', async () => {
    const store = new FakeStore('keytar');
    const head = { chain: 'abcdef', seq: 4, hash: 'ab'.repeat(32) };
    writeFileSync(join(home, 'install-id'), 'install-0001\n');
    store.items.set('install-0001/audit.head', JSON.stringify({ version: 1, keys: ['A'.repeat(43)], heads: [head] }));
    await expect(verifyAudit(io, home, false, asking(store))).rejects.toThrow(CommandEnd);
    expect(out).toContain('tail_cut  the keychain knows record 4 of chain abcdef');
    expect(out).toContain('unsigned_chain');
    expect([...store.items.keys()]).toEqual(['install-0001/audit.head']);
  });

  /** One more record, and a signature; returns where the chain ends then. */
  const signedEnd = async (): Promise<ChainHead> => {
    const journal = await openJournal({
      directory: join(home, 'audit'),
      clock: steppingClock(),
      newId: countingIds(500),
      redact: asIs,
    });
    journal.signWith(testSigner);
    journal.append(intent(2));
    journal.checkpoint();
    const { head } = journal;
    await journal.close();
    return head;
  };

  it.each([
    ['the keychain knows no key', true],
    ['the install id is gone', false],
  ])('that was signed, and where %s, is not whole', async (_, hasId) => {
    await signedEnd();
    if (hasId) writeFileSync(join(home, 'install-id'), 'install-0001\n');
    await expect(verifyAudit(io, home, false, asking(new FakeStore('keytar')))).rejects.toThrow(CommandEnd);
    expect(out).toContain('no_key  signed with the key');
    expect(out).toContain('1 problem: 3 records');
  });

  it('that a companion begins to sign between the two looks is whole', async () => {
    const { chainId: chain, seq, hash } = await signedEnd();
    writeFileSync(join(home, 'install-id'), 'install-0001\n');
    const store = new FakeStore('keytar');
    let looks = 0;
    await verifyAudit(io, home, false, (installId) => {
      looks += 1;
      if (looks === 2) {
        const kept = { version: 1, keys: [testSigner.publicKey], heads: [{ chain, seq, hash }] };
        store.items.set('install-0001/audit.head', JSON.stringify(kept));
      }
      return asking(store)(installId);
    });
    expect(looks).toBe(2);
    expect(out).toContain('The audit trail is whole');
  });

  it.each([
    ['no companion stored anything', () => undefined],
    ['the settings cannot be read', () => writeFileSync(join(home, 'settings.json'), 'garbage')],
    ['only an install id is there', () => writeFileSync(join(home, 'install-id'), 'install-0001\n')],
  ])('where %s is unsigned, and nothing is made for the look', async (_, prepare) => {
    prepare();
    await verifyAudit(io, home, false);
    expect(out).toContain(`whole: 1 record in 1 chain.\n${UNSIGNED}\n`);
    out = '';
    await verifyAudit(io, home, true);
    expect(JSON.parse(out)).toMatchObject({ ok: true, signed: false, note: UNSIGNED });
  });
});
