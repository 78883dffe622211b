import type { ReactElement } from 'react';
import type { Concern, Protection } from '../../../preload/contract/protection.ts';
import { ButtonLink } from '../../ui/button-link.tsx';
import { Card } from '../../ui/card.tsx';
import { Command } from '../../ui/command.tsx';
import { Icon } from '../../ui/icon.tsx';
import { VisibleText } from '../../ui/visible-text.tsx';
import { headlineOf, remedyOf } from './overview-model.ts';

const TONES = {
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
} as const;

function NextStep({ concern }: { concern: Concern }): ReactElement | null {
  // Its button stands at the top of the page.
  if (concern.command === 'runlayer lockdown off') return null;
  const remedy = remedyOf(concern);
  if (remedy !== undefined) return <ButtonLink path={remedy.path}>{remedy.text}</ButtonLink>;
  return (
    <span className="inline-flex min-w-0 max-w-full flex-wrap items-center gap-x-2 gap-y-1">
      <VisibleText text={concern.next} />
      {concern.command === undefined ? null : <Command text={concern.command} />}
    </span>
  );
}

/** Am I protected, and what is the one next step. */
export function ProtectionCard({
  protection,
  showNext,
}: {
  protection: Protection;
  /** False where the next step stands above already. */
  showNext: boolean;
}): ReactElement {
  const headline = headlineOf(protection);
  const [first, ...others] = protection.concerns;
  return (
    <Card>
      <div className="flex items-center gap-4 p-4" role="status">
        <span className={`grid size-12 shrink-0 place-items-center rounded-xl ${TONES[headline.tone]}`}>
          <Icon name={headline.icon} className="size-6" />
        </span>
        <div className="min-w-0 flex-1">
          <h2 className="text-lg/6 font-semibold tracking-tight">{headline.title}</h2>
          <p className="mt-0.5 text-soft">
            <VisibleText text={headline.text} />
          </p>
        </div>
        {first === undefined || !showNext ? null : (
          <div className="max-w-[45%] shrink-0 text-soft max-md:hidden">
            <NextStep concern={first} />
          </div>
        )}
      </div>
      {first === undefined || !showNext ? null : (
        <div className="border-t border-line px-4 py-2.5 md:hidden">
          <NextStep concern={first} />
        </div>
      )}
      {others.length === 0 ? null : (
        <ul aria-label="Also" className="border-t border-line">
          {others.map((concern) => (
            <li
              key={concern.text}
              className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 border-b border-line px-4 py-2 last:border-b-0"
            >
              <VisibleText text={concern.text} />
              <span className="text-soft">
                <NextStep concern={concern} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
