// A companion in small: appends until it is ended and prints each record that was acknowledged. Started as
// `append-forever.ts <directory> <salt>`; with a third argument it stops after that many records or failures.
import { writeSync } from 'node:fs';
import { openJournal } from '../../../main/audit/disk/open-journal.ts';
import { asIs, intent, outcome } from '../records.ts';

const [, , directory = '', salt = '0', stopAfter = 'Infinity'] = process.argv;
const count = Number(stopAfter);
let id = Number(salt) * 1_000_000;
const newId = (): string => {
  id += 1;
  return `01990000-0000-7000-8000-${id.toString(16).padStart(12, '0')}`;
};
const journal = await openJournal({ directory, clock: () => new Date(), newId, redact: asIs, segmentBytes: 64 * 1024 });
for (let n = 0; n < count; n += 1) {
  try {
    const call = newId();
    const { seq, chain_id: chainId, id: record } = journal.append({ ...(n % 2 === 0 ? intent(n) : outcome(n)), call });
    writeSync(1, `${chainId} ${seq} ${record}\n`);
  } catch (error) {
    writeSync(1, `refused ${error instanceof Error ? error.message : ''}\n`);
  }
}
