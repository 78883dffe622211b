import type { ReactElement } from 'react';
import type { SettingsView } from '../../../preload/contract/about.ts';
import type { UpdateState } from '../../../preload/contract/shell-operations.ts';
import type { Status } from '../../../preload/contract/status.ts';
import { Badge } from '../../ui/badge.tsx';
import { Section } from '../../ui/card.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { DeliveryRow } from './delivery-row.tsx';
import { SettingRow } from './setting-row.tsx';
import { auditSaid, leavingLines, retentionText } from './settings-model.ts';
import { VerifyRow } from './verify-row.tsx';

export function AuditSection({
  companion,
  settings,
  updates,
}: {
  companion: Status['companion'];
  settings: SettingsView;
  updates: UpdateState | undefined;
}): ReactElement {
  const said = auditSaid(companion.audit);
  return (
    <Section title="Audit trail" aside={<Badge tone={said.tone}>{said.badge}</Badge>}>
      <SettingRow title="State">
        <p>
          <VisibleText text={said.text} max={600} />
        </p>
        <p>{retentionText(settings)}</p>
      </SettingRow>
      <VerifyRow />
      <DeliveryRow delivery={companion.delivery} />
      <SettingRow title="What leaves this machine">
        <ul className="list-disc space-y-1 pl-4">
          {leavingLines(companion, updates).map((line) => (
            <li key={line}>
              <VisibleText text={line} max={600} />
            </li>
          ))}
        </ul>
      </SettingRow>
    </Section>
  );
}
