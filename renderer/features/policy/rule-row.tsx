import type { ReactElement } from 'react';
import type { RuleRow } from '../../../preload/contract/policy-page.ts';
import { Badge } from '../../ui/badge.tsx';
import { Icon } from '../../ui/icon.tsx';
import { fullText } from '../../ui/time.ts';
import { VisibleText } from '../../ui/visible-text.tsx';
import { many } from './policy-words.ts';
import { Findings, Sentence } from './sentence.tsx';

const ICON = 'rounded p-1.5 text-soft hover:bg-sunk';

export interface Decided {
  readonly times: number;
  readonly last: string;
}

/** How often it decided lately. Undefined: nobody looked (yet). */
function DecidedText({ decided }: { decided: Decided | undefined }): ReactElement {
  if (decided === undefined) return <>not used in the last 7 days</>;
  return (
    <span title={`Last: ${fullText(decided.last)}`}>decided {many(decided.times, 'call')} in the last 7 days</span>
  );
}

export function RuleListRow({
  row,
  decided,
  isCounted,
  onEdit,
  onRemove,
}: {
  row: RuleRow;
  decided: Decided | undefined;
  /** Whether it is known how often rules decided. */
  isCounted: boolean;
  onEdit: () => void;
  onRemove: () => void;
}): ReactElement {
  const { rule, sentence, full, findings, from } = row;
  return (
    <li className="flex items-start gap-3 border-t border-line px-4 py-2.5">
      <div className="min-w-0 flex-1">
        <div className="font-medium">
          <Sentence sentence={sentence} full={full} />
        </div>
        {rule.note === undefined ? null : (
          <div className="text-soft">
            <VisibleText text={rule.note} max={500} />
          </div>
        )}
        <div className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-soft">
          <span className="font-mono">{rule.id}</span>
          <span title={fullText(rule.createdAt)}>since {fullText(rule.createdAt).split(',')[0]}</span>
          {isCounted ? <DecidedText decided={decided} /> : null}
          {from === 'suggestion' ? <Badge tone="plain">learned</Badge> : null}
        </div>
        <Findings findings={findings} />
      </div>
      <div className="flex shrink-0 gap-1">
        <button
          type="button"
          aria-label={`Change rule ${rule.id}`}
          className={`${ICON} hover:text-ink`}
          onClick={onEdit}
        >
          <Icon name="edit" />
        </button>
        <button
          type="button"
          aria-label={`Remove rule ${rule.id}`}
          className={`${ICON} hover:text-bad`}
          onClick={onRemove}
        >
          <Icon name="trash" />
        </button>
      </div>
    </li>
  );
}
