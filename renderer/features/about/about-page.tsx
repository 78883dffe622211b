import type { ReactElement } from 'react';
import { useQuery } from '../../state/use-query.ts';
import { Loading, Section } from '../../ui/card.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page } from '../../ui/page.tsx';
import { BoundarySection } from './boundary-section.tsx';
import { LicencesSection } from './licences-section.tsx';
import { ReportSection } from './report-section.tsx';
import { VersionsSection } from './versions-section.tsx';

export function AboutPage(): ReactElement {
  const about = useQuery('about.get', {}, { on: [] });
  const updates = useQuery('updates.get', {});
  return (
    <Page title="About" about="What runs here, what it keeps you safe from, and what it cannot.">
      {about.failure === undefined ? null : <ErrorBox failure={about.failure} onRetry={about.reload} />}
      {about.value === undefined ? (
        about.kind === 'loading' ? (
          <Section title="Versions and places">
            <Loading rows={5} />
          </Section>
        ) : null
      ) : (
        <VersionsSection about={about.value} updates={updates.value} />
      )}
      <BoundarySection />
      <ReportSection />
      <LicencesSection />
    </Page>
  );
}
