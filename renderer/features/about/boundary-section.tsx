import type { ReactElement } from 'react';
import { Section } from '../../ui/card.tsx';
import { Icon } from '../../ui/icon.tsx';
import { NOT_PROTECTED, PROTECTED } from './boundary.ts';

function Lines({ title, lines, isGood }: { title: string; lines: readonly string[]; isGood: boolean }): ReactElement {
  return (
    <div className="min-w-0 flex-1 basis-72 space-y-2">
      <h3 className="font-medium">{title}</h3>
      <ul className="space-y-2">
        {lines.map((line) => (
          <li key={line} className="flex gap-2">
            <Icon
              name={isGood ? 'shieldCheck' : 'shieldOff'}
              className={`mt-0.5 size-3.5 ${isGood ? 'text-good' : 'text-warn'}`}
            />
            <span className="text-soft">{line}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function BoundarySection(): ReactElement {
  return (
    <Section title="What is protected, and what is not">
      <div className="flex flex-wrap gap-6 border-t border-line px-4 py-4">
        <Lines title="Protected" lines={PROTECTED} isGood />
        <Lines title="Not protected" lines={NOT_PROTECTED} isGood={false} />
      </div>
    </Section>
  );
}
