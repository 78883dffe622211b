import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lastEvents } from '../../../main/audit/disk/last-events.ts';
import { event, intent } from '../records.ts';
import { filesOf, tempHome } from './temp.ts';

const home = tempHome();

describe('the last events of a journal', () => {
  it('are the newest of that name, whatever chain and segment they are in', async () => {
    const auditDirectory = join(home.folder(), 'audit');
    const first = await home.journal(auditDirectory, { segmentBytes: 1500 });
    for (let n = 1; n < 8; n += 1) {
      first.append(event({ index: `a${n}` }, { event: 'pins_written' }));
      first.append(event({ index: 'pins_written' }, { event: 'settings_written' }));
      first.append(intent(100 + n));
    }
    const second = await home.journal(auditDirectory, { otherLiveChains: [first.head.chainId] });
    second.append(event({ index: 'b' }, { event: 'pins_written' }));
    expect(filesOf(auditDirectory).length).toBeGreaterThan(2);
    const found = await lastEvents(auditDirectory, 'pins_written', 2);
    expect(found.map(({ detail }) => detail['index'])).toContain('b');
    expect(found).toHaveLength(2);
    expect(await lastEvents(auditDirectory, 'audit_parked', 2)).toEqual([]);
  });

  it('are not those of a line that is no record', async () => {
    const auditDirectory = join(home.folder(), 'audit');
    const journal = await home.journal(auditDirectory, {});
    journal.append(event({ index: 'a' }, { event: 'pins_written' }));
    appendFileSync(
      join(auditDirectory, filesOf(auditDirectory)[0] ?? ''),
      '{"event":"pins_written"}\n"pins_written"\n',
    );
    const found = await lastEvents(auditDirectory, 'pins_written', 9);
    expect(found.map(({ detail }) => detail['index'])).toEqual(['a']);
  });

  it('are not told where the journal cannot be read', async () => {
    const auditDirectory = join(home.folder(), 'audit');
    await expect(lastEvents(auditDirectory, 'pins_written', 2)).rejects.toThrow('ENOENT');
    const journal = await home.journal(auditDirectory, {});
    journal.append(event({ index: 'a' }, { event: 'pins_written' }));
    const [file = ''] = filesOf(auditDirectory);
    rmSync(join(auditDirectory, file));
    mkdirSync(join(auditDirectory, file));
    await expect(lastEvents(auditDirectory, 'pins_written', 2)).rejects.toThrow('EISDIR');
  });
});
