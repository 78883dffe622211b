import type { ReactElement } from 'react';
import type { SettingsView } from '../../../preload/contract/about.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/card.tsx';
import { Field } from '../../ui/field.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

const FILE = {
  none: ['plain', 'None'],
  used: ['plain', 'In use'],
  refused: ['bad', 'Refused'],
} as const;

/** What was decided for this machine. Only its administrator changes it. */
export function ManagedSection({ managed }: { managed: SettingsView['managed'] }): ReactElement {
  const [tone, badge] = FILE[managed.file];
  const { path, problem, enforcementFailureMode, vouchedHosts, allowInsecureTransport, defaultHost } = managed;
  return (
    <Section title="Decided by the administrator" aside={<Badge tone={tone}>{badge}</Badge>}>
      <div className="border-t border-line px-4 py-3">
        {problem === '' ? null : (
          <p className="mb-2 text-bad">
            <VisibleText text={problem} max={600} />
          </p>
        )}
        <dl>
          <Field label="Tenant away">
            {enforcementFailureMode === 'closed' ? (
              'Calls of its connectors are refused.'
            ) : (
              <span className="font-medium text-bad">Calls of its connectors pass without its word.</span>
            )}
          </Field>
          <Field label="Consent">
            {vouchedHosts.length === 0 ? (
              'You are asked before a connector starts for the first time.'
            ) : (
              <>
                Connectors of <VisibleText text={vouchedHosts.join(', ')} max={400} /> start without asking you.
              </>
            )}
          </Field>
          {allowInsecureTransport ? (
            <Field label="Transport">Tenants on this machine are reached without encryption.</Field>
          ) : null}
          {defaultHost === null ? null : (
            <Field label="Tenant">
              <VisibleText text={defaultHost} />
            </Field>
          )}
          <Field label="File">{path === null ? 'This system has none.' : <VisibleText text={path} max={400} />}</Field>
        </dl>
      </div>
    </Section>
  );
}
