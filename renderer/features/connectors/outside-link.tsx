import type { ReactElement } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';

/** A link to the web; where it leads is shown whole before a person goes there. */
export function OutsideLink({ address, text }: { address: string; text: string }): ReactElement {
  return (
    <a
      href={address}
      target="_blank"
      rel="noopener noreferrer"
      className="inline-flex items-center gap-1 text-accent-ink underline"
    >
      <VisibleText text={text} />
      <Icon name="external" className="size-3.5" />
    </a>
  );
}
