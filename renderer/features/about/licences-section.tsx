import { useState, type ReactElement } from 'react';
import type { LicencedPackage } from '../../../preload/contract/about.ts';
import { useQuery } from '../../state/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { Loading, Section } from '../../ui/card.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { SearchField } from '../../ui/fields.tsx';
import { Cell, Table } from '../../ui/table.tsx';
import { VisibleLines } from '../../ui/visible-lines.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { licenceCounts, matching } from './licences-model.ts';

const MAX_SHOWN = 200;

function LicenceDialog({ of, onClose }: { of: LicencedPackage; onClose: () => void }): ReactElement {
  const { name, version } = of;
  const licence = useQuery('about.licence', { name, version }, { on: [] });
  return (
    <Dialog wide title={`${name} ${version}`} onClose={onClose} footer={<Button onClick={onClose}>Close</Button>}>
      {licence.failure === undefined ? null : <ErrorBox failure={licence.failure} onRetry={licence.reload} />}
      {licence.kind === 'loading' ? <Loading rows={4} /> : null}
      {licence.value === undefined ? null : <VisibleLines label="Licence" text={licence.value.text} />}
    </Dialog>
  );
}

/** Whose work is in it, and under which licence. */
export function LicencesSection(): ReactElement {
  const [isOpen, setOpen] = useState(false);
  const [search, setSearch] = useState('');
  const [reading, setReading] = useState<LicencedPackage>();
  const list = useQuery('about.licences', isOpen ? {} : undefined, { on: [] });
  const all = list.value ?? [];
  const found = matching(all, search);
  return (
    <Section
      title="Licences"
      aside={
        <Button aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide' : 'Show'}
        </Button>
      }
    >
      <p className="border-t border-line px-4 py-3 text-soft">
        The companion is built with the work of many others.
        {all.length === 0 ? null : ` ${all.length} packages: ${licenceCounts(all)}.`} The app also holds Electron and
        Chromium, whose licences are in its folder.
      </p>
      {!isOpen ? null : (
        <>
          {list.failure === undefined ? null : (
            <div className="px-4 pb-4">
              <ErrorBox failure={list.failure} onRetry={list.reload} />
            </div>
          )}
          {list.kind === 'loading' ? <Loading rows={5} /> : null}
          {list.kind !== 'ready' ? null : (
            <>
              <div className="px-4 pb-3">
                <SearchField
                  label="Search packages"
                  value={search}
                  onChange={setSearch}
                  placeholder="Name or licence"
                />
              </div>
              <Table label="Packages" columns={['Package', 'Version', 'Licence', 'Text']}>
                {found.slice(0, MAX_SHOWN).map((one) => (
                  <tr key={`${one.name} ${one.version}`} className="border-t border-line">
                    <Cell className="font-mono text-xs">
                      <VisibleText text={one.name} />
                    </Cell>
                    <Cell className="text-soft">
                      <VisibleText text={one.version} />
                    </Cell>
                    <Cell>
                      <VisibleText text={one.licence} />
                    </Cell>
                    <Cell>
                      <Button
                        variant="ghost"
                        aria-label={`Read the licence of ${one.name}`}
                        onClick={() => setReading(one)}
                      >
                        Read
                      </Button>
                    </Cell>
                  </tr>
                ))}
              </Table>
              <p role="status" className="border-t border-line px-4 py-2 text-soft">
                {found.length > MAX_SHOWN
                  ? `${MAX_SHOWN} of ${found.length} are shown. Search for the others.`
                  : found.length === 1
                    ? '1 package.'
                    : `${found.length} packages.`}
              </p>
            </>
          )}
        </>
      )}
      {reading === undefined ? null : <LicenceDialog of={reading} onClose={() => setReading(undefined)} />}
    </Section>
  );
}
