import type { ReactElement } from 'react';
import type { AboutView } from '../../../preload/contract/about.ts';
import type { UpdateState } from '../../../preload/contract/shell-operations.ts';
import { Section } from '../../ui/card.tsx';
import { Field } from '../../ui/field.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { updateText } from '../settings/update-text.ts';

export function VersionsSection({
  about,
  updates,
}: {
  about: AboutView;
  updates: UpdateState | undefined;
}): ReactElement {
  const { version, kind, startedAt, platform, versions, paths, chainId } = about;
  return (
    <Section title="Versions and places">
      <dl className="border-t border-line px-4 py-3">
        <Field label="Companion">
          {version}, {kind === 'app' ? 'tray app' : 'headless'}, running since {fullText(startedAt)}
        </Field>
        <Field label="Updates">
          <VisibleText text={updateText(updates)} max={400} />
        </Field>
        <Field label="System">
          <VisibleText text={platform} max={200} />
        </Field>
        <Field label="Made of">{versions.map(({ name, version: of }) => `${name} ${of}`).join(', ')}</Field>
        {paths.map(({ what, path }) => (
          <Field key={what} label={what}>
            <span className="font-mono text-xs">
              <VisibleText text={path} max={400} />
            </span>
          </Field>
        ))}
        <Field label="Chain">
          <span className="font-mono text-xs">
            <VisibleText text={chainId} />
          </span>
          <span className="text-soft"> names the part of the audit trail that is written now</span>
        </Field>
      </dl>
    </Section>
  );
}
